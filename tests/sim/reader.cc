#include "reader.h"

#include "kafka/errors.h"

namespace weft::sim {

using kafka::KafkaError;

Reader::Reader(Scene& scene, std::uint64_t seed, int number, std::string topic)
    : Client(scene, seed, fmt::format("reader-{}", number)), topic_(std::move(topic)), session_(number % 2 == 0) {}

void Reader::start() {
  look_for_partitions();
  poll();
}

void Reader::look_for_partitions() {
  for (std::int32_t i = 0; i < scene_.topic(topic_).partitions; ++i) positions_.try_emplace({topic_, i}, 0);
}

void Reader::poll() {
  look_for_partitions();
  if (chance(3)) {
    auto at = positions_.begin();
    std::advance(at, draw(positions_.size()));
    chance(50) ? seek(at->first) : seek_by_time(at->first);
  }
  auto request = session_.request(positions_);
  request.max_wait_ms = static_cast<std::int32_t>(draw(2000));
  std::map<TopicPartition, Truth::Bounds> bounds;
  for (const auto& [at, position] : positions_) bounds[at] = truth().bounds(at);
  call<kafka::FetchResponse>(wire_, request, 12, draw_ms(2500, 6000),
                             [this, asked = positions_, bounds = std::move(bounds)](auto got) {
                               on_fetched(asked, bounds, std::move(got));
                               later(draw_ms(5, 600), [this] { poll(); });
                             });
}

void Reader::on_fetched(const std::map<TopicPartition, std::int64_t>& asked,
                        const std::map<TopicPartition, Truth::Bounds>& bounds,
                        std::optional<kafka::FetchResponse> got) {
  if (!got.has_value()) return session_.lost();
  if (!session_.answered(*got)) return;
  for (const auto& topic : got->responses) {
    for (const auto& partition : topic.partitions) {
      const TopicPartition at{topic.topic, partition.partition_index.get()};
      const std::int64_t position = asked.at(at);
      truth().note("{} {} at {}: {} end {} start {}", name_, at.text(), position,
                   kafka::kafka_error_name(partition.error_code), partition.high_watermark, partition.log_start_offset);
      if (partition.error_code == KafkaError::kOffsetOutOfRange) {
        if (partition.high_watermark >= Offset{0})
          truth().visible_is(at, bounds.at(at), partition.high_watermark.get());
        seek(at);
        continue;
      }
      if (partition.error_code == KafkaError::kUnknownTopicOrPartition)
        truth().violated("lost topic", at.text() + " is not there");
      if (partition.error_code == KafkaError::kCorruptMessage)
        truth().violated("lost write", at.text() + " is corrupt");
      if (partition.error_code != KafkaError::kNone) continue;
      const Fetched fetched = taken(partition, position);
      truth().fetched(at, bounds.at(at), fetched);
      if (positions_[at] == position) positions_[at] = fetched.next;  // unless it has sought meanwhile
    }
  }
}

/// To the beginning, or to the end when that comes as a surprise.
void Reader::seek(const TopicPartition& at) {
  if (std::exchange(seeking_, true)) return;
  const Truth::Bounds asked = truth().bounds(at);
  const bool latest = chance(30);
  call<kafka::ListOffsetsResponse>(wire_, list_offsets_request(at, latest ? -1 : -2), 5, draw_ms(500, 4000),
                                   [this, at, asked, latest](std::optional<kafka::ListOffsetsResponse> got) {
                                     seeking_ = false;
                                     if (!got.has_value()) return;
                                     const auto& partition = got->topics.at(0).partitions.at(0);
                                     if (partition.error_code != KafkaError::kNone) return;
                                     truth().note("{} {} {} is {}", name_, at.text(), latest ? "end" : "start",
                                                  partition.offset);
                                     latest ? truth().visible_is(at, asked, partition.offset.get())
                                            : truth().log_start_is(at, asked, partition.offset.get());
                                     positions_[at] = partition.offset.get();
                                   });
}

void Reader::seek_by_time(const TopicPartition& at) {
  if (std::exchange(seeking_, true)) return;
  const std::int64_t wanted = scene_.wall_ms() - static_cast<std::int64_t>(draw(60'000));
  call<kafka::ListOffsetsResponse>(wire_, list_offsets_request(at, wanted), 5, draw_ms(500, 4000),
                                   [this, at, wanted](std::optional<kafka::ListOffsetsResponse> got) {
                                     seeking_ = false;
                                     if (!got.has_value()) return;
                                     const auto& partition = got->topics.at(0).partitions.at(0);
                                     if (partition.error_code != KafkaError::kNone || partition.offset < Offset{0})
                                       return;
                                     if (partition.timestamp.get() < wanted)
                                       truth().violated("wrong time",
                                                        fmt::format("{}: offset {} of {} is before {}", at.text(),
                                                                    partition.offset, partition.timestamp, wanted));
                                     positions_[at] = partition.offset.get();
                                   });
}

// ---- Auditor

void Auditor::start() {
  for (const KnownTopic& topic : scene_.topics)
    for (std::int32_t i = 0; i < topic.partitions; ++i) partitions_.push_back({topic.name, i});
  ask_start();
}

std::optional<std::string> Auditor::unfinished() const {
  if (partitions_.empty()) return std::nullopt;
  return at().text() + " cannot be read to its end";
}

void Auditor::next_partition() {
  truth().audited(at(), log_start_, end_, offsets_);
  offsets_.clear();
  partitions_.erase(partitions_.begin());
  if (!partitions_.empty()) ask_start();
}

void Auditor::ask_start() {
  const Truth::Bounds asked = truth().bounds(at());
  call<kafka::ListOffsetsResponse>(
      wire_, list_offsets_request(at(), -2), 5, std::chrono::seconds(5), [this, asked](auto got) {
        if (!got.has_value() || got->topics.at(0).partitions.at(0).error_code != KafkaError::kNone)
          return later(std::chrono::milliseconds(200), [this] { ask_start(); });
        position_ = log_start_ = got->topics.at(0).partitions.at(0).offset.get();
        truth().log_start_is(at(), asked, log_start_);
        ask_end();
      });
}

void Auditor::ask_end() {
  const Truth::Bounds asked = truth().bounds(at());
  call<kafka::ListOffsetsResponse>(
      wire_, list_offsets_request(at(), -1), 5, std::chrono::seconds(5), [this, asked](auto got) {
        if (!got.has_value() || got->topics.at(0).partitions.at(0).error_code != KafkaError::kNone)
          return later(std::chrono::milliseconds(200), [this] { ask_end(); });
        end_ = got->topics.at(0).partitions.at(0).offset.get();
        truth().visible_is(at(), asked, end_);
        read();
      });
}

void Auditor::read() {
  if (position_ >= end_) return next_partition();
  const Truth::Bounds asked = truth().bounds(at());
  FetchSession session(false);
  auto request = session.request({{at(), position_}});
  request.max_wait_ms = 100;
  call<kafka::FetchResponse>(wire_, request, 12, std::chrono::seconds(5), [this, asked](auto got) {
    if (!got.has_value()) return later(std::chrono::milliseconds(200), [this] { read(); });
    const auto& partition = got->responses.at(0).partitions.at(0);
    if (partition.error_code == KafkaError::kOffsetOutOfRange) {  // deleted under our eyes
      offsets_.clear();
      return ask_start();
    }
    if (partition.error_code != KafkaError::kNone) {
      truth().violated("lost write", fmt::format("{} at {}: {}", at().text(), position_,
                                                 kafka::kafka_error_name(partition.error_code)));
      return next_partition();
    }
    const Fetched fetched = taken(partition, position_);
    truth().fetched(at(), asked, fetched);
    for (const ReadRecord& record : fetched.records) offsets_.insert(record.offset);
    if (fetched.next == position_) {
      truth().violated("skip", fmt::format("{}: nothing at {}, the end is {}", at().text(), position_, end_));
      return next_partition();
    }
    position_ = fetched.next;
    read();
  });
}

}  // namespace weft::sim
