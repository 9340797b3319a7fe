#include "contract/embedded_broker.h"

#include <atomic>

#include "base/check.h"
#include "log/log.h"

namespace weft::contract {

EmbeddedBroker::EmbeddedBroker(env::Env& env, env::EventLoop& loop, std::string directory, LoopAccess access)
    : access_(std::move(access)), memory_(loop, std::size_t{256} << 20) {
  // Small enough for a test's disk, and each slot large enough for the largest atomic append.
  const log::Options log_options{
      .directory = std::move(directory), .journal_slot_bytes = 16u << 20, .journal_slot_count = 4, .free_bytes_min = 0};
  std::optional<Result<std::unique_ptr<log::Log>>> log;
  access_.run([&] { log = log::Log::open(env, loop, log_options); });
  CHECK(log->ok(), log->ok() ? "" : log->error().message);

  broker::Options options;
  options.listeners = {{{"127.0.0.1", 0}, std::nullopt}};
  std::optional<Result<std::unique_ptr<broker::Broker>>> started;
  std::atomic<bool> is_done = false;
  broker::Broker::start({env, loop, std::move(**log), memory_, authorizer_, metrics_}, options, [&](auto result) {
    started = std::move(result);
    is_done = true;
    access_.notify();
  });
  access_.wait_until([&] { return is_done.load(); });
  CHECK(started->ok(), started->ok() ? "" : started->error().message);
  broker_ = std::move(**started);
}

EmbeddedBroker::~EmbeddedBroker() {
  std::atomic<bool> is_closed = false;
  access_.run([&] {
    broker_->close([&](Result<void>) {
      is_closed = true;
      access_.notify();
    });
  });
  access_.wait_until([&] { return is_closed.load(); });
  access_.run([&] { broker_.reset(); });
}

}  // namespace weft::contract
