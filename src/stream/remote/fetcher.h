#pragma once

#include <list>
#include <map>
#include <memory>
#include <vector>

#include "stream/remote/partition_stream.h"

namespace weft::stream {

/// Turns librdkafka's streams into fetches: a reader that goes on where it left off is served from what was fetched ahead,
/// one that jumps moves a stream. librdkafka follows each partition once per instance, so readers at different places of
/// one partition are spread over a few instances. On the loop only.
class Fetcher {
 public:
  using Call = std::shared_ptr<PendingCall<Fetched>>;
  using BoundsSource =
      Function<void(TopicPartition partition, Deadline deadline, Callback<Result<PartitionBounds>> done)>;

  static constexpr std::size_t kInstancesMax = 4;
  static constexpr auto kBoundsAgeMax = std::chrono::seconds(1);
  static constexpr auto kIdleMax = std::chrono::seconds(10);

  /// `bounds` asks the cluster where a partition begins and ends.
  Fetcher(env::EventLoop& loop, RdkafkaProperties properties, BoundsSource bounds);
  ~Fetcher();

  void fetch(FetchRequest request, Call call);
  /// Drops what was fetched ahead: the topic was deleted, and its name may come back with other records.
  void forget(const std::string& topic);
  /// The first instance, for librdkafka's calls that belong to no stream.
  Result<RdkafkaHandle> any_instance();

 private:
  struct Waiter {
    FetchRequest request;
    Call call;
    env::EventLoop::TimerId timer = 0;
    bool is_waiting_for_nothing = false;  ///< Ends empty when the wait is over; otherwise records are known to come.
  };
  struct Stream {
    std::size_t instance;
    std::unique_ptr<PartitionStream> source;
    PartitionBounds bounds;
    env::MonotonicTime bounds_at;
    env::MonotonicTime used_at;
    std::list<Waiter> waiters;  ///< All at the same offset: source->next().
  };
  using Streams = std::list<Stream>;

  Fetched fetched(Stream& stream, Polled polled);
  void fetch_within(FetchRequest request, Call call, PartitionBounds bounds);
  Stream* find(const TopicPartition& partition, Offset offset);
  Result<Stream*> acquire(const TopicPartition& partition, Offset offset);
  Result<RdkafkaHandle> instance(std::size_t index);
  void wait(Stream& stream, Waiter waiter);
  void end_wait(const TopicPartition& partition, const Call& call);
  bool serve(const TopicPartition& partition, Stream& stream);
  void wake(const TopicPartition& partition, std::size_t instance);
  void retry_parked();
  void sweep();

  env::EventLoop& loop_;
  RdkafkaProperties properties_;
  BoundsSource bounds_;
  std::vector<RdkafkaHandle> instances_;
  std::map<TopicPartition, Streams> streams_;
  std::list<std::pair<FetchRequest, Call>> parked_;  ///< Every instance is waiting somewhere else in that partition.
  env::EventLoop::TimerId sweep_timer_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace weft::stream
