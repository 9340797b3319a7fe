#include "producer.h"

#include <algorithm>

#include "kafka/errors.h"
#include "kafka/messages/init_producer_id.h"
#include "kafka/messages/produce.h"
#include "record/builder.h"

namespace weft::sim {

using kafka::KafkaError;

namespace {

constexpr std::size_t kWindow = 5;
constexpr std::uint64_t kKeys = 10;

kafka::ProduceRequest request_of(const std::string& topic, std::int32_t partition, SharedBytes batch,
                                 std::int16_t acks) {
  kafka::ProduceRequest request;
  request.acks = acks;
  request.timeout_ms = 1000;
  auto& into = request.topic_data.emplace_back();
  into.name = topic;
  into.partition_data.push_back({PartitionIndex{partition}, std::move(batch)});
  return request;
}

}  // namespace

Producer::Producer(Scene& scene, std::uint64_t seed, int number, Kind kind)
    : Client(scene, seed, fmt::format("producer-{}", number)), number_(number), kind_(std::move(kind)) {}

std::optional<std::string> Producer::unfinished() const {
  if (window_.empty()) return std::nullopt;
  return fmt::format("{} has {} batches that nobody takes", name_, window_.size());
}

void Producer::start() {
  partition_ = static_cast<std::int32_t>(draw(static_cast<std::uint64_t>(scene_.topic(kind_.topic).partitions)));
  if (kind_.idempotent) return take_id();
  work();
}

void Producer::take_id() {
  call<kafka::InitProducerIdResponse>(wire_, kafka::InitProducerIdRequest{}, 1, draw_ms(300, 2000),
                                      [this](std::optional<kafka::InitProducerIdResponse> got) {
                                        if (!got.has_value() || got->error_code != KafkaError::kNone)
                                          return later(draw_ms(20, 200), [this] { take_id(); });
                                        id_ = got->producer_id;
                                        truth().producer_id_given(id_.get());
                                        work();
                                      });
}

void Producer::work() {
  if (!scene_.peaceful) {
    if (!kind_.idempotent) {
      send_plain();
    } else if (window_.size() < kWindow) {
      window_.push_back(make_batch(partition_, next_, 6000));
      next_ = next_ + static_cast<int>(window_.back().writes.size());
      if (!broken_) send(window_.back());
    }
  }
  later(chance(20) ? draw_ms(0, 5) : draw_ms(50, 1200), [this] { work(); });
}

Producer::Batch Producer::make_batch(std::int32_t partition, Sequence first, std::size_t bytes_max) {
  record::BatchBuilder builder(chance(70) ? record::Codec::kNone : record::Codec::kLz4);
  if (kind_.idempotent) builder.set_producer(id_, ProducerEpoch{0}, first);
  Batch batch;
  batch.first = first;
  const std::uint64_t count = 1 + draw(3);
  for (std::uint64_t i = 0; i < count; ++i) {
    Write write{{kind_.topic, partition}, "", false, scene_.wall_ms(), number_, records_++, kind_.idempotent};
    if (kind_.keyed) {
      write.key = fmt::format("key-{}", draw(kKeys));
      write.tombstone = chance(20);
    }
    const std::string key = write.key;
    const bool tombstone = write.tombstone;
    const std::int64_t wall_ms = write.wall_ms;
    const WriteId id = truth().sent(std::move(write));
    batch.writes.push_back(id);
    const std::string text = fmt::format("{}", id);
    const record::RecordHeader header{"id", as_bytes(text)};
    const std::string value(chance(5) ? draw(bytes_max) : draw(300), 'v');
    builder.add(key.empty() ? std::nullopt : std::optional(as_bytes(key)),
                tombstone ? std::nullopt : std::optional(as_bytes(value)), Timestamp{wall_ms}, {&header, 1});
  }
  batch.bytes = SharedBytes(builder.build().value());
  return batch;
}

// ---- Idempotent

void Producer::send_window() {
  if (on_their_way_ > 0) return;  // what was sent before comes to its end first
  broken_ = false;
  for (std::size_t i = 0; i < window_.size() && !broken_; ++i) send(window_[i]);
}

void Producer::send(Batch& batch) {
  if (batch.asked_before) truth().counts.add(Event::kRequestSentAgain);
  batch.asked_before = true;
  ++on_their_way_;
  truth().note("{} sends {}-{} sequence {}", name_, kind_.topic, partition_, batch.first);
  call<kafka::ProduceResponse>(wire_, request_of(kind_.topic, partition_, batch.bytes, -1), 9, draw_ms(200, 4000),
                               [this, first = batch.first](std::optional<kafka::ProduceResponse> got) {
                                 if (!got.has_value()) return answered(first, std::nullopt);
                                 const auto& partition = got->responses.at(0).partition_responses.at(0);
                                 answered(first, std::pair(partition.error_code, partition.base_offset));
                               });
}

void Producer::answered(Sequence first, std::optional<std::pair<KafkaError, Offset>> answer) {
  --on_their_way_;
  const KafkaError error = answer.has_value() ? answer->first : KafkaError::kNone;
  truth().note("{} sequence {}: {} {}", name_, first, answer ? kafka::kafka_error_name(error) : "no answer",
               answer ? answer->second : Offset(-1));
  if (answer.has_value() && error == KafkaError::kNone) {
    // Not always the oldest: that one may have been refused for want of room although it had been taken before.
    const auto batch = std::ranges::find(window_, first, &Batch::first);
    CHECK(batch != window_.end(), "answered once");
    if (truth().write(batch->writes.front()).offset >= 0) truth().counts.add(Event::kDuplicateAnswered);
    for (std::size_t i = 0; i < batch->writes.size(); ++i)
      truth().acknowledged(batch->writes[i], answer->second.get() + static_cast<std::int64_t>(i));
    window_.erase(batch);
  } else {
    if (error == KafkaError::kKafkaStorageError) truth().counts.add(Event::kDiskFull);
    if (answer.has_value() && !broken_ && !kafka::is_retriable(error))
      truth().violated("idempotent producer refused",
                       fmt::format("{} sequence {}: {}", name_, first, kafka::kafka_error_name(error)));
    broken_ = true;
  }
  if (broken_ && on_their_way_ == 0) later(draw_ms(5, 300), [this] { send_window(); });
}

// ---- Plain

void Producer::send_plain() {
  if (on_their_way_ > 0) return;
  const auto acks = static_cast<std::int16_t>(static_cast<std::int16_t>(draw(3)) - 1);
  const auto partition =
      static_cast<std::int32_t>(draw(static_cast<std::uint64_t>(scene_.topic(kind_.topic).partitions)));
  Batch batch = make_batch(partition, Sequence{0}, 20'000);
  const auto request = request_of(kind_.topic, partition, batch.bytes, acks);
  if (acks == 0) return wire_.tell(request, 7);
  ++on_their_way_;
  call<kafka::ProduceResponse>(
      wire_, request, 7, draw_ms(200, 4000), [this, writes = batch.writes](std::optional<kafka::ProduceResponse> got) {
        --on_their_way_;
        if (!got.has_value()) return;
        const auto& answer = got->responses.at(0).partition_responses.at(0);
        truth().note("{} plain: {} {}", name_, kafka::kafka_error_name(answer.error_code), answer.base_offset);
        if (answer.error_code == KafkaError::kKafkaStorageError) truth().counts.add(Event::kDiskFull);
        if (answer.error_code == KafkaError::kUnknownTopicOrPartition)
          truth().violated("lost topic", fmt::format("{} is not there", kind_.topic));
        for (std::size_t i = 0; i < writes.size(); ++i) {
          if (answer.error_code == KafkaError::kNone)
            truth().acknowledged(writes[i], answer.base_offset.get() + static_cast<std::int64_t>(i));
        }
      });
}

}  // namespace weft::sim
