#pragma once

#include <map>
#include <set>

#include "client.h"
#include "fetching.h"

namespace weft::sim {

/// Reads all partitions of one topic, as a consumer that assigns them to itself: goes on and on, now and then back to
/// the beginning or somewhere between.
class Reader final : public Client {
 public:
  Reader(Scene& scene, std::uint64_t seed, int number, std::string topic);
  void start() override;

 private:
  void look_for_partitions();
  void poll();
  void on_fetched(const std::map<TopicPartition, std::int64_t>& asked,
                  const std::map<TopicPartition, Truth::Bounds>& bounds, std::optional<kafka::FetchResponse> got);
  void seek(const TopicPartition& at);
  void seek_by_time(const TopicPartition& at);

  const std::string topic_;
  FetchSession session_;
  std::map<TopicPartition, std::int64_t> positions_;
  bool seeking_ = false;
};

/// In peace, at the end: reads one partition after the other from its beginning to its end and asks the checker.
class Auditor final : public Client {
 public:
  Auditor(Scene& scene, std::uint64_t seed) : Client(scene, seed, "auditor") {}
  void start() override;
  std::optional<std::string> unfinished() const override;

 private:
  void next_partition();
  void ask_start();
  void ask_end();
  void read();
  const TopicPartition& at() const { return partitions_.front(); }

  std::vector<TopicPartition> partitions_;
  std::int64_t log_start_ = 0;
  std::int64_t end_ = 0;
  std::int64_t position_ = 0;
  std::set<std::int64_t> offsets_;
};

}  // namespace weft::sim
