import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * Writes what Apache Kafka's own generated classes make of messages whose every field has a value of its own, and of
 * messages with as little in them as there can be. README.md tells how to run it.
 *
 * Arguments: the folder to write to, then API:first-last for each API.
 */
public final class GoldenBytes {
  private static final ObjectMapper MAPPER = new ObjectMapper().enable(JsonParser.Feature.ALLOW_COMMENTS);
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** A value twice: as Kafka's JSON reader takes it, and as the golden file shows it. */
  private record Value(JsonNode forKafka, JsonNode shown) {}

  private final boolean full;
  private final short version;
  private final Map<String, JsonNode> commonStructs = new HashMap<>();
  private int counter = 0;

  private GoldenBytes(boolean full, short version, JsonNode schema) {
    this.full = full;
    this.version = version;
    for (JsonNode struct : schema.path("commonStructs")) commonStructs.put(struct.get("name").asText(), struct.get("fields"));
  }

  private static short[] range(String text) {
    if (text.equals("none")) return new short[] {Short.MAX_VALUE, 0};
    if (text.endsWith("+")) return new short[] {Short.parseShort(text.substring(0, text.length() - 1)), Short.MAX_VALUE};
    String[] ends = text.split("-");
    return new short[] {Short.parseShort(ends[0]), Short.parseShort(ends[ends.length - 1])};
  }

  private boolean has(String versions) {
    short[] range = range(versions);
    return version >= range[0] && version <= range[1];
  }

  private Value struct(JsonNode fields) {
    ObjectNode forKafka = JSON.objectNode(), shown = JSON.objectNode();
    for (JsonNode field : fields) {
      if (!has(field.get("versions").asText())) continue;
      boolean tagged = field.has("tag") && has(field.get("taggedVersions").asText());
      if (tagged && !full) continue;
      Value value = value(field);
      String name = field.get("name").asText();
      String camel = name.substring(0, 1).toLowerCase() + name.substring(1);
      forKafka.set(camel, value.forKafka);
      shown.set(camel.replaceAll("([A-Z])", "_$1").toLowerCase(), value.shown);
    }
    return new Value(forKafka, shown);
  }

  private Value value(JsonNode field) {
    String type = field.get("type").asText();
    boolean nullable = field.has("nullableVersions") && has(field.get("nullableVersions").asText());
    if (nullable && !full) return new Value(JSON.nullNode(), JSON.nullNode());
    if (!type.startsWith("[]")) return element(type, field.get("fields"));
    ArrayNode forKafka = JSON.arrayNode(), shown = JSON.arrayNode();
    for (int i = 0; full && i < 2; ++i) {
      Value value = element(type.substring(2), field.get("fields"));
      forKafka.add(value.forKafka);
      shown.add(value.shown);
    }
    return new Value(forKafka, shown);
  }

  private static Value same(JsonNode node) {
    return new Value(node, node);
  }

  private Value element(String type, JsonNode fields) {
    if (full) ++counter;
    switch (type) {
      case "bool": return same(JSON.booleanNode(full));
      case "int8": return same(JSON.numberNode(full ? counter % 120 + 1 : 0));
      case "int16": return same(JSON.numberNode(full ? 300 + counter : 0));
      case "int32": return same(JSON.numberNode(full ? 70_000 + counter : 0));
      case "int64": return same(JSON.numberNode(full ? 5_000_000_000L + counter : 0));
      case "float64": return same(JSON.numberNode(full ? 1000.5 + counter : 0.0));
      case "string": return same(JSON.textNode(full ? (counter % 5 == 0 ? "größe-" : "s") + counter : ""));
      case "uuid": return same(JSON.textNode((full ? new Uuid(counter, -counter) : Uuid.ZERO_UUID).toString()));
      case "bytes": {
        byte[] bytes = full ? ("bytes-" + counter).getBytes(StandardCharsets.UTF_8) : new byte[0];
        return new Value(JSON.textNode(Base64.getEncoder().encodeToString(bytes)), JSON.textNode(HexFormat.of().formatHex(bytes)));
      }
      case "records": {
        byte[] bytes = full ? ("records-" + counter).getBytes(StandardCharsets.UTF_8) : new byte[0];
        return new Value(JSON.textNode(Base64.getEncoder().encodeToString(bytes)), JSON.numberNode(bytes.length));
      }
      default: return struct(fields != null ? fields : commonStructs.get(type));
    }
  }

  private static String bytes(Message message, short version) {
    ObjectSerializationCache cache = new ObjectSerializationCache();
    ByteBuffer buffer = ByteBuffer.allocate(message.size(cache, version));
    message.write(new ByteBufferAccessor(buffer), cache, version);
    if (buffer.hasRemaining()) throw new IllegalStateException("size and bytes differ");
    return HexFormat.of().formatHex(buffer.array());
  }

  private static void messages(PrintWriter out, String api, String direction, short version) throws Exception {
    String name = api + direction;
    JsonNode schema;
    try (InputStream in = ApiKeys.class.getResourceAsStream("/common/message/" + name + ".json")) {
      schema = MAPPER.readTree(in);
    }
    Class<?> converter = Class.forName("org.apache.kafka.common.message." + name + "DataJsonConverter");
    for (boolean full : new boolean[] {true, false}) {
      Value value = new GoldenBytes(full, version, schema).struct(schema.get("fields"));
      ApiMessage message = (ApiMessage) converter.getMethod("read", JsonNode.class, short.class).invoke(null, value.forKafka, version);
      String hex = bytes(message, version);
      out.println(direction.toLowerCase() + " " + version + " " + (hex.isEmpty() ? "-" : hex) + " " + MAPPER.writeValueAsString(value.shown));
    }
  }

  private static String fileName(String api) {
    return api.replaceAll("(?<!^)([A-Z])", "_$1").toLowerCase() + ".txt";
  }

  private static boolean append;

  private static PrintWriter open(Path folder, String name) throws Exception {
    Path file = folder.resolve(name);
    return new PrintWriter(append ? Files.newBufferedWriter(file, StandardOpenOption.APPEND) : Files.newBufferedWriter(file));
  }

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    append = arguments[1].equals("--append");
    try (PrintWriter headers = open(folder, "headers.txt")) {
      for (int i = append ? 2 : 1; i < arguments.length; ++i) {
        String[] parts = arguments[i].split(":");
        ApiKeys key = null;
        for (ApiKeys each : ApiKeys.values()) if (each.name.equals(parts[0])) key = each;
        short[] versions = range(parts[1]);
        try (PrintWriter out = open(folder, fileName(parts[0]))) {
          for (short version = versions[0]; version <= Math.min(versions[1], key.latestVersion()); ++version) {
            messages(out, parts[0], "Request", version);
            messages(out, parts[0], "Response", version);
            RequestHeaderData request = new RequestHeaderData().setRequestApiKey(key.id).setRequestApiVersion(version)
                .setCorrelationId(1_000_000 + version).setClientId("client-" + key.id);
            ResponseHeaderData response = new ResponseHeaderData().setCorrelationId(1_000_000 + version);
            headers.println(parts[0] + " " + version + " " + bytes(request, key.requestHeaderVersion(version)) + " "
                + bytes(response, key.responseHeaderVersion(version)));
          }
        }
      }
    }
    if (append) return;
    try (PrintWriter out = open(folder, "errors.txt")) {
      for (Errors error : Errors.values()) {
        boolean retriable = error.exception() instanceof org.apache.kafka.common.errors.RetriableException;
        out.println(error.code() + " " + error.name() + " " + (retriable ? "retriable" : "final"));
      }
    }
  }
}
