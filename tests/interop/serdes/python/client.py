"""confluent-kafka's serializers: see tests/interop/serdes/README.md."""
import json
import pathlib
import sys

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

SCHEMAS = pathlib.Path(__file__).resolve().parents[1] / "schemas"
NAME = "confluent-python"


def protobuf_order():
    files = json_format.Parse((SCHEMAS / "descriptors.json").read_text(), descriptor_pb2.FileDescriptorSet())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("weft.interop.Order"))


def to_message(kind, order):
    return json_format.ParseDict({name: value for name, value in order.items() if value is not None}, kind())


def from_message(message):
    return {"order_id": message.order_id, "customer": message.customer,
            "price": {"cents": message.price.cents, "currency": ["EUR", "USD"][message.price.currency]},
            "rate": message.rate, "paid": message.paid, "tags": list(message.tags),
            "note": message.note if message.HasField("note") else None}


def write(bootstrap, registry, orders):
    client = SchemaRegistryClient({"url": registry})
    order_message = protobuf_order()
    writers = {"avro": AvroSerializer(client, (SCHEMAS / "order.avsc").read_text()),
               "json": JSONSerializer((SCHEMAS / "order.schema.json").read_text(), client),
               "protobuf": ProtobufSerializer(order_message, client, {"use.deprecated.format": False})}
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True})
    for form, serializer in writers.items():
        topic = f"orders-{form}-{NAME}"
        context = SerializationContext(topic, MessageField.VALUE)
        for order in json.loads(pathlib.Path(orders).read_text()):
            value = to_message(order_message, order) if form == "protobuf" else order
            producer.produce(topic, partition=0, value=serializer(value, context))
    assert producer.flush() == 0


def read(bootstrap, registry, count, *topics):
    client = SchemaRegistryClient({"url": registry})
    readers = {"avro": AvroDeserializer(client), "json": JSONDeserializer(None, schema_registry_client=client),
               "protobuf": ProtobufDeserializer(protobuf_order(), {"use.deprecated.format": False}, client)}
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "unused", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 0, 0) for topic in topics])
    left = int(count) * len(topics)
    while left:
        for message in consumer.consume(min(left, 500), timeout=1):
            if message.error():
                raise KafkaException(message.error())
            form = message.topic().split("-")[1]
            order = readers[form](message.value(), SerializationContext(message.topic(), MessageField.VALUE))
            print(message.topic(), json.dumps(from_message(order) if form == "protobuf" else order), flush=True)
            left -= 1
    consumer.close()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
