#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "stream/remote/pending_call.h"
#include "stream/remote/rdkafka.h"

struct rd_kafka_op_s;
struct rd_kafka_topic_partition_list_s;

namespace weft::stream {

/// Adds to what librdkafka is to commit; a partition that is named twice keeps the later position.
void add_position(rd_kafka_topic_partition_list_s* list, const Position& position);

/// Reads and commits the positions of groups through librdkafka, which neither keeps the order of two requests nor tries
/// again while a coordinator moves: here the requests about a group go one after the other, each until it is answered or
/// its deadline passes. On the loop only.
class GroupOffsets {
 public:
  GroupOffsets(env::EventLoop& loop, RdkafkaHandle handle);
  ~GroupOffsets();

  void commit(const GroupPositions& positions, std::shared_ptr<PendingCall<void>> call);
  using Positions = std::vector<std::optional<Position>>;
  void read(const std::string& group, std::vector<TopicPartition> partitions, std::shared_ptr<PendingCall<Positions>> call);

 private:
  /// What one request to librdkafka is about; its result brings the pointer back.
  struct Request;

  using Queue = std::deque<std::unique_ptr<Request>>;

  void add(std::unique_ptr<Request> request);
  /// Sends what is at the front of a group's queue.
  void send_first(Queue& queue);
  void send(Request& request);
  void drain();
  Result<void> finish(Request& request, rd_kafka_op_s* event);

  env::EventLoop& loop_;
  RdkafkaHandle handle_;
  rd_kafka_queue_s* queue_;
  std::unique_ptr<QueueWatch> watch_;
  std::map<std::string, Queue> queues_;  ///< By group; the front is on its way.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace weft::stream
