#include "log/log.h"

#include "env/disk.h"
#include "log/engine.h"

namespace weft::log {
namespace {

/// Owns the threads; the engine belongs to whoever still has work of it in hand.
class EngineLog final : public Log {
 public:
  EngineLog(env::Env& env, std::shared_ptr<Engine> engine)
      : engine_(std::move(engine)),
        journal_thread_(env.make_thread("journal")),
        segment_thread_(env.make_thread("segments")) {
    engine_->start(*journal_thread_, *segment_thread_);
  }
  ~EngineLog() override {
    engine_->abandon();
    journal_thread_.reset();
    segment_thread_.reset();
  }

  void create_partitions(std::vector<PartitionId> ids, Callback<Result<void>> done) override {
    engine_->create_partitions(std::move(ids), std::move(done));
  }
  void remove_partitions(std::vector<PartitionId> ids, Callback<Result<void>> done) override {
    engine_->remove_partitions(std::move(ids), std::move(done));
  }
  std::vector<PartitionId> partitions() const override { return engine_->partitions(); }
  Result<PartitionState> state(PartitionId partition) const override { return engine_->state(partition); }
  Result<std::vector<AppendedSlice>> append(std::span<AppendSlice> slices, Callback<Result<void>> durable) override {
    return engine_->append(slices, std::move(durable));
  }
  void read(PartitionId partition, Offset offset, std::int32_t bytes_max, Callback<Result<ReadResult>> done) override {
    engine_->read(partition, offset, bytes_max, std::move(done));
  }
  void find_timestamp(PartitionId partition, Timestamp timestamp,
                      Callback<Result<std::optional<TimestampedOffset>>> done) override {
    engine_->find_timestamp(partition, timestamp, std::move(done));
  }
  Result<void> set_retention(PartitionId partition, RetentionPolicy policy) override {
    return engine_->set_retention(partition, policy);
  }
  void raise_log_start(PartitionId partition, Offset offset, Callback<Result<void>> done) override {
    engine_->raise_log_start(partition, offset, std::move(done));
  }
  void on_visible(Function<void(PartitionId, Offset)> listener) override { engine_->on_visible(std::move(listener)); }
  void on_room(Function<void()> listener) override { engine_->on_room(std::move(listener)); }
  void close(Callback<Result<void>> done) override { engine_->close(std::move(done)); }

 private:
  std::shared_ptr<Engine> engine_;
  std::unique_ptr<env::Executor> journal_thread_;
  std::unique_ptr<env::Executor> segment_thread_;
};

}  // namespace

Result<std::unique_ptr<Log>> Log::open(env::Env& env, env::EventLoop& loop, Options options) {
  auto engine = std::make_shared<Engine>(env, loop, std::move(options));
  TRY(engine->recover());
  return std::unique_ptr<Log>(std::make_unique<EngineLog>(env, std::move(engine)));
}

}  // namespace weft::log
