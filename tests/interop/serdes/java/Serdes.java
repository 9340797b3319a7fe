import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.RestService;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.entities.SchemaReference;
import org.apache.flink.avro.shaded.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.avro.shaded.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.avro.shaded.com.fasterxml.jackson.databind.node.ArrayNode;
import org.apache.flink.avro.shaded.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.avro.shaded.org.apache.avro.Schema;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericData;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericDatumReader;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericDatumWriter;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericRecord;
import org.apache.flink.avro.shaded.org.apache.avro.io.DecoderFactory;
import org.apache.flink.avro.shaded.org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Confluent's Java registry client, as Apache Flink publishes it on Maven Central; Avro's, Protobuf's and Jackson's own
 * codecs behind it: see tests/interop/serdes/README.md.
 */
public final class Serdes {
    private static final String NAME = "confluent-java";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String registry;
    private final Path schemas;
    private final RestService rest;
    private final CachedSchemaRegistryClient client;
    private final Map<Integer, Descriptor> descriptors = new HashMap<>();

    private Serdes(String registry, Path schemas) {
        this.registry = registry;
        this.schemas = schemas;
        this.rest = new RestService(registry);
        this.client = new CachedSchemaRegistryClient(rest, 1000);
    }

    private String text(String name) throws Exception { return Files.readString(schemas.resolve(name)); }

    // ---- The schema of a topic's records, registered, and its id

    private int register(String form, String topic) throws Exception {
        String subject = topic + "-value";
        if (form.equals("avro")) return client.register(subject, new AvroSchema(text("order.avsc")));
        if (form.equals("json")) return rest.registerSchema(text("order.schema.json"), "JSON", List.of(), subject).getId();
        rest.registerSchema(text("money.proto"), "PROTOBUF", List.of(), "money.proto");
        int version = rest.getLatestVersion("money.proto").getVersion();
        var references = List.of(new SchemaReference("money.proto", "money.proto", version));
        return rest.registerSchema(text("order.proto"), "PROTOBUF", references, subject).getId();
    }

    // ---- An order's bytes, behind the id

    private byte[] write(String form, int id, JsonNode order) throws Exception {
        var out = new ByteArrayOutputStream();
        out.write(0);
        out.write(ByteBuffer.allocate(4).putInt(id).array());
        switch (form) {
            case "avro" -> writeAvro(((AvroSchema) client.getSchemaById(id)).rawSchema(), order, out);
            case "json" -> out.write(JSON.writeValueAsBytes(order));
            default -> {
                out.write(0);  // The first message of its file.
                toMessage(descriptor(id), order).writeTo(out);
            }
        }
        return out.toByteArray();
    }

    private JsonNode read(String form, byte[] bytes) throws Exception {
        var in = ByteBuffer.wrap(bytes);
        if (in.get() != 0) throw new IllegalStateException("no magic byte");
        int id = in.getInt();
        byte[] rest = Arrays.copyOfRange(bytes, in.position(), bytes.length);
        String type = this.rest.getId(id).getSchemaType();
        if (!type.equalsIgnoreCase(form)) throw new IllegalStateException("schema " + id + " is of type " + type);
        return switch (form) {
            case "avro" -> readAvro(((AvroSchema) client.getSchemaById(id)).rawSchema(), rest);
            case "json" -> JSON.readTree(rest);
            default -> {
                if (rest[0] != 0) throw new IllegalStateException("not the first message of its file");
                yield fromMessage(DynamicMessage.parseFrom(descriptor(id), Arrays.copyOfRange(rest, 1, rest.length)));
            }
        };
    }

    // ---- Avro

    private static void writeAvro(Schema schema, JsonNode order, ByteArrayOutputStream out) throws Exception {
        Schema moneyOf = schema.getField("price").schema();
        var money = new GenericData.Record(moneyOf);
        money.put("cents", order.get("price").get("cents").asLong());
        money.put("currency", new GenericData.EnumSymbol(moneyOf.getField("currency").schema(), order.get("price").get("currency").asText()));
        var record = new GenericData.Record(schema);
        record.put("order_id", order.get("order_id").asLong());
        record.put("customer", order.get("customer").asText());
        record.put("price", money);
        record.put("rate", order.get("rate").asDouble());
        record.put("paid", order.get("paid").asBoolean());
        var tags = new ArrayList<String>();
        order.get("tags").forEach(tag -> tags.add(tag.asText()));
        record.put("tags", tags);
        record.put("note", order.get("note").isNull() ? null : order.get("note").asText());
        var encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
        encoder.flush();
    }

    private static JsonNode readAvro(Schema schema, byte[] bytes) throws Exception {
        GenericRecord record = new GenericDatumReader<GenericRecord>(schema).read(null, DecoderFactory.get().binaryDecoder(bytes, null));
        GenericRecord money = (GenericRecord) record.get("price");
        var tags = new ArrayList<String>();
        ((List<?>) record.get("tags")).forEach(tag -> tags.add(tag.toString()));
        return order((Long) record.get("order_id"), record.get("customer").toString(), (Long) money.get("cents"),
                money.get("currency").toString(), (Double) record.get("rate"), (Boolean) record.get("paid"), tags,
                record.get("note") == null ? null : record.get("note").toString());
    }

    // ---- Protobuf: descriptors as the registry makes them of a schema's text

    private JsonNode get(String path) throws Exception {
        var answer = HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(registry + path)).build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) throw new IllegalStateException(path + ": " + answer.body());
        return JSON.readTree(answer.body());
    }

    private Descriptor descriptor(int id) throws Exception {
        Descriptor known = descriptors.get(id);
        if (known == null) {
            known = file(get("/schemas/ids/" + id + "?format=serialized")).findMessageTypeByName("Order");
            descriptors.put(id, known);
        }
        return known;
    }

    private FileDescriptor file(JsonNode schema) throws Exception {
        var dependencies = new ArrayList<FileDescriptor>();
        var names = new ArrayList<String>();
        if (schema.has("references")) {
            for (JsonNode reference : schema.get("references")) {
                JsonNode found = get("/subjects/" + reference.get("subject").asText() + "/versions/" + reference.get("version").asInt() + "?format=serialized");
                dependencies.add(file(found));
                names.add(reference.get("name").asText());
            }
        }
        // The text does not say what its file is called; who imports it does.
        for (int i = 0; i < dependencies.size(); ++i) {
            var named = dependencies.get(i).toProto().toBuilder().setName(names.get(i)).build();
            dependencies.set(i, FileDescriptor.buildFrom(named, dependencies.get(i).getDependencies().toArray(FileDescriptor[]::new)));
        }
        var proto = FileDescriptorProto.parseFrom(Base64.getDecoder().decode(schema.get("schema").asText()));
        return FileDescriptor.buildFrom(proto, dependencies.toArray(FileDescriptor[]::new));
    }

    private static DynamicMessage toMessage(Descriptor kind, JsonNode order) {
        Descriptor moneyKind = kind.findFieldByName("price").getMessageType();
        var currency = moneyKind.findFieldByName("currency");
        var money = DynamicMessage.newBuilder(moneyKind)
                .setField(moneyKind.findFieldByName("cents"), order.get("price").get("cents").asLong())
                .setField(currency, currency.getEnumType().findValueByName(order.get("price").get("currency").asText())).build();
        var message = DynamicMessage.newBuilder(kind)
                .setField(kind.findFieldByName("order_id"), order.get("order_id").asLong())
                .setField(kind.findFieldByName("customer"), order.get("customer").asText())
                .setField(kind.findFieldByName("price"), money)
                .setField(kind.findFieldByName("rate"), order.get("rate").asDouble())
                .setField(kind.findFieldByName("paid"), order.get("paid").asBoolean());
        order.get("tags").forEach(tag -> message.addRepeatedField(kind.findFieldByName("tags"), tag.asText()));
        if (!order.get("note").isNull()) message.setField(kind.findFieldByName("note"), order.get("note").asText());
        return message.build();
    }

    private static JsonNode fromMessage(DynamicMessage message) {
        Descriptor kind = message.getDescriptorForType();
        var money = (DynamicMessage) message.getField(kind.findFieldByName("price"));
        Descriptor moneyKind = money.getDescriptorForType();
        var tags = new ArrayList<String>();
        ((List<?>) message.getField(kind.findFieldByName("tags"))).forEach(tag -> tags.add((String) tag));
        var note = kind.findFieldByName("note");
        return order((Long) message.getField(kind.findFieldByName("order_id")), (String) message.getField(kind.findFieldByName("customer")),
                (Long) money.getField(moneyKind.findFieldByName("cents")), money.getField(moneyKind.findFieldByName("currency")).toString(),
                (Double) message.getField(kind.findFieldByName("rate")), (Boolean) message.getField(kind.findFieldByName("paid")), tags,
                message.hasField(note) ? (String) message.getField(note) : null);
    }

    private static JsonNode order(long id, String customer, long cents, String currency, double rate, boolean paid, List<String> tags, String note) {
        ObjectNode order = JSON.createObjectNode().put("order_id", id).put("customer", customer).put("rate", rate).put("paid", paid).put("note", note);
        order.putObject("price").put("cents", cents).put("currency", currency);
        ArrayNode list = order.putArray("tags");
        tags.forEach(list::add);
        return order;
    }

    // ---- The commands

    private void writeAll(String bootstrap, String orders) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "acks", "all", "enable.idempotence", true);
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<?>> acknowledged = new ArrayList<>();
            for (String form : List.of("avro", "json", "protobuf")) {
                String topic = "orders-" + form + "-" + NAME;
                int id = register(form, topic);
                for (JsonNode order : JSON.readTree(Path.of(orders).toFile())) {
                    acknowledged.add(producer.send(new ProducerRecord<>(topic, 0, null, write(form, id, order))));
                }
            }
            for (var one : acknowledged) one.get();
        }
    }

    private void readAll(String bootstrap, int count, List<String> topics) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "enable.auto.commit", false, "group.id", "unused");
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            var partitions = topics.stream().map(topic -> new TopicPartition(topic, 0)).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            for (int left = count * topics.size(); left > 0;) {
                for (ConsumerRecord<byte[], byte[]> message : consumer.poll(Duration.ofSeconds(1))) {
                    System.out.println(message.topic() + " " + JSON.writeValueAsString(read(message.topic().split("-")[1], message.value())));
                    --left;
                }
            }
        }
    }

    /** write SCHEMAS BOOTSTRAP REGISTRY ORDERS | read SCHEMAS BOOTSTRAP REGISTRY COUNT TOPIC… */
    public static void main(String[] words) throws Exception {
        var serdes = new Serdes(words[3], Path.of(words[1]));
        if (words[0].equals("write")) {
            serdes.writeAll(words[2], words[4]);
        } else {
            serdes.readAll(words[2], Integer.parseInt(words[4]), List.of(words).subList(5, words.length));
        }
    }
}
