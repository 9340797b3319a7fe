#include "api/snippets/snippets.h"

namespace weft::api {

namespace {

constexpr std::string_view kAvro = R"(import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { Kafka } from 'kafkajs';

const registry = new SchemaRegistry({ host: '@registry@' });
const decode = (value) => value && registry.decode(value);
)";

constexpr std::string_view kJson = R"(import { Kafka } from 'kafkajs';

// A value is a zero, the id of its schema in four bytes, then JSON.
const decode = (value) => value && JSON.parse(value.subarray(5).toString());
)";

constexpr std::string_view kText = R"(import { Kafka } from 'kafkajs';

const decode = (value) => value?.toString();
)";

constexpr std::string_view kMain = R"(
const kafka = new Kafka({ clientId: '@group@-node', brokers: ['@bootstrap@'] });
const consumer = kafka.consumer({ groupId: '@group@-node' });

await consumer.connect();
await consumer.subscribe({ topics: ['@topic@'], fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => {
    console.log(message.key?.toString(), await decode(message.value));
  },
});
)";

}  // namespace

Snippet node_snippet(const SnippetNames& names) {
  const Decoding decoding = decoding_of(names);
  const std::string_view decode = decoding == Decoding::kAvro ? kAvro : decoding == Decoding::kJson ? kJson : kText;
  const std::string_view install = decoding == Decoding::kAvro ? "npm install --silent kafkajs@2.2.4 @kafkajs/confluent-schema-registry@4.1.0"
                                                               : "npm install --silent kafkajs@2.2.4";
  return {"node",
          "Node.js",
          decoding != Decoding::kText || !names.format,
          "",
          std::nullopt,
          {{SnippetStep::Kind::kNeeds, "Node.js", "sudo apt-get install -y nodejs npm"},
           {SnippetStep::Kind::kFile, "reader.mjs", filled(decode, names) + filled(kMain, names)},
           {SnippetStep::Kind::kRun, "Install", std::string(install)},
           {SnippetStep::Kind::kRun, "Run", "node reader.mjs"}}};
}

}  // namespace weft::api
