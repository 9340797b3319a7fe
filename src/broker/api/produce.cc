// Produce, v0 to v11. Every version stays advertised (librdkafka below 2.11.1 compresses nothing without v0), but what
// v0 to v2 carry are the old message formats, refused per partition with UNSUPPORTED_FOR_MESSAGE_FORMAT.
// One batch per partition (v3), zstd from v7, errors per record v8. acks 0 has no response: an error closes the
// connection. acks 1 is answered like -1, when the batch is on disk: there is no replica to save us.
// Not here: transactions, leader hints (one broker).
#include "kafka/messages/produce.h"

#include <memory>
#include <utility>

#include "broker/api/api.h"
#include "broker/api/throttle.h"
#include "broker/api/topic_access.h"
#include "broker/append_check.h"
#include "broker/metrics.h"
#include "broker/produce_gate.h"
#include "broker/traffic.h"
#include "log/log.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using Response = kafka::ProduceResponse;

/// One request on its way: checked, shown to the gate if there is one, recompressed where the topic wants that, appended
/// in order, answered when durable.
class Producing : public std::enable_shared_from_this<Producing> {
 public:
  Producing(Request request, std::int16_t acks) : request_(std::move(request)), acks_(acks) {}

  void run(kafka::ProduceRequest message) {
    response_.responses.resize(message.topic_data.size());
    for (std::size_t i = 0; i < message.topic_data.size(); ++i) {
      auto& asked = message.topic_data[i];
      auto& into = response_.responses[i];
      into.name = std::move(asked.name);
      into.partition_responses.resize(asked.partition_data.size());
      const auto resolved = resolve(into.name, message);
      for (std::size_t j = 0; j < asked.partition_data.size(); ++j) {
        into.partition_responses[j].index = asked.partition_data[j].index;
        if (resolved.topic) {
          check(resolved.topic, i, j, std::move(asked.partition_data[j].records));
        } else {
          refuse(into.partition_responses[j], resolved.error, "");
        }
      }
    }
    ask_gate();
  }

 private:
  struct Slice {
    TopicPointer topic;
    std::size_t topic_at;
    std::size_t partition_at;
    SharedBytes batch;
    record::BatchHeader header;
    bool refused = false;
  };

  Response::Partition& answer_of(const Slice& slice) {
    return response_.responses[slice.topic_at].partition_responses[slice.partition_at];
  }

  void refuse(Response::Partition& into, KafkaError error, std::string_view why) {
    into.error_code = error;
    into.base_offset = Offset{-1};
    if (!why.empty()) into.error_message = why;
    failed_ = true;
  }

  using Blamed = std::vector<std::int32_t>;
  void refuse(Response::Partition& into, const Error& why, const Blamed& records) {
    refuse(into, append_error(why.code), why.message);
    for (const auto at : records) into.record_errors.push_back({at, "it has no key, and the topic is compacted"});
  }

  // ---- Checking

  Resolved resolve(const std::string& name, const kafka::ProduceRequest& message) {
    if (message.acks < -1 || message.acks > 1) return {nullptr, KafkaError::kInvalidRequiredAcks};
    if (message.transactional_id) return {nullptr, KafkaError::kInvalidTxnState};
    auto resolved = resolve_topic(request_, name, access::Right::kWrite);
    if (resolved.topic && resolved.topic->internal) return {nullptr, KafkaError::kInvalidTopicException};
    return resolved;
  }

  void check(const TopicPointer& topic, std::size_t topic_at, std::size_t partition_at,
             std::optional<SharedBytes> records) {
    auto& into = response_.responses[topic_at].partition_responses[partition_at];
    if (!topic->has(into.index)) return refuse(into, KafkaError::kUnknownTopicOrPartition, "");
    if (request_.version < 3) {
      return refuse(into, KafkaError::kUnsupportedForMessageFormat, "record batches before v2 are not accepted");
    }
    if (!records || records->size() < record::kBatchHeaderBytes) {
      return refuse(into, KafkaError::kInvalidRecord, "exactly one record batch is expected");
    }
    if (record::load_header(records->data()).magic != record::kMagic) {
      return refuse(into, KafkaError::kInvalidRecord, "record batches before v2 are not accepted");
    }
    auto header = check_batch(*topic, records->view(), request_.broker.loop.clock().wall_ms());
    if (!header.ok()) {
      const bool open = record::load_header(records->data()).codec() == record::Codec::kNone;
      return refuse(into, header.error(), open ? records_to_blame(records->view(), topic->effective) : Blamed{});
    }
    if (header->codec() == record::Codec::kZstd && request_.version < 7) {
      return refuse(into, KafkaError::kUnsupportedCompressionType, "zstd needs Produce v7");
    }
    if (header->is_transactional()) return refuse(into, KafkaError::kInvalidTxnState, "there are no transactions yet");
    slices_.push_back({topic, topic_at, partition_at, std::move(*records), *header});
  }

  // ---- The gate

  void ask_gate() {
    auto* const gate = request_.broker.gate;
    if (gate == nullptr) return open_batches();
    verdicts_open_ = 1;
    for (std::size_t i = 0; i < slices_.size(); ++i) {
      auto& slice = slices_[i];
      if (!gate->watches(slice.topic->name)) continue;
      ++verdicts_open_;
      GatedBatch batch{slice.topic->name,          slice.topic->id,    answer_of(slice).index,
                       request_.client->principal, request_.client_id, slice.batch};
      gate->validate(std::move(batch),
                     [self = shared_from_this(), i](GateVerdict verdict) { self->on_verdict(i, std::move(verdict)); });
    }
    if (verdicts_open_ > 1) hold();
    finish_verdict();
  }

  void on_verdict(std::size_t at, GateVerdict verdict) {
    auto& slice = slices_[at];
    if (auto* const replace = std::get_if<ReplaceBatch>(&verdict)) {
      auto replaced = in_place_of(slice.header, replace->bytes);
      if (replaced.ok()) {
        slice.batch = std::move(*replaced);
      } else {
        reject(slice, {replaced.error().message, {}});
      }
    } else if (const auto* const rejected = std::get_if<RejectBatch>(&verdict)) {
      reject(slice, *rejected);
    }
    finish_verdict();
  }

  void reject(Slice& slice, const RejectBatch& why) {
    slice.refused = true;
    auto& into = answer_of(slice);
    refuse(into, KafkaError::kInvalidRecord, why.why);
    for (const auto& record : why.records) into.record_errors.push_back({record.index, record.why});
  }

  void finish_verdict() {
    if (--verdicts_open_ > 0) return;
    open_batches();
  }

  // ---- Recompression

  void open_batches() {
    auto& broker = request_.broker;
    for (std::size_t i = 0; i < slices_.size(); ++i) {
      const auto& slice = slices_[i];
      if (slice.refused || !must_open(*slice.topic, record::load_header(slice.batch.data()))) continue;
      hold();
      ++opening_;
      broker.env.blocking_pool().post([self = shared_from_this(), alive = broker.alive, &loop = broker.loop, i,
                                       batch = slice.batch, configs = slice.topic->effective] {
        auto stored = opened(batch, configs);
        auto blamed = stored.ok() ? Blamed{} : records_to_blame(batch.view(), configs);
        loop.post([self, alive, i, stored = std::move(stored), blamed = std::move(blamed)]() mutable {
          if (!alive.expired()) self->on_opened(i, std::move(stored), blamed);
        });
      });
    }
    if (opening_ == 0) begin_append();
  }

  void on_opened(std::size_t at, Result<SharedBytes> stored, const Blamed& blamed) {
    auto& slice = slices_[at];
    if (stored.ok()) {
      slice.batch = std::move(*stored);
    } else {
      slice.refused = true;
      refuse(answer_of(slice), stored.error(), blamed);
    }
    if (--opening_ == 0) begin_append();
  }

  void begin_append() {
    append(0);
    if (held_) request_.responder->release();
  }

  /// What this connection sends next must not overtake.
  void hold() {
    if (!std::exchange(held_, true)) request_.responder->hold();
  }

  // ---- Appending

  /// From slice `at` on; when the log has no room it goes on from there later, before anything that came after it.
  void append(std::size_t at) {
    auto& broker = request_.broker;
    for (; at < slices_.size(); ++at) {
      auto& slice = slices_[at];
      if (slice.refused) continue;
      if (broker.appends.blocked() || !append_one(slice)) {
        broker.appends.wait([self = shared_from_this(), at] { self->append(at); });
        return;
      }
    }
    appended_all_ = true;
    if (acks_ == 0) return finish_without_response();
    finish();
  }

  /// False when there is no room.
  bool append_one(Slice& slice) {
    auto& broker = request_.broker;
    const auto wall_ms = broker.loop.clock().wall_ms();
    const bool stamps = slice.topic->effective.log_append_time;
    if (stamps) slice.batch = stamped(slice.batch, Timestamp{wall_ms});
    auto& into = answer_of(slice);
    log::AppendSlice wanted{slice.topic->partition(into.index), slice.batch, false};
    ++durable_open_;
    auto appended = broker.log.append(
        {&wanted, 1}, [self = shared_from_this(), topic_at = slice.topic_at, partition_at = slice.partition_at](
                          Result<void> durable) { self->on_durable(topic_at, partition_at, std::move(durable)); });
    if (!appended.ok()) {
      --durable_open_;
      if (appended.error().code == ErrorCode::kExhausted) return false;
      refuse(into, append_error(appended.error().code), appended.error().message);
      return true;
    }
    const auto& placed = appended->front();
    into.base_offset = placed.base_offset;
    if (stamps)
      into.log_append_time_ms = placed.log_append_time != kNoTimestamp ? placed.log_append_time : Timestamp{wall_ms};
    if (const auto state = broker.log.state(wanted.partition); state.ok()) into.log_start_offset = state->log_start;
    if (!placed.duplicate) count(slice, wall_ms);
    slice.batch = {};
    return true;
  }

  void on_durable(std::size_t topic_at, std::size_t partition_at, Result<void> durable) {
    --durable_open_;
    if (!durable.ok()) {
      refuse(response_.responses[topic_at].partition_responses[partition_at], append_error(durable.error().code),
             durable.error().message);
    }
    finish();
  }

  void count(const Slice& slice, std::int64_t wall_ms) {
    auto& broker = request_.broker;
    const auto records = static_cast<std::uint64_t>(slice.header.record_count);
    const auto bytes = static_cast<std::uint64_t>(slice.header.bytes());
    bytes_ += bytes;
    broker.metrics.batches_in.add();
    broker.metrics.records_in.add(records);
    broker.metrics.bytes_in.add(bytes);
    auto& traffic = traffic_of(*slice.topic);
    traffic.add(broker.loop.clock().monotonic(), {records, bytes, 0});
    traffic.last_record_in = Timestamp{wall_ms};
    traffic.saw({request_.client_id, request_.client->principal_name, request_.client->host, "", true}, wall_ms);
  }

  // ---- Answering

  void finish() {
    if (acks_ == 0 || !appended_all_ || durable_open_ > 0) return;
    answer_and_throttle(request_, response_, QuotaKind::kProducerByteRate, bytes_);
  }

  void finish_without_response() {
    if (failed_) {
      request_.responder->close(error(ErrorCode::kInvalidArgument, "a batch sent with acks=0 was refused"));
    } else {
      request_.responder->respond_nothing();
      rest_if_over_quota(request_, QuotaKind::kProducerByteRate, static_cast<double>(bytes_));
    }
  }

  Request request_;
  std::int16_t acks_;
  Response response_;
  std::vector<Slice> slices_;
  std::size_t verdicts_open_ = 0;
  std::size_t opening_ = 0;
  std::size_t durable_open_ = 0;
  std::uint64_t bytes_ = 0;  ///< Of what was taken.
  bool appended_all_ = false;
  bool failed_ = false;
  bool held_ = false;
};

void handle(Request request, kafka::ProduceRequest message) {
  const auto acks = message.acks;
  std::make_shared<Producing>(std::move(request), acks)->run(std::move(message));
}

}  // namespace

const ApiHandler kProduce = api_handler<kafka::ProduceRequest, handle>(0, 11);

}  // namespace weft::broker
