// Programs that are there already: weft's own command line, kcat, anything that speaks HTTP, Kafka Connect.
#include "api/snippets/snippets.h"

namespace weft::api {

Snippet weft_snippet(const SnippetNames& names) {
  return {"weft",
          "weft",
          true,
          "",
          std::nullopt,
          {{SnippetStep::Kind::kRun, "Everything, then what comes",
            filled("weft consume @topic@ --bootstrap @bootstrap@ --server @http@ --from earliest", names)}}};
}

Snippet kcat_snippet(const SnippetNames& names) {
  const bool text = decoding_of(names) == Decoding::kText;
  const std::string_view values = text ? "%s" : "%S bytes";
  return {"kcat",
          "kcat",
          text && !names.format,
          text ? "" : filled("Debian's kcat cannot read Avro; one that was built with it decodes: add -s value=avro -r @registry@.", names),
          std::nullopt,
          {{SnippetStep::Kind::kNeeds, "kcat", "sudo apt-get install -y kcat"},
           {SnippetStep::Kind::kRun, "Everything, then what comes",
            filled("kcat -C -u -b @bootstrap@ -t @topic@ -o beginning \\\n  -f '%p:%o key %k ", names) + std::string(values) + "\\n'"}}};
}

Snippet http_snippet(const SnippetNames& names) {
  return {"http",
          "HTTP",
          true,
          "Reads a page of records at a time, decoded; for a stream use a Kafka client.",
          std::nullopt,
          {{SnippetStep::Kind::kRun, "The newest records",
            filled("curl -sS '@http@/api/v1/products/@domain@/@product@/samples?from=newest&limit=10'", names)}}};
}

namespace {

constexpr std::string_view kConnectPom = R"(<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>sink</groupId>
  <artifactId>sink</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>connect-runtime</artifactId>
      <version>3.9.2</version>
    </dependency>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>connect-file</artifactId>
      <version>3.9.2</version>
    </dependency>
  </dependencies>
</project>
)";

constexpr std::string_view kConnectWorker = R"(bootstrap.servers=@bootstrap@
key.converter=org.apache.kafka.connect.storage.StringConverter
value.converter=org.apache.kafka.connect.storage.StringConverter
offset.storage.file.filename=offsets
offset.flush.interval.ms=1000
listeners=http://127.0.0.1:0
)";

constexpr std::string_view kConnectSink = R"(name=@group@-connect
connector.class=org.apache.kafka.connect.file.FileStreamSinkConnector
tasks.max=1
topics=@topic@
file=records.txt
)";

}  // namespace

Snippet connect_snippet(const SnippetNames& names) {
  const bool text = decoding_of(names) == Decoding::kText && !names.format;
  return {"connect",
          "Kafka Connect",
          text,
          text ? ""
               : "Writes each value as it is stored, one a line: put the converter of your schema format on the class path to write fields.",
          "records.txt",
          {{SnippetStep::Kind::kNeeds, "Java 17 and Maven", "sudo apt-get install -y openjdk-17-jdk-headless maven"},
           {SnippetStep::Kind::kFile, "pom.xml", std::string(kConnectPom)},
           {SnippetStep::Kind::kFile, "worker.properties", filled(kConnectWorker, names)},
           {SnippetStep::Kind::kFile, "sink.properties", filled(kConnectSink, names)},
           {SnippetStep::Kind::kRun, "Install", "mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib"},
           {SnippetStep::Kind::kRun, "Run; records arrive in records.txt",
            "java -cp 'lib/*' org.apache.kafka.connect.cli.ConnectStandalone worker.properties sink.properties"}}};
}

}  // namespace weft::api
