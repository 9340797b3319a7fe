#include "api/snippets/snippets.h"

namespace weft::api {

namespace {

constexpr std::string_view kPom = R"(<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>reader</groupId>
  <artifactId>reader</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka-clients</artifactId>
      <version>3.9.2</version>
    </dependency>
    <dependency>
      <groupId>org.apache.avro</groupId>
      <artifactId>avro</artifactId>
      <version>1.12.0</version>
    </dependency>
  </dependencies>
</project>
)";

constexpr std::string_view kImports = R"(import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
)";

constexpr std::string_view kAvroImports = R"(import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
)";

constexpr std::string_view kMain = R"(
public class Reader {
  public static void main(String[] args) throws Exception {
    var settings = new Properties();
    settings.put("bootstrap.servers", "@bootstrap@");
    settings.put("group.id", "@group@-java");
    settings.put("auto.offset.reset", "earliest");

    try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of("@topic@"));
      while (true) {
        for (var record : consumer.poll(Duration.ofSeconds(1))) {
          System.out.println(record.key() + " " + decode(record.value()));
        }
      }
    }
  }
)";

constexpr std::string_view kDecodeAvro = R"(
  static final HttpClient http = HttpClient.newHttpClient();
  static final Map<Integer, Schema> schemas = new HashMap<>();

  /** A value is a zero, the id of its schema in four bytes, then Avro. */
  static Object decode(byte[] value) throws Exception {
    if (value == null) return null;
    var schema = schemaOf(ByteBuffer.wrap(value, 1, 4).getInt());
    var avro = DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null);
    return new GenericDatumReader<Object>(schema).read(null, avro);
  }

  static Schema schemaOf(int id) throws Exception {
    var known = schemas.get(id);
    if (known != null) return known;
    var address = URI.create("@registry@/schemas/ids/" + id);
    var answer = http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
    var schema = new Schema.Parser().parse(new ObjectMapper().readTree(answer.body()).get("schema").asText());
    schemas.put(id, schema);
    return schema;
  }
}
)";

constexpr std::string_view kDecodeJson = R"(
  /** A value is a zero, the id of its schema in four bytes, then JSON. */
  static String decode(byte[] value) {
    return value == null ? null : new String(value, 5, value.length - 5, StandardCharsets.UTF_8);
  }
}
)";

constexpr std::string_view kDecodeText = R"(
  static String decode(byte[] value) {
    return value == null ? null : new String(value, StandardCharsets.UTF_8);
  }
}
)";

}  // namespace

Snippet java_snippet(const SnippetNames& names) {
  const Decoding decoding = decoding_of(names);
  std::string program(decoding == Decoding::kAvro ? kAvroImports : kImports);
  program += filled(kMain, names);
  program += filled(decoding == Decoding::kAvro ? kDecodeAvro : decoding == Decoding::kJson ? kDecodeJson : kDecodeText, names);
  return {"java",
          "Java",
          decoding != Decoding::kText || !names.format,
          decoding == Decoding::kAvro ? "With Confluent's Maven repository at hand, its KafkaAvroDeserializer works as well." : "",
          std::nullopt,
          {{SnippetStep::Kind::kNeeds, "Java 17 and Maven", "sudo apt-get install -y openjdk-17-jdk-headless maven"},
           {SnippetStep::Kind::kFile, "pom.xml", std::string(kPom)},
           {SnippetStep::Kind::kFile, "Reader.java", std::move(program)},
           {SnippetStep::Kind::kRun, "Install", "mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib"},
           {SnippetStep::Kind::kRun, "Run", "java -cp 'lib/*' Reader.java"}}};
}

}  // namespace weft::api
