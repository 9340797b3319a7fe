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

/// How long librdkafka tries, and what comes back with the result.
Owned<rd_kafka_AdminOptions_t> make_options(rd_kafka_s* handle, rd_kafka_admin_op_t operation, env::Duration left, void* opaque) {
  constexpr std::int64_t kTimeoutMsMax = 3'600'000;  // librdkafka's own.
  Owned<rd_kafka_AdminOptions_t> options(rd_kafka_AdminOptions_new(handle, operation));
  const auto timeout_ms = std::chrono::duration_cast<std::chrono::milliseconds>(left).count();
  char why[128];
  rd_kafka_AdminOptions_set_request_timeout(options.get(), static_cast<int>(std::clamp<std::int64_t>(timeout_ms, 1, kTimeoutMsMax)),
                                            why, sizeof why);
  rd_kafka_AdminOptions_set_opaque(options.get(), opaque);
  return options;
}

constexpr env::Duration kMoment = std::chrono::milliseconds(25);  // Before the same is asked again.

}  // namespace

struct GroupOffsets::Request {
  std::string group;
  std::vector<Position> committed;
  std::shared_ptr<PendingCall<void>> commit;
  std::vector<TopicPartition> asked;
  std::shared_ptr<PendingCall<Positions>> read;

  bool is_over() const { return commit != nullptr ? commit->completed() : read->completed(); }
  Deadline deadline() const { return commit != nullptr ? commit->deadline() : read->deadline(); }
  void note(const Error& why) { commit != nullptr ? commit->note(why) : read->note(why); }
  void fail(const Error& why) { commit != nullptr ? commit->complete(why) : read->complete(why); }
};

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

GroupOffsets::GroupOffsets(env::EventLoop& loop, RdkafkaHandle handle)
    : loop_(loop), handle_(std::move(handle)), queue_(rd_kafka_queue_new(handle_.get())) {
  watch_ = std::make_unique<QueueWatch>(queue_, loop_, [this] { drain(); });
}

GroupOffsets::~GroupOffsets() {
  watch_.reset();
  rd_kafka_queue_destroy(queue_);
}

void GroupOffsets::commit(const GroupPositions& positions, std::shared_ptr<PendingCall<void>> call) {
  if (positions.positions.empty()) return call->complete({});
  auto request = std::make_unique<Request>();
  request->group = positions.group;
  request->committed = positions.positions;
  request->commit = std::move(call);
  add(std::move(request));
}

void GroupOffsets::read(const std::string& group, std::vector<TopicPartition> partitions,
                        std::shared_ptr<PendingCall<Positions>> call) {
  if (partitions.empty()) return call->complete(Positions());
  auto request = std::make_unique<Request>();
  request->group = group;
  request->asked = std::move(partitions);
  request->read = std::move(call);
  add(std::move(request));
}

void GroupOffsets::add(std::unique_ptr<Request> request) {
  auto& queue = queues_[request->group];
  queue.push_back(std::move(request));
  if (queue.size() == 1) send_first(queue);
}

void GroupOffsets::send_first(Queue& queue) {
  while (!queue.empty() && queue.front()->is_over()) queue.pop_front();
  if (!queue.empty()) send(*queue.front());
}

void GroupOffsets::send(Request& request) {
  const auto left = request.deadline() - loop_.clock().monotonic();
  auto list = make_list(request.committed.size() + request.asked.size());
  if (request.commit != nullptr) {
    for (const auto& position : request.committed) add_position(list.get(), position);
    auto options = make_options(handle_.get(), RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, left, &request);
    Owned<rd_kafka_AlterConsumerGroupOffsets_t> alter(rd_kafka_AlterConsumerGroupOffsets_new(request.group.c_str(), list.get()));
    auto* one = alter.get();
    rd_kafka_AlterConsumerGroupOffsets(handle_.get(), &one, 1, options.get(), queue_);
  } else {
    for (const auto& partition : request.asked) add_position(list.get(), {partition, Offset(RD_KAFKA_OFFSET_INVALID), {}});
    auto options = make_options(handle_.get(), RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, left, &request);
    // What a transaction has committed counts as soon as the transaction has: the broker says when that is still open.
    if (auto* refused = rd_kafka_AdminOptions_set_require_stable_offsets(options.get(), 1)) rd_kafka_error_destroy(refused);
    Owned<rd_kafka_ListConsumerGroupOffsets_t> ask(rd_kafka_ListConsumerGroupOffsets_new(request.group.c_str(), list.get()));
    auto* one = ask.get();
    rd_kafka_ListConsumerGroupOffsets(handle_.get(), &one, 1, options.get(), queue_);
  }
}

void GroupOffsets::drain() {
  while (Owned<rd_kafka_event_t> event{rd_kafka_queue_poll(queue_, 0)}) {
    const auto type = rd_kafka_event_type(event.get());
    if (type != RD_KAFKA_EVENT_ALTERCONSUMERGROUPOFFSETS_RESULT && type != RD_KAFKA_EVENT_LISTCONSUMERGROUPOFFSETS_RESULT) continue;
    auto& request = *static_cast<Request*>(rd_kafka_event_opaque(event.get()));
    auto& queue = queues_[request.group];
    CHECK(!queue.empty() && queue.front().get() == &request, "a result of what was not asked");
    const auto finished = finish(request, event.get());
    if (!finished.ok() && finished.error().code == ErrorCode::kUnavailable && !request.is_over()) {
      request.note(finished.error());
      loop_.schedule_after(kMoment, [alive = std::weak_ptr(alive_), &queue, this] {
        if (!alive.expired()) send_first(queue);
      });
      continue;
    }
    if (!finished.ok()) request.fail(finished.error());
    queue.pop_front();
    send_first(queue);
  }
  std::erase_if(queues_, [](const auto& entry) { return entry.second.empty(); });
}

/// Completes the request unless it failed.
Result<void> GroupOffsets::finish(Request& request, rd_kafka_op_s* event) {
  const auto what = "positions of group " + request.group;
  if (const auto code = rd_kafka_event_error(event); code != RD_KAFKA_RESP_ERR_NO_ERROR) return rdkafka_error(code, what);
  std::size_t count = 0;
  const rd_kafka_group_result_t** groups =
      request.commit != nullptr
          ? rd_kafka_AlterConsumerGroupOffsets_result_groups(rd_kafka_event_AlterConsumerGroupOffsets_result(event), &count)
          : rd_kafka_ListConsumerGroupOffsets_result_groups(rd_kafka_event_ListConsumerGroupOffsets_result(event), &count);
  if (count != 1) return error(ErrorCode::kUnavailable, "{}: the broker answered about {} groups", what, count);
  if (const auto* failed = rd_kafka_group_result_error(groups[0])) return rdkafka_error(rd_kafka_error_code(failed), what);
  const auto* list = rd_kafka_group_result_partitions(groups[0]);
  std::map<TopicPartition, Position> found;
  for (int i = 0; list != nullptr && i < list->cnt; ++i) {
    const auto& entry = list->elems[i];
    if (entry.err != RD_KAFKA_RESP_ERR_NO_ERROR)
      return rdkafka_error(entry.err, fmt::format("{}: {}-{}", what, entry.topic, entry.partition));
    if (entry.offset < 0) continue;
    const TopicPartition partition{entry.topic, PartitionIndex(entry.partition)};
    found[partition] = {partition, Offset(entry.offset), std::string(static_cast<const char*>(entry.metadata), entry.metadata_size)};
  }
  if (request.commit != nullptr) {
    request.commit->complete({});
    return {};
  }
  Positions positions;
  for (const auto& partition : request.asked) {
    const auto at = found.find(partition);
    positions.push_back(at == found.end() ? std::nullopt : std::optional(at->second));
  }
  request.read->complete(std::move(positions));
  return {};
}

}  // namespace weft::stream
