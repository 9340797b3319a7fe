// librdkafka's C++ API as interop client: see tests/interop/README.md.
#include <librdkafka/rdkafkacpp.h>
#include <poll.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Settings = std::map<std::string, std::string>;

std::string key_of(std::int64_t record) { return "k" + std::to_string(record % 5); }

std::string value_of(std::int64_t record) {
  std::string value = std::to_string(record) + "|";
  for (int i = 0; i < 40; ++i) value += "abcdefghij";
  return value;
}

void say(std::string_view line) { std::cout << line << std::endl; }

[[noreturn]] void fail(std::string_view why) {
  std::cerr << why << std::endl;
  std::_Exit(1);
}

void check(RdKafka::Message& message) {
  const std::string value(static_cast<const char*>(message.payload()), message.len());
  const auto record = std::strtoll(value.c_str(), nullptr, 10);
  const bool is_good = message.key() != nullptr && *message.key() == key_of(record) && value == value_of(record);
  say((is_good ? "record " : "bad ") + std::to_string(record));
}

std::unique_ptr<RdKafka::Conf> conf_of(const Settings& settings) {
  std::unique_ptr<RdKafka::Conf> conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  std::string why;
  for (const auto& [name, value] : settings)
    if (conf->set(name, value, why) != RdKafka::Conf::CONF_OK) fail(why);
  return conf;
}

class Reports : public RdKafka::DeliveryReportCb {
 public:
  void dr_cb(RdKafka::Message& message) override {
    if (message.err() != RdKafka::ERR_NO_ERROR) fail(message.errstr());
    ++count;
  }
  std::int64_t count = 0;
};

void produce(const std::string& bootstrap, const std::string& topic, const std::string& codecs, std::int64_t first, std::int64_t count) {
  std::istringstream list(codecs);
  for (std::string codec; std::getline(list, codec, ','); first += count) {
    auto conf = conf_of({{"bootstrap.servers", bootstrap}, {"enable.idempotence", "true"}, {"compression.type", codec}, {"linger.ms", "20"}});
    Reports reports;
    std::string why;
    conf->set("dr_cb", &reports, why);
    std::unique_ptr<RdKafka::Producer> producer(RdKafka::Producer::create(conf.get(), why));
    if (producer == nullptr) fail(why);
    for (auto record = first; record < first + count; ++record) {
      const auto key = key_of(record);
      auto value = value_of(record);
      auto* headers = RdKafka::Headers::create();
      headers->add("codec", codec);
      const auto failed = producer->produce(topic, RdKafka::Topic::PARTITION_UA, RdKafka::Producer::RK_MSG_COPY, value.data(), value.size(),
                                            key.data(), key.size(), 0, headers, nullptr);
      if (failed != RdKafka::ERR_NO_ERROR) fail(RdKafka::err2str(failed));
      producer->poll(0);
    }
    producer->flush(60'000);
    if (reports.count != count) fail("not all records were acknowledged");
  }
  say("produced");
}

std::unique_ptr<RdKafka::KafkaConsumer> make_consumer(Settings settings) {
  settings.insert({"enable.auto.commit", "false"});
  settings.insert({"auto.offset.reset", "earliest"});
  std::string why;
  auto conf = conf_of(settings);
  std::unique_ptr<RdKafka::KafkaConsumer> consumer(RdKafka::KafkaConsumer::create(conf.get(), why));
  if (consumer == nullptr) fail(why);
  return consumer;
}

void consume(const std::string& bootstrap, const std::string& topic, std::int64_t count) {
  auto consumer = make_consumer({{"bootstrap.servers", bootstrap}, {"group.id", "unused"}});
  RdKafka::Metadata* metadata = nullptr;
  std::string why;
  std::unique_ptr<RdKafka::Topic> handle(RdKafka::Topic::create(consumer.get(), topic, nullptr, why));
  if (consumer->metadata(false, handle.get(), &metadata, 60'000) != RdKafka::ERR_NO_ERROR) fail("no metadata");
  std::vector<RdKafka::TopicPartition*> partitions;
  for (const auto* partition : *metadata->topics()->front()->partitions())
    partitions.push_back(RdKafka::TopicPartition::create(topic, partition->id(), 0));
  delete metadata;
  consumer->assign(partitions);
  RdKafka::TopicPartition::destroy(partitions);
  while (count > 0) {
    std::unique_ptr<RdKafka::Message> message(consumer->consume(1000));
    if (message->err() == RdKafka::ERR__TIMED_OUT) continue;
    if (message->err() != RdKafka::ERR_NO_ERROR) fail(message->errstr());
    check(*message);
    --count;
  }
  consumer->close();
}

bool has_input_ended() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  char bytes[64];
  return poll(&input, 1, 0) > 0 && read(STDIN_FILENO, bytes, sizeof bytes) <= 0;
}

void member(const std::string& bootstrap, const std::string& topic, const std::string& group) {
  auto consumer = make_consumer({{"bootstrap.servers", bootstrap}, {"group.id", group}, {"session.timeout.ms", "6000"}, {"heartbeat.interval.ms", "500"}});
  if (consumer->subscribe({topic}) != RdKafka::ERR_NO_ERROR) fail("subscribe");
  while (!has_input_ended()) {
    std::unique_ptr<RdKafka::Message> message(consumer->consume(200));
    if (message->err() == RdKafka::ERR__TIMED_OUT) continue;
    if (message->err() != RdKafka::ERR_NO_ERROR) fail(message->errstr());
    check(*message);
    // A rebalance in between refuses it: whoever has the partition now reads the record again.
    if (const auto refused = consumer->commitAsync(message.get()); refused != RdKafka::ERR_NO_ERROR) say("uncommitted");
  }
  consumer->commitSync();
  consumer->close();
  say("left");
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.size() == 6 && words[0] == "produce")
    produce(words[1], words[2], words[3], std::stoll(words[4]), std::stoll(words[5]));
  else if (words.size() == 4 && words[0] == "consume")
    consume(words[1], words[2], std::stoll(words[3]));
  else if (words.size() == 4 && words[0] == "member")
    member(words[1], words[2], words[3]);
  else
    fail("usage: client produce|consume|member …");
  return 0;
}
