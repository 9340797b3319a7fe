#include "api/snippets/snippets.h"

namespace weft::api {

namespace {

constexpr std::string_view kStart = R"(#include <librdkafka/rdkafkacpp.h>

#include <iostream>
#include <memory>
#include <string>

)";

constexpr std::string_view kText = R"(std::string show(const RdKafka::Message& message) {
  return std::string(static_cast<const char*>(message.payload()), message.len());
}
)";

constexpr std::string_view kJson = R"(// A value is a zero, the id of its schema in four bytes, then JSON.
std::string show(const RdKafka::Message& message) {
  const std::string value(static_cast<const char*>(message.payload()), message.len());
  return value.size() > 5 ? value.substr(5) : value;
}
)";

constexpr std::string_view kSize = R"(// A value is a zero, the id of its schema in four bytes, then what the schema describes.
std::string show(const RdKafka::Message& message) {
  const auto* bytes = static_cast<const unsigned char*>(message.payload());
  if (bytes == nullptr || message.len() < 5) return "no framed value";
  const unsigned id = bytes[1] << 24 | bytes[2] << 16 | bytes[3] << 8 | bytes[4];
  return "schema id " + std::to_string(id) + ", " + std::to_string(message.len() - 5) + " bytes";
}
)";

constexpr std::string_view kMain = R"(
int main() {
  std::string why;
  std::unique_ptr<RdKafka::Conf> settings(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  settings->set("bootstrap.servers", "@bootstrap@", why);
  settings->set("group.id", "@group@-cpp", why);
  settings->set("auto.offset.reset", "earliest", why);
  std::unique_ptr<RdKafka::KafkaConsumer> consumer(RdKafka::KafkaConsumer::create(settings.get(), why));
  if (!consumer) {
    std::cerr << why << "\n";
    return 1;
  }
  consumer->subscribe({"@topic@"});
  while (true) {
    std::unique_ptr<RdKafka::Message> message(consumer->consume(1000));
    if (message->err() == RdKafka::ERR__TIMED_OUT) continue;
    if (message->err() != RdKafka::ERR_NO_ERROR) {
      std::cerr << message->errstr() << "\n";
      return 1;
    }
    const std::string* key = message->key();
    std::cout << message->partition() << ":" << message->offset() << " " << (key ? *key : "") << " " << show(*message) << std::endl;
  }
}
)";

}  // namespace

Snippet cpp_snippet(const SnippetNames& names) {
  const bool framed = names.format.has_value();
  const bool json = decoding_of(names) == Decoding::kJson;
  std::string program(kStart);
  program += json ? kJson : framed ? kSize : kText;
  program += filled(kMain, names);
  return {"cpp",
          "C++",
          json || !framed,
          framed && !json ? "Debian has no registry client for C++: values are shown with their schema's id." : "",
          std::nullopt,
          {{SnippetStep::Kind::kNeeds, "librdkafka", "sudo apt-get install -y g++ librdkafka-dev"},
           {SnippetStep::Kind::kFile, "reader.cc", std::move(program)},
           {SnippetStep::Kind::kRun, "Build", "g++ -std=c++17 -O2 reader.cc -o reader -lrdkafka++"},
           {SnippetStep::Kind::kRun, "Run", "./reader"}}};
}

}  // namespace weft::api
