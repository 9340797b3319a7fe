#include "stream/remote/group_offsets.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

namespace weft::stream {
namespace {

struct Destroy {
  void operator()(rd_kafka_topic_partition_list_t* list) const { rd_kafka_topic_partition_list_destroy(list); }
  void operator()(rd_kafka_AdminOptions_t* options) const { rd_kafka_AdminOptions_destroy(options); }
  void operator()(rd_kafka_AlterConsumerGroupOffsets_t* request) const { rd_kafka_AlterConsumerGroupOffsets_destroy(request); }
  void operator()(rd_kafka_ListConsumerGroupOffsets_t* request) const { rd_kafka_ListConsumerGroupOffsets_destroy(request); }
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
};
template <class T>
using Owned = std::unique_ptr<T, Destroy>;

Owned<rd_kafka_topic_partition_list_t> make_list(std::size_t size) {
  return Owned<rd_kafka_topic_partition_list_t>(rd_kafka_topic_partition_list_new(static_cast<int>(size)));
}

}  // namespace

void add_position(rd_kafka_topic_partition_list_s* list, const Position& position) {
  const auto& [topic, partition] = position.partition;
  auto* entry = rd_kafka_topic_partition_list_find(list, topic.c_str(), partition.get());
  if (entry == nullptr) entry = rd_kafka_topic_partition_list_add(list, topic.c_str(), partition.get());
  entry->offset = position.offset.get();
  if (entry->metadata != nullptr) rd_kafka_mem_free(nullptr, std::exchange(entry->metadata, nullptr));
  entry->metadata_size = position.metadata.size();
  if (position.metadata.empty()) return;
  entry->metadata = rd_kafka_mem_malloc(nullptr, position.metadata.size());
  std::memcpy(entry->metadata, position.metadata.data(), position.metadata.size());
}

struct GroupOffsets::Request {
  std::string group;
  std::vector<TopicPartition> partitions;
  std::shared_ptr<PendingCall<void>> commit;
  std::shared_ptr<PendingCall<Positions>> read;

  void fail(const Error& why) {
    if (commit != nullptr) commit->complete(why);
    if (read != nullptr) read->complete(why);
  }
};

GroupOffsets::GroupOffsets(env::EventLoop& loop, RdkafkaHandle handle)
    : loop_(loop), handle_(std::move(handle)), queue_(rd_kafka_queue_new(handle_.get())) {
  watch_ = std::make_unique<QueueWatch>(queue_, loop_, [this] { drain(); });
}

GroupOffsets::~GroupOffsets() {
  watch_.reset();
  rd_kafka_queue_destroy(queue_);
}

/// The options of a request: how long librdkafka tries, and what comes back with the result.
static Owned<rd_kafka_AdminOptions_t> make_options(rd_kafka_s* handle, rd_kafka_admin_op_t operation, env::Duration left,
                                                   void* opaque) {
  Owned<rd_kafka_AdminOptions_t> options(rd_kafka_AdminOptions_new(handle, operation));
  constexpr std::int64_t kTimeoutMsMax = 3'600'000;  // librdkafka's own.
  const auto timeout_ms = std::chrono::duration_cast<std::chrono::milliseconds>(left).count();
  char why[128];
  rd_kafka_AdminOptions_set_request_timeout(options.get(), static_cast<int>(std::clamp<std::int64_t>(timeout_ms, 1, kTimeoutMsMax)),
                                            why, sizeof why);
  rd_kafka_AdminOptions_set_opaque(options.get(), opaque);
  return options;
}

void GroupOffsets::commit(const GroupPositions& positions, std::shared_ptr<PendingCall<void>> call) {
  if (positions.positions.empty()) return call->complete({});
  auto list = make_list(positions.positions.size());
  for (const auto& position : positions.positions) add_position(list.get(), position);
  const auto left = call->deadline() - loop_.clock().monotonic();
  auto& request = *requests_.emplace_back(std::make_unique<Request>());
  request.group = positions.group;
  request.commit = std::move(call);
  auto options = make_options(handle_.get(), RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, left, &request);
  Owned<rd_kafka_AlterConsumerGroupOffsets_t> alter(rd_kafka_AlterConsumerGroupOffsets_new(positions.group.c_str(), list.get()));
  auto* one = alter.get();
  rd_kafka_AlterConsumerGroupOffsets(handle_.get(), &one, 1, options.get(), queue_);
}

void GroupOffsets::read(const std::string& group, std::vector<TopicPartition> partitions,
                        std::shared_ptr<PendingCall<Positions>> call) {
  if (partitions.empty()) return call->complete(Positions());
  auto list = make_list(partitions.size());
  for (const auto& partition : partitions) add_position(list.get(), {partition, Offset(RD_KAFKA_OFFSET_INVALID), {}});
  const auto left = call->deadline() - loop_.clock().monotonic();
  auto& request = *requests_.emplace_back(std::make_unique<Request>());
  request.group = group;
  request.partitions = std::move(partitions);
  request.read = std::move(call);
  auto options = make_options(handle_.get(), RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, left, &request);
  Owned<rd_kafka_ListConsumerGroupOffsets_t> asked(rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), list.get()));
  auto* one = asked.get();
  rd_kafka_ListConsumerGroupOffsets(handle_.get(), &one, 1, options.get(), queue_);
}

void GroupOffsets::drain() {
  while (Owned<rd_kafka_event_t> event{rd_kafka_queue_poll(queue_, 0)}) {
    const auto type = rd_kafka_event_type(event.get());
    if (type != RD_KAFKA_EVENT_ALTERCONSUMERGROUPOFFSETS_RESULT && type != RD_KAFKA_EVENT_LISTCONSUMERGROUPOFFSETS_RESULT) continue;
    auto* asked = static_cast<Request*>(rd_kafka_event_opaque(event.get()));
    const auto at = std::ranges::find_if(requests_, [&](const auto& one) { return one.get() == asked; });
    CHECK(at != requests_.end(), "a result nobody asked for");
    auto request = std::move(*at);
    requests_.erase(at);
    finish(*request, event.get());
  }
}

void GroupOffsets::finish(Request& request, rd_kafka_op_s* event) {
  const auto what = "positions of group " + request.group;
  if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) return request.fail(rdkafka_error(rd_kafka_event_error(event), what));
  std::size_t count = 0;
  const rd_kafka_group_result_t** groups =
      request.commit != nullptr
          ? rd_kafka_AlterConsumerGroupOffsets_result_groups(rd_kafka_event_AlterConsumerGroupOffsets_result(event), &count)
          : rd_kafka_ListConsumerGroupOffsets_result_groups(rd_kafka_event_ListConsumerGroupOffsets_result(event), &count);
  if (count != 1) return request.fail(error(ErrorCode::kUnavailable, "{}: the broker answered about {} groups", what, count));
  if (const auto* failed = rd_kafka_group_result_error(groups[0]))
    return request.fail(rdkafka_error(rd_kafka_error_code(failed), what));
  const auto* list = rd_kafka_group_result_partitions(groups[0]);
  std::map<TopicPartition, Position> found;
  for (int i = 0; list != nullptr && i < list->cnt; ++i) {
    const auto& entry = list->elems[i];
    if (entry.err != RD_KAFKA_RESP_ERR_NO_ERROR)
      return request.fail(rdkafka_error(entry.err, fmt::format("{}: {}-{}", what, entry.topic, entry.partition)));
    if (entry.offset < 0) continue;
    const TopicPartition partition{entry.topic, PartitionIndex(entry.partition)};
    found[partition] = {partition, Offset(entry.offset), std::string(static_cast<const char*>(entry.metadata), entry.metadata_size)};
  }
  if (request.commit != nullptr) return request.commit->complete({});
  Positions positions;
  for (const auto& partition : request.partitions) {
    const auto at = found.find(partition);
    positions.push_back(at == found.end() ? std::nullopt : std::optional(at->second));
  }
  request.read->complete(std::move(positions));
}

}  // namespace weft::stream
