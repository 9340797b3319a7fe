#include "api/snippets/snippets.h"

namespace weft::api {

namespace {

constexpr std::string_view kAvro = R"(from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

avro = AvroDeserializer(SchemaRegistryClient({"url": "@registry@"}))


def decode(value):
    return avro(value, SerializationContext("@topic@", MessageField.VALUE))

)";

constexpr std::string_view kJson = R"(import json

from confluent_kafka import Consumer


def decode(value):
    # A value is a zero, the id of its schema in four bytes, then JSON.
    return value and json.loads(value[5:])

)";

constexpr std::string_view kText = R"(from confluent_kafka import Consumer


def decode(value):
    return value and value.decode(errors="replace")

)";

constexpr std::string_view kMain = R"(
consumer = Consumer({
    "bootstrap.servers": "@bootstrap@",
    "group.id": "@group@-python",
    "auto.offset.reset": "earliest",
})
consumer.subscribe(["@topic@"])
try:
    while True:
        message = consumer.poll(1.0)
        if message is None:
            continue
        if message.error():
            raise SystemExit(message.error())
        print(message.key(), decode(message.value()), flush=True)
finally:
    consumer.close()
)";

}  // namespace

Snippet python_snippet(const SnippetNames& names) {
  const Decoding decoding = decoding_of(names);
  const std::string_view decode = decoding == Decoding::kAvro ? kAvro : decoding == Decoding::kJson ? kJson : kText;
  const std::string_view package = decoding == Decoding::kAvro ? "'confluent-kafka[avro,schemaregistry]==2.16.0'" : "'confluent-kafka==2.16.0'";
  return {"python",
          "Python",
          decoding != Decoding::kText || !names.format,
          "",
          std::nullopt,
          {{SnippetStep::Kind::kNeeds, "Python", "sudo apt-get install -y python3-venv"},
           {SnippetStep::Kind::kFile, "reader.py", filled(decode, names) + filled(kMain, names)},
           {SnippetStep::Kind::kRun, "Install", "python3 -m venv venv && venv/bin/pip install -q " + std::string(package)},
           {SnippetStep::Kind::kRun, "Run", "venv/bin/python reader.py"}}};
}

}  // namespace weft::api
