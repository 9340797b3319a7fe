#include "stream/remote/rdkafka.h"

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <utility>

#include "base/log.h"
#include "kafka/errors.h"

namespace weft::stream {
namespace {

constexpr Logger kLog("stream.remote");
constexpr int kSyslogWarning = 4;

void write_log(const rd_kafka_t* handle, int level, const char* facility, const char* text) {
  // One set of properties serves producers and consumers; each warns of the other's.
  if (level > kSyslogWarning || std::string_view(facility) == "CONFWARN") return;
  kLog.warn("librdkafka", {{"instance", handle != nullptr ? rd_kafka_name(handle) : ""}, {"facility", facility}, {"text", text}});
}

/// Above zero librdkafka's codes are the protocol's; below are its own.
ErrorCode to_code(int code) {
  if (code > 0) return kafka::to_error_code(static_cast<kafka::KafkaError>(code));
  switch (code) {
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return ErrorCode::kNotFound;
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
      return ErrorCode::kInvalidArgument;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      return ErrorCode::kOutOfRange;
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
      return ErrorCode::kCorrupt;
    case RD_KAFKA_RESP_ERR__FENCED:
      return ErrorCode::kFenced;
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
      return ErrorCode::kTimeout;
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
      return ErrorCode::kExhausted;
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      return ErrorCode::kUnauthenticated;
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
      return ErrorCode::kUnsupported;
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
    case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
    case RD_KAFKA_RESP_ERR__DESTROY:
      return ErrorCode::kCancelled;
    default:
      return ErrorCode::kUnavailable;
  }
}

}  // namespace

Error rdkafka_error(int code, std::string_view what) {
  const auto native = static_cast<rd_kafka_resp_err_t>(code);
  return error(to_code(code), "{}: {} ({})", what, rd_kafka_err2str(native), rd_kafka_err2name(native));
}

Result<RdkafkaHandle> make_rdkafka(RdkafkaKind kind, const RdkafkaProperties& properties,
                                   void (*on_delivered)(rd_kafka_s*, const rd_kafka_message_s*, void*)) {
  std::unique_ptr<rd_kafka_conf_t, void (*)(rd_kafka_conf_t*)> conf(rd_kafka_conf_new(), rd_kafka_conf_destroy);
  char why[512];
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK)
      return error(ErrorCode::kInvalidArgument, "librdkafka property {}: {}", name, why);
  }
  rd_kafka_conf_set_log_cb(conf.get(), &write_log);
  if (kind == RdkafkaKind::kProducer) {
    if (on_delivered != nullptr)
      rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivered);
    else
      rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
  }
  auto* handle = rd_kafka_new(kind == RdkafkaKind::kProducer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf.get(), why,
                              sizeof why);
  if (handle == nullptr) return error(ErrorCode::kInvalidArgument, "librdkafka: {}", why);
  conf.release();  // rd_kafka_new took it over.
  return RdkafkaHandle(handle, [](rd_kafka_t* last) { rd_kafka_destroy(last); });
}

struct QueueWatch::Shared {
  explicit Shared(env::EventLoop& on) : loop(on) {}

  env::EventLoop& loop;
  Function<void()> drain;  // Loop only, as is is_open.
  bool is_open = true;
  std::atomic<bool> is_posted{false};
  std::weak_ptr<Shared> self;

  static void wake(rd_kafka_t*, void* opaque) {
    auto& shared = *static_cast<Shared*>(opaque);
    if (shared.is_posted.exchange(true)) return;
    shared.loop.post([alive = shared.self.lock()] {
      if (alive == nullptr) return;
      alive->is_posted = false;
      if (!alive->drain) return;
      // Out of the way while it runs: it may well end the watch.
      auto drain = std::exchange(alive->drain, nullptr);
      drain();
      if (alive->is_open) alive->drain = std::move(drain);
    });
  }
};

QueueWatch::QueueWatch(rd_kafka_queue_s* queue, env::EventLoop& loop, Function<void()> drain)
    : queue_(queue), shared_(std::make_shared<Shared>(loop)) {
  shared_->drain = std::move(drain);
  shared_->self = shared_;
  rd_kafka_queue_cb_event_enable(queue_, &Shared::wake, shared_.get());
}

QueueWatch::~QueueWatch() {
  // Takes the queue's lock, under which librdkafka calls wake(): none runs once this returns.
  rd_kafka_queue_cb_event_enable(queue_, nullptr, nullptr);
  shared_->is_open = false;
  shared_->drain = nullptr;
}

}  // namespace weft::stream
