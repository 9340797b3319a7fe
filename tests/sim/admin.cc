#include "admin.h"

#include <algorithm>

#include "fetching.h"
#include "kafka/messages/create_partitions.h"
#include "kafka/messages/create_topics.h"
#include "kafka/messages/delete_records.h"
#include "kafka/messages/delete_topics.h"
#include "kafka/messages/incremental_alter_configs.h"
#include "kafka/messages/list_offsets.h"
#include "kafka/messages/offset_commit.h"
#include "kafka/messages/offset_fetch.h"
#include "kafka/messages/produce.h"
#include "record/builder.h"

namespace weft::sim {

using kafka::KafkaError;

namespace {

kafka::CreateTopicsRequest create_request(const std::string& name, std::int32_t partitions,
                                          const std::map<std::string, std::string>& configs) {
  kafka::CreateTopicsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = name;
  topic.num_partitions = partitions;
  topic.replication_factor = 1;
  for (const auto& [key, value] : configs) topic.configs.push_back({key, value});
  return request;
}

}  // namespace

// ---- Admin

void Admin::start() {
  const std::string small = fmt::format("{}", 2000 + draw(4000));
  const std::int64_t retention_ms = 20'000 + static_cast<std::int64_t>(draw(20'000));
  const std::int64_t tombstones_ms = 20'000 + static_cast<std::int64_t>(draw(30'000));
  create({
      {"plain", 2, {{"retention.ms", "-1"}, {"segment.bytes", small}}, {}},
      {"aged",
       2,
       {{"retention.ms", fmt::format("{}", retention_ms)}, {"segment.bytes", small}},
       {false, false, retention_ms, 0}},
      {"sized", 1, {{"retention.bytes", "20000"}, {"segment.bytes", small}}, {false, true, -1, 0}},
      {"keyed",
       2,
       {{"cleanup.policy", "compact"},
        {"segment.bytes", small},
        {"min.cleanable.dirty.ratio", "0.1"},
        {"delete.retention.ms", fmt::format("{}", tombstones_ms)},
        {"retention.ms", "1000"}},
       {true, false, -1, tombstones_ms}},
      {"mixed",
       1,
       {{"cleanup.policy", "compact,delete"},
        {"segment.bytes", small},
        {"min.cleanable.dirty.ratio", "0.1"},
        {"delete.retention.ms", fmt::format("{}", tombstones_ms)},
        {"retention.ms", fmt::format("{}", 3 * retention_ms)}},
       {true, false, 3 * retention_ms, tombstones_ms}},
  });
}

void Admin::create(std::vector<NewTopic> left) {
  if (left.empty()) {
    ready_ = true;
    compact_positions();
    return work();
  }
  const NewTopic& next = left.front();
  const auto request = create_request(next.name, next.partitions, next.configs);
  call<kafka::CreateTopicsResponse>(
      wire_, request, 7, draw_ms(1000, 3000),
      [this, left = std::move(left)](std::optional<kafka::CreateTopicsResponse> got) mutable {
        const KafkaError error = got.has_value() ? got->topics.at(0).error_code : KafkaError::kRequestTimedOut;
        if (error == KafkaError::kNone || error == KafkaError::kTopicAlreadyExists) {
          truth().note("topic {}", left.front().name);
          truth().topic_made(left.front().name, left.front().rules);
          scene_.topics.push_back({left.front().name, got->topics.at(0).topic_id, left.front().partitions});
          left.erase(left.begin());
        }
        later(draw_ms(1, 50), [this, left = std::move(left)]() mutable { create(std::move(left)); });
      });
}

void Admin::work() {
  if (!scene_.peaceful) {
    switch (draw(7)) {
      case 0:
      case 1:
        delete_records("plain");
        break;
      case 2:
        delete_records("mixed");
        break;
      case 3:
        add_partition(chance(50) ? "plain" : "aged");
        break;
      case 4:
        alter("aged", "retention.ms", fmt::format("{}", 20'000 + draw(40'000)));
        break;
      case 5:
        alter("keyed", "min.cleanable.dirty.ratio", chance(50) ? "0.01" : "0.5");
        break;
      default:
        alter("plain", "segment.bytes", fmt::format("{}", 1000 + draw(8000)));
    }
  }
  later(draw_ms(500, 8000), [this] { work(); });
}

void Admin::delete_records(const std::string& topic) {
  const TopicPartition at{topic,
                          static_cast<std::int32_t>(draw(static_cast<std::uint64_t>(scene_.topic(topic).partitions)))};
  const std::int64_t visible = truth().visible(at);
  const std::int64_t start = truth().bounds(at).log_start;
  if (visible <= start) return;
  const std::int64_t to = start + static_cast<std::int64_t>(draw(static_cast<std::uint64_t>(visible - start + 1)));
  truth().delete_asked(at, to);
  truth().note("delete {} to {}", at.text(), to);
  kafka::DeleteRecordsRequest request;
  request.topics.push_back({topic, {{PartitionIndex{at.partition}, Offset{to}}}});
  request.timeout_ms = 5000;
  call<kafka::DeleteRecordsResponse>(wire_, request, 1, draw_ms(500, 4000), [this, at, to](auto got) {
    if (!got.has_value()) return;
    const auto& partition = got->topics.at(0).partitions.at(0);
    if (partition.error_code == KafkaError::kOffsetOutOfRange)
      truth().violated("dirty read", fmt::format("{}: {} was visible and is out of range", at.text(), to));
    if (partition.error_code != KafkaError::kNone) return;
    truth().note("{} begins at {}", at.text(), partition.low_watermark);
    if (partition.low_watermark.get() < to)
      truth().violated("log start went back",
                       fmt::format("{}: {} was asked for and {} answered", at.text(), to, partition.low_watermark));
    truth().deleted(at, partition.low_watermark.get());
  });
}

void Admin::add_partition(const std::string& topic) {
  const std::int32_t count = scene_.topic(topic).partitions + 1;
  if (count > 4) return;
  kafka::CreatePartitionsRequest request;
  request.topics.push_back({topic, count, std::nullopt});
  request.timeout_ms = 5000;
  call<kafka::CreatePartitionsResponse>(wire_, request, 2, draw_ms(500, 4000), [this, topic, count](auto got) {
    if (!got.has_value()) return;
    const KafkaError error = got->results.at(0).error_code;
    // INVALID_PARTITIONS: an answer was lost, they are there.
    if (error != KafkaError::kNone && error != KafkaError::kInvalidPartitions) return;
    truth().note("{} has {} partitions", topic, count);
    truth().counts.add(Event::kPartitionsAdded);
    scene_.topic(topic).partitions = count;
  });
}

void Admin::alter(const std::string& topic, const std::string& name, const std::string& value) {
  if (name == "retention.ms") {
    auto& least = truth().rules(topic).retention_ms_min;
    least = std::min<std::int64_t>(least, std::stoll(value));
  }
  truth().note("{}: {} = {}", topic, name, value);
  kafka::IncrementalAlterConfigsRequest request;
  auto& resource = request.resources.emplace_back();
  resource.resource_type = kafka::ConfigResourceType::kTopic;
  resource.resource_name = topic;
  resource.configs.push_back({name, kafka::ConfigOperation::kSet, value});
  call<kafka::IncrementalAlterConfigsResponse>(wire_, request, 1, draw_ms(500, 4000), [this](auto got) {
    if (got.has_value() && got->responses.at(0).error_code == KafkaError::kNone)
      truth().counts.add(Event::kConfigAltered);
  });
}

/// The groups' topic is compacted too, and must not forget anybody's last position.
void Admin::compact_positions() {
  alter("__consumer_offsets", "segment.bytes", "4000");
  alter("__consumer_offsets", "min.cleanable.dirty.ratio", "0.1");
}

// ---- Churner

void Churner::again(std::string what, void (Churner::*step)()) {
  waits_for_ = std::move(what);
  later(draw_ms(50, 500), [this, step] { (this->*step)(); });
}

/// What was asked without an answer may still happen: to the topic of that name, which is left alone from now on.
void Churner::elsewhere() {
  topic_ = fmt::format("guest-{}", ++life_);
  waits_for_ = "another topic";
  later(draw_ms(50, 500), [this] { create(); });
}

void Churner::create() {
  if (scene_.peaceful) {
    resting_ = true;
    return;
  }
  const auto request = create_request(topic_, 1, {{"segment.bytes", "2000"}});
  call<kafka::CreateTopicsResponse>(wire_, request, 5, draw_ms(1000, 4000),
                                    [this](std::optional<kafka::CreateTopicsResponse> got) {
                                      if (!got.has_value()) return elsewhere();
                                      const KafkaError error = got->topics.at(0).error_code;
                                      truth().note("churner creates {}: {}", topic_, kafka::kafka_error_name(error));
                                      if (error == KafkaError::kNone) return check_new();
                                      if (error == KafkaError::kTopicAlreadyExists)
                                        return truth().violated("deleted topic is back", topic_);
                                      elsewhere();  // an error does not say whether it happens
                                    });
}

void Churner::check_new() {
  call<kafka::ListOffsetsResponse>(
      wire_, list_offsets_request({topic_, 0}, -1), 5, draw_ms(500, 4000), [this](auto got) {
        if (!got.has_value()) return again("offsets of a new topic", &Churner::check_new);
        const auto& partition = got->topics.at(0).partitions.at(0);
        if (partition.error_code == KafkaError::kUnknownTopicOrPartition)
          return truth().violated("lost topic", topic_ + " was made and is gone");
        if (partition.error_code != KafkaError::kNone) return again("offsets of a new topic", &Churner::check_new);
        if (partition.offset.get() != 0)
          truth().violated("dirty read", fmt::format("a new topic ends at {}", partition.offset));
        check_positions();
      });
}

void Churner::check_positions() {
  kafka::OffsetFetchRequest request;
  request.group_id = kafka::GroupId{"guests"};
  request.topics.emplace();
  request.topics->push_back({topic_, {PartitionIndex{0}}});
  call<kafka::OffsetFetchResponse>(
      wire_, request, 5, draw_ms(500, 4000), [this](std::optional<kafka::OffsetFetchResponse> got) {
        if (!got.has_value() || got->error_code != KafkaError::kNone)
          return again("positions", &Churner::check_positions);
        const auto& partition = got->topics.at(0).partitions.at(0);
        if (partition.committed_offset >= Offset{0})
          truth().violated("position of another topic",
                           fmt::format("a new topic's group is at {}: {}", partition.committed_offset,
                                       partition.metadata.value_or("")));
        produce(3 + static_cast<int>(draw(6)));
      });
}

void Churner::produce(int left) {
  if (left == 0) return commit();
  record::BatchBuilder builder;
  const std::string value(200, 'g');
  builder.add(std::nullopt, as_bytes(value), Timestamp{scene_.wall_ms()});
  kafka::ProduceRequest request;
  request.acks = -1;
  request.timeout_ms = 1000;
  auto& topic = request.topic_data.emplace_back();
  topic.name = topic_;
  topic.partition_data.push_back({PartitionIndex{0}, SharedBytes(builder.build().value())});
  call<kafka::ProduceResponse>(wire_, request, 7, draw_ms(500, 4000), [this, left](auto got) {
    if (!got.has_value()) return elsewhere();
    if (got->responses.at(0).partition_responses.at(0).error_code == KafkaError::kUnknownTopicOrPartition)
      return truth().violated("lost topic", topic_ + " was there and is gone");
    later(draw_ms(5, 200), [this, left] { produce(left - 1); });
  });
}

void Churner::commit() {
  kafka::OffsetCommitRequest request;
  request.group_id = kafka::GroupId{"guests"};
  request.topics.push_back(
      {topic_, {{PartitionIndex{0}, Offset{2}, LeaderEpoch{-1}, Timestamp{-1}, fmt::format("life {}", life_)}}});
  call<kafka::OffsetCommitResponse>(wire_, request, 7, draw_ms(500, 4000), [this](auto got) {
    if (!got.has_value()) return elsewhere();
    if (got->topics.at(0).partitions.at(0).error_code != KafkaError::kNone)
      return again("a position to be committed", &Churner::commit);
    again("a topic to be deleted", &Churner::remove);
  });
}

void Churner::remove() {
  kafka::DeleteTopicsRequest request;
  request.topic_names = {topic_};
  request.timeout_ms = 5000;
  call<kafka::DeleteTopicsResponse>(wire_, request, 3, draw_ms(500, 4000),
                                    [this](std::optional<kafka::DeleteTopicsResponse> got) {
                                      if (!got.has_value()) return elsewhere();
                                      const KafkaError error = got->responses.at(0).error_code;
                                      truth().note("churner deletes {}: {}", topic_, kafka::kafka_error_name(error));
                                      if (error == KafkaError::kUnknownTopicOrPartition)
                                        return truth().violated("lost topic", topic_ + " was there and is gone");
                                      if (error != KafkaError::kNone) return elsewhere();
                                      truth().counts.add(Event::kTopicDeleted);
                                      chance(70) ? create() : later(draw_ms(0, 3000), [this] { create(); });
                                    });
}

}  // namespace weft::sim
