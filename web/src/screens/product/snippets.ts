import type { Schemas } from '../../api/client';
import { streamOf } from '../../api/ports';

// Programs that read a product as they stand: real names, real addresses, nothing to fill in.

export const snippetKinds = ['weft', 'kcat', 'java', 'python', 'kafkajs'] as const;
export type SnippetKind = (typeof snippetKinds)[number];

export const snippetNames: Record<SnippetKind, string> = { weft: 'weft', kcat: 'kcat', java: 'Java', python: 'Python', kafkajs: 'Node.js' };

export interface Snippet {
  title: string;
  text: string;
}

interface Names {
  bootstrap: string;
  registry: string | null;
  topic: string;
  product: string;
  /** For the consumer group: what a program should call itself. */
  group: string;
}

export function snippetsFor(kind: SnippetKind, product: Schemas['Product'], bootstrap: string, registry: string | null): Snippet[] {
  return makers[kind]({
    bootstrap,
    registry,
    topic: streamOf(product)?.topic ?? product.name,
    product: product.id,
    group: `my-${product.name}-reader`,
  });
}

const makers: Record<SnippetKind, (names: Names) => Snippet[]> = {
  weft: ({ topic, bootstrap }) => [
    { title: 'Newest records, decoded', text: `weft consume ${topic} --bootstrap ${bootstrap} --from newest` },
    { title: 'Everything as JSON lines', text: `weft consume ${topic} --bootstrap ${bootstrap} --from earliest --json` },
  ],
  kcat: ({ topic, bootstrap, registry }) => [
    {
      title: 'Follow, decoded through the schema registry',
      text: `kcat -b ${bootstrap} -t ${topic} -C -o end${registry ? ` \\\n  -s value=avro -r ${registry}` : ''}`,
    },
    { title: 'In a consumer group that remembers where it was', text: `kcat -b ${bootstrap} -G my-${topic}-reader ${topic}${registry ? ` \\\n  -s value=avro -r ${registry}` : ''}` },
  ],
  java: ({ topic, bootstrap, registry, group }) => [
    {
      title: 'Maven dependencies',
      text: `<dependency>
  <groupId>org.apache.kafka</groupId>
  <artifactId>kafka-clients</artifactId>
  <version>3.9.1</version>
</dependency>
<dependency>
  <groupId>io.confluent</groupId>
  <artifactId>kafka-avro-serializer</artifactId>
  <version>7.9.1</version>
</dependency>`,
    },
    {
      title: 'Reader.java',
      text: `import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;

public class Reader {
  public static void main(String[] args) {
    var settings = new Properties();
    settings.put("bootstrap.servers", "${bootstrap}");
    settings.put("group.id", "${group}");
    settings.put("auto.offset.reset", "earliest");
    settings.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
    settings.put("value.deserializer", "io.confluent.kafka.serializers.KafkaAvroDeserializer");
    settings.put("schema.registry.url", "${registry ?? ''}");

    try (var consumer = new KafkaConsumer<String, GenericRecord>(settings)) {
      consumer.subscribe(List.of("${topic}"));
      while (true) {
        for (var record : consumer.poll(Duration.ofSeconds(1))) {
          System.out.println(record.key() + " " + record.value());
        }
      }
    }
  }
}`,
    },
  ],
  python: ({ topic, bootstrap, registry, group }) => [
    { title: 'Install', text: 'pip install "confluent-kafka[avro,schemaregistry]"' },
    {
      title: 'reader.py',
      text: `from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

registry = SchemaRegistryClient({"url": "${registry ?? ''}"})
decode = AvroDeserializer(registry)
consumer = Consumer({
    "bootstrap.servers": "${bootstrap}",
    "group.id": "${group}",
    "auto.offset.reset": "earliest",
})
consumer.subscribe(["${topic}"])

try:
    while True:
        message = consumer.poll(1.0)
        if message is None:
            continue
        if message.error():
            raise SystemExit(message.error())
        print(message.key(), decode(message.value(), SerializationContext("${topic}", MessageField.VALUE)))
finally:
    consumer.close()`,
    },
  ],
  kafkajs: ({ topic, bootstrap, registry, group }) => [
    { title: 'Install', text: 'npm install kafkajs @kafkajs/confluent-schema-registry' },
    {
      title: 'reader.mjs',
      text: `import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { Kafka } from 'kafkajs';

const registry = new SchemaRegistry({ host: '${registry ?? ''}' });
const kafka = new Kafka({ clientId: '${group}', brokers: ['${bootstrap}'] });
const consumer = kafka.consumer({ groupId: '${group}' });

await consumer.connect();
await consumer.subscribe({ topics: ['${topic}'], fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => {
    console.log(message.key?.toString(), await registry.decode(message.value));
  },
});`,
    },
  ],
};
