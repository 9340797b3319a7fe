#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "env/disk_simulated.h"
#include "env/sim_env.h"
#include "log/log.h"
#include "log/test_hooks.h"
#include "record/batch.h"
#include "record/builder.h"

// For tests: a log in the simulated world that can crash and come back on the same disk.
namespace weft::log {

inline PartitionId partition_id(int topic, int partition = 0) {
  return {TopicId(Uuid::from_random(static_cast<std::uint64_t>(topic) * 0x9e3779b97f4a7c15ULL + 1, 7)),
          PartitionIndex(partition)};
}

struct BatchSpec {
  int record_count = 1;
  std::size_t value_bytes = 100;
  std::int64_t timestamp = 1'800'000'000'000;
  ProducerId producer = kNoProducerId;
  ProducerEpoch epoch = kNoProducerEpoch;
  Sequence sequence = kNoSequence;
};

/// A batch whose values begin with `text`.
inline SharedBytes make_batch(std::string_view text, const BatchSpec& spec = {}) {
  record::BatchBuilder builder;
  if (spec.producer != kNoProducerId) builder.set_producer(spec.producer, spec.epoch, spec.sequence);
  for (int i = 0; i < spec.record_count; ++i) {
    std::string value = fmt::format("{}#{}", text, i);
    value.resize(std::max(value.size(), spec.value_bytes), '.');
    builder.add(std::nullopt, as_bytes(value), Timestamp(spec.timestamp + i));
  }
  return SharedBytes(builder.build().value());
}

class SimLog {
 public:
  struct Settings {
    std::uint64_t slot_bytes = 256 << 10;
    std::uint32_t slot_count = 4;
    std::uint64_t free_bytes_min = 0;
    PlantedBug bug = PlantedBug::kNone;
    env::SimOptions sim;
  };

  explicit SimLog(std::uint64_t seed, std::shared_ptr<env::SimulatedDisk> disk = nullptr)
      : SimLog(seed, std::move(disk), Settings{}) {}
  SimLog(std::uint64_t seed, std::shared_ptr<env::SimulatedDisk> disk, Settings settings)
      : seed_(seed),
        disk_(disk != nullptr ? std::move(disk) : std::make_shared<env::SimulatedDisk>(seed)),
        settings_(std::move(settings)) {}
  ~SimLog() { stop(); }

  /// A new life on the disk as it is.
  Result<void> start() {
    stop();
    env::SimOptions options = settings_.sim;
    options.disk = disk_;
    sim_ = std::make_unique<env::SimEnv>(seed_ * 1000 + ++life_, options);
    loop_ = sim_->make_loop("log");
    hooks_.bug = settings_.bug;
    if (life_ % 2 == 0) hooks_.files_together_min = 2;
    hooks_.on_failure = [this](const Error& why) { failure_ = why; };
    failure_.reset();
    auto log = Log::open(*sim_, *loop_,
                         {.directory = "data",
                          .journal_slot_bytes = settings_.slot_bytes,
                          .journal_slot_count = settings_.slot_count,
                          .free_bytes_min = settings_.free_bytes_min,
                          .test_hooks = &hooks_});
    if (!log.ok()) return std::move(log).error();
    log_ = std::move(log).value();
    return {};
  }
  /// Drops everything in memory, as a killed process does.
  void stop() {
    if (sim_ == nullptr) return;
    log_.reset();
    loop_.reset();
    sim_.reset();
  }

  env::SimulatedDisk& disk() { return *disk_; }
  std::shared_ptr<env::SimulatedDisk> shared_disk() { return disk_; }
  env::SimEnv& sim() { return *sim_; }
  env::EventLoop& loop() { return *loop_; }
  Log& log() { return *log_; }
  const std::optional<Error>& failure() const { return failure_; }
  void on(Function<void()> task) { sim_->run_on(*loop_, std::move(task)); }
  bool run_until(Function<bool()> done) { return sim_->run_until(std::move(done)); }
  void advance(env::Duration by) { sim_->advance(by); }

  /// Runs an asynchronous call to its end; kTimeout when the machine stopped first.
  template <class T>
  Result<T> wait(Function<void(Callback<Result<T>>)> call) {
    const auto answer = std::make_shared<std::optional<Result<T>>>();
    on([&] { call([answer](Result<T> result) { *answer = std::move(result); }); });
    run_until([&] { return answer->has_value() || failure_.has_value(); });
    if (!answer->has_value()) return error(ErrorCode::kTimeout, "no answer");
    return std::move(**answer);
  }
  Result<void> create(std::vector<PartitionId> ids) {
    return wait<void>([&](auto done) { log_->create_partitions(std::move(ids), std::move(done)); });
  }
  Result<void> remove(std::vector<PartitionId> ids) {
    return wait<void>([&](auto done) { log_->remove_partitions(std::move(ids), std::move(done)); });
  }
  /// Sequences only; `done` (if any) is told when durable.
  Result<std::vector<AppendedSlice>> append_now(std::vector<AppendSlice> slices, Callback<Result<void>> done = {}) {
    Result<std::vector<AppendedSlice>> appended = error(ErrorCode::kInternal, "not run");
    if (!done) done = [](Result<void>) {};
    on([&] { appended = log_->append(slices, std::move(done)); });
    return appended;
  }
  /// Until acknowledged; waits for room where there is none.
  Result<AppendedSlice> append(PartitionId id, SharedBytes batch) {
    TRY_ASSIGN(const auto appended, append_set({{id, std::move(batch)}}));
    return appended[0];
  }
  Result<std::vector<AppendedSlice>> append_set(std::vector<AppendSlice> slices) {
    const auto durable = std::make_shared<std::optional<Result<void>>>();  // the answer may come after we gave up
    const auto attempt = [&] {
      return append_now(slices, [durable](Result<void> result) { *durable = std::move(result); });
    };
    auto appended = attempt();
    while (!appended.ok() && appended.error().code == ErrorCode::kExhausted) {
      const auto room = std::make_shared<bool>(false);
      on([&] { log_->on_room([room] { *room = true; }); });
      if (!run_until([&] { return *room || failure_.has_value(); }) || failure_.has_value()) break;
      appended = attempt();
    }
    if (!appended.ok()) return appended;
    run_until([&] { return durable->has_value() || failure_.has_value(); });
    if (!durable->has_value()) return error(ErrorCode::kTimeout, "never durable");
    TRY(**durable);
    return appended;
  }
  Result<ReadResult> read(PartitionId id, Offset offset, std::int32_t bytes_max = 1 << 20) {
    return wait<ReadResult>([&](auto done) { log_->read(id, offset, bytes_max, std::move(done)); });
  }
  /// Every batch from log start to the visible end.
  Result<std::vector<SharedBytes>> read_all(PartitionId id) {
    TRY_ASSIGN(const PartitionState state, state_of(id));
    std::vector<SharedBytes> batches;
    for (Offset at = state.log_start; at < state.visible_end;) {
      TRY_ASSIGN(const ReadResult result, read(id, at));
      if (result.batches.empty()) return error(ErrorCode::kInternal, "nothing at {} of {}", at, state.visible_end);
      for (const SharedBytes& batch : result.batches) {
        batches.push_back(batch);
        at = record::load_header(batch.data()).next_offset();
      }
    }
    return batches;
  }
  Result<PartitionState> state_of(PartitionId id) {
    Result<PartitionState> state = error(ErrorCode::kInternal, "not run");
    on([&] { state = log_->state(id); });
    return state;
  }
  Result<void> close() {
    return wait<void>([&](auto done) { log_->close(std::move(done)); });
  }

 private:
  std::uint64_t seed_;
  std::uint64_t life_ = 0;
  std::shared_ptr<env::SimulatedDisk> disk_;
  Settings settings_;
  TestHooks hooks_;
  std::optional<Error> failure_;
  std::unique_ptr<env::SimEnv> sim_;
  std::unique_ptr<env::EventLoop> loop_;
  std::unique_ptr<Log> log_;
};

}  // namespace weft::log
