// Fetch, v4 to v17. Long poll: a fetch that finds less than min_bytes becomes an entry of the purgatory. max_bytes is
// soft (KIP-74). Batches are slices of the log's memory and go to the socket as they are. v7 sessions (KIP-227). v10
// zstd only for clients that know it; v13 topics by id. Memory is taken before records are read: as much as there is,
// and when there is next to none the fetch waits for it, at most until its deadline. Not here: transactions (the last stable offset is the high
// watermark), replicas, leader hints (one broker).
#include "kafka/messages/fetch.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "broker/api/api.h"
#include "broker/api/throttle.h"
#include "broker/api/topic_access.h"
#include "broker/fetch_sessions.h"
#include "broker/limits.h"
#include "broker/metrics.h"
#include "broker/purgatory.h"
#include "broker/traffic.h"
#include "log/log.h"
#include "record/batch.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using Response = kafka::FetchResponse;

/// A fetch from its request to its answer; reads its partitions one after the other, as each takes from what the answer
/// may hold.
class Fetching : public std::enable_shared_from_this<Fetching> {
 public:
  Fetching(Request request, kafka::FetchRequest message, FetchSessions::Opened session)
      : request_(std::move(request)), message_(std::move(message)), session_(std::move(session)) {
    const auto wait_ms = std::clamp(message_.max_wait_ms, 0, kFetchWaitMsMax);
    deadline_ = now() + std::chrono::milliseconds(wait_ms);
    may_wait_ = wait_ms > 0 && message_.min_bytes > 0;
    bytes_max_ = std::clamp(message_.max_bytes, 0, kFetchBytesMax);
    memory_ = request_.broker.memory.answers.share();
  }

  /// Reads everything from the start: the first time, and again when woken.
  void run() {
    forget_what_was_read();
    response_.responses.resize(message_.topics.size());
    topics_.assign(message_.topics.size(), nullptr);
    seen_.clear();
    failed_ = starved_ = false;
    topic_at_ = partition_at_ = 0;
    go_on();
  }

 private:
  env::MonotonicTime now() const { return request_.broker.loop.clock().monotonic(); }

  void forget_what_was_read() {
    response_.responses.clear();
    bytes_ = 0;
    full_ = false;
  }

  /// Reads until one has to wait for the disk; then its completion goes on.
  void go_on() {
    for (; topic_at_ < message_.topics.size(); ++topic_at_, partition_at_ = 0) {
      if (partition_at_ == 0) open_topic();
      const auto& asked = message_.topics[topic_at_].partitions;
      while (partition_at_ < asked.size()) {
        inside_ = true;
        finished_inside_ = false;
        const bool reading = start_read(asked[partition_at_]);
        inside_ = false;
        ++partition_at_;
        if (reading && !finished_inside_) return;
      }
    }
    finish();
  }

  void open_topic() {
    const auto& asked = message_.topics[topic_at_];
    auto& into = response_.responses[topic_at_];
    into.topic = asked.topic;
    into.topic_id = asked.topic_id;
    into.partitions.resize(asked.partitions.size());
    topic_error_ = KafkaError::kNone;
    TopicPointer topic;
    if (request_.version < 13) {
      auto resolved = resolve_topic(request_, asked.topic, access::Right::kRead);
      topic = std::move(resolved.topic);
      topic_error_ = resolved.error;
    } else if (topic = request_.broker.topics.find(asked.topic_id); !topic || topic->open_count == 0) {
      topic = nullptr;
      topic_error_ = KafkaError::kUnknownTopicId;
    } else if (!allowed(request_, access::Right::kRead, access::ResourceType::kTopic, topic->name)) {
      topic = nullptr;
      topic_error_ = KafkaError::kTopicAuthorizationFailed;
    }
    topics_[topic_at_] = std::move(topic);
  }

  /// False when there is nothing to read.
  bool start_read(const kafka::FetchRequest::Partition& asked) {
    auto& into = response_.responses[topic_at_].partitions[partition_at_];
    into.partition_index = asked.partition;
    into.high_watermark = Offset{-1};
    const auto& topic = topics_[topic_at_];
    if (!topic) return refuse(into, topic_error_);
    if (!topic->has(asked.partition)) return refuse(into, KafkaError::kUnknownTopicOrPartition);
    if (asked.current_leader_epoch.get() > 0) return refuse(into, KafkaError::kUnknownLeaderEpoch);
    const auto partition = topic->partition(asked.partition);
    const auto state = request_.broker.log.state(partition);
    const auto room = full_ || !state.ok() ? std::optional<std::int64_t>() : take_memory(asked, *state);
    if (state.ok() && !room) {  // say where the partition stands, read nothing
      set_bounds(into, state->log_start, state->visible_end);
      return false;
    }
    request_.broker.log.read(partition, asked.fetch_offset, static_cast<std::int32_t>(room.value_or(0)),
                             [self = shared_from_this(), topic_at = topic_at_, partition_at = partition_at_, partition](
                                 auto read) { self->on_read(topic_at, partition_at, partition, std::move(read)); });
    return true;
  }

  /// How much the next read may bring; none when there is too little memory for it to be worth it.
  std::optional<std::int64_t> take_memory(const kafka::FetchRequest::Partition& asked, const log::PartitionState& state) {
    if (asked.fetch_offset == state.visible_end) return 0;
    const auto wanted = std::max<std::int64_t>(std::min<std::int64_t>({bytes_max_ - bytes_, asked.partition_max_bytes,
                                                                       static_cast<std::int64_t>(state.bytes)}),
                                               0);
    const auto held = static_cast<std::int64_t>(memory_.bytes()) - bytes_;
    if (held < wanted) memory_.try_grow(static_cast<std::size_t>(wanted - held));
    const auto room = static_cast<std::int64_t>(memory_.bytes()) - bytes_;
    if (room >= std::min(wanted, static_cast<std::int64_t>(kFetchReadBytesMin))) return std::min(room, wanted);
    starved_ = true;
    return std::nullopt;
  }

  /// What was taken is what was read: less than asked, or a first batch that is larger.
  void settle_memory() {
    const auto bytes = static_cast<std::size_t>(bytes_);
    memory_.shrink_to(bytes);
    memory_.grow(bytes - memory_.bytes());
  }

  bool refuse(Response::Partition& into, KafkaError error) {
    into.error_code = error;
    failed_ = true;
    return false;
  }

  void set_bounds(Response::Partition& into, Offset log_start, Offset visible_end) {
    into.high_watermark = visible_end;
    into.last_stable_offset = visible_end;
    into.log_start_offset = log_start;
    if (message_.isolation_level == kafka::IsolationLevel::kReadCommitted) into.aborted_transactions.emplace();
  }

  void on_read(std::size_t topic_at, std::size_t partition_at, PartitionId partition, Result<log::ReadResult> read) {
    auto& into = response_.responses[topic_at].partitions[partition_at];
    if (!read.ok()) {
      refuse(into, kafka::to_kafka_error(read.error().code));
      if (const auto state = request_.broker.log.state(partition); state.ok()) {
        set_bounds(into, state->log_start, state->visible_end);
      }
    } else {
      set_bounds(into, read->log_start, read->visible_end);
      seen_.push_back({partition, read->visible_end});
      if (request_.version < 10 && has_zstd(read->batches)) {
        refuse(into, KafkaError::kUnsupportedCompressionType);
      } else {
        take(into, std::move(read->batches));
      }
    }
    settle_memory();
    if (inside_) {
      finished_inside_ = true;
    } else {
      go_on();
    }
  }

  /// The log gives one batch at least; only the first of an answer may be larger than what is left (KIP-74).
  void take(Response::Partition& into, std::vector<SharedBytes> batches) {
    std::int64_t bytes = 0;
    for (const auto& batch : batches) bytes += static_cast<std::int64_t>(batch.size());
    const bool fits = bytes_ == 0 || bytes_ + bytes <= bytes_max_;
    if (fits) {
      bytes_ += bytes;
      into.records = std::move(batches);
    }
    full_ = bytes_ > 0 && (!fits || bytes_ >= bytes_max_);
  }

  static bool has_zstd(const std::vector<SharedBytes>& batches) {
    for (const auto& piece : batches) {
      for (ByteView rest = piece.view(); !rest.empty();) {
        const auto batch = record::next_batch(rest);
        if (!batch.ok() || batch->empty()) break;
        if (record::load_header(batch->data()).codec() == record::Codec::kZstd) return true;
      }
    }
    return false;
  }

  void finish() {
    auto& purgatory = request_.broker.purgatory;
    if (starved_ && bytes_ == 0 && !failed_ && may_wait_for_memory_) return wait_for_memory();
    if (may_wait_ && !failed_ && !starved_ && !seen_.empty() && bytes_ < message_.min_bytes &&
        purgatory.size() < kWaitingFetchesMax) {
      const auto missing = message_.min_bytes - bytes_;
      forget_what_was_read();
      settle_memory();
      purgatory.wait(seen_, missing, deadline_, [self = shared_from_this()](Purgatory::Why why) {
        if (why == Purgatory::Why::kDeadline) self->may_wait_ = false;
        self->run();
      });
      return;
    }
    count();
    if (session_.session) {
      response_.session_id = session_.session->id();
      session_.session->keep_news(response_, session_.first);
    }
    answer_and_throttle(request_, response_, QuotaKind::kConsumerByteRate, static_cast<std::uint64_t>(bytes_),
                        std::move(memory_));
  }

  /// For enough to read something, until the deadline; without any the answer has no records, and the client asks again.
  void wait_for_memory() {
    auto& answers = request_.broker.memory.answers;
    auto& purgatory = request_.broker.purgatory;
    settle_memory();
    const auto until = std::max(deadline_, now() + kFetchMemoryWaitMin);
    const auto waiting = purgatory.wait({}, 0, until, [self = shared_from_this()](Purgatory::Why) {
      self->request_.broker.memory.answers.cancel(self->memory_ticket_);
      self->may_wait_for_memory_ = self->may_wait_ = false;
      self->finish();
    });
    memory_ticket_ = answers.wait(std::min(kFetchReadBytesMin, answers.bytes_max()),
                                  [weak = weak_from_this(), waiting](env::MemoryBudget::Share share) {
                                    const auto self = weak.lock();
                                    if (!self) return;
                                    self->request_.broker.purgatory.cancel(waiting);
                                    self->memory_.add(std::move(share));
                                    self->run();
                                  });
  }

  void count() {
    if (bytes_ == 0) return;
    request_.broker.metrics.bytes_out.add(static_cast<std::uint64_t>(bytes_));
    const auto at = now();
    const auto wall_ms = request_.broker.loop.clock().wall_ms();
    for (std::size_t i = 0; i < topics_.size(); ++i) {
      if (!topics_[i]) continue;
      std::uint64_t out = 0;
      for (const auto& partition : response_.responses[i].partitions) {
        for (const auto& piece : partition.records) out += piece.size();
      }
      if (out == 0) continue;
      auto& traffic = traffic_of(*topics_[i]);
      traffic.add(at, {0, 0, out});
      traffic.saw({request_.client_id, request_.client->principal_name, request_.client->host, ""}, wall_ms);
    }
  }

  Request request_;
  kafka::FetchRequest message_;
  FetchSessions::Opened session_;
  Response response_;
  std::vector<TopicPointer> topics_;
  std::vector<Purgatory::Seen> seen_;
  env::MonotonicTime deadline_;
  std::int64_t bytes_max_;
  std::int64_t bytes_ = 0;
  std::size_t topic_at_ = 0;
  std::size_t partition_at_ = 0;
  KafkaError topic_error_ = KafkaError::kNone;
  bool may_wait_;
  bool full_ = false;  ///< Of some partition the next batch did not fit.
  bool failed_ = false;
  env::MemoryBudget::Share memory_;  ///< For bytes_, and what the next read may bring.
  env::MemoryBudget::Ticket memory_ticket_ = 0;
  bool starved_ = false;  ///< Less was read than there is: there was no memory for more.
  bool may_wait_for_memory_ = true;
  bool inside_ = false;
  bool finished_inside_ = false;
};

void handle(Request request, kafka::FetchRequest message) {
  auto session = request.broker.fetch_sessions.open(message, request.version);
  if (session.error != KafkaError::kNone) {
    Response refused;
    refused.error_code = session.error;
    return answer(request, refused);
  }
  std::make_shared<Fetching>(std::move(request), std::move(message), std::move(session))->run();
}

}  // namespace

const ApiHandler kFetch = api_handler<kafka::FetchRequest, handle>(4, 17);

}  // namespace weft::broker
