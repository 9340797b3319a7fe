#include "mortal_log.h"

namespace weft::sim {

struct MortalLog::State {
  std::unique_ptr<log::Log> log;  ///< Null once dead.
  env::EventLoop* loop;
  std::uint64_t last_call = 0;
  std::map<std::uint64_t, Function<void()>> under_way;  ///< What ends each of them.
};

namespace {

Error is_dead() { return error(ErrorCode::kCancelled, "the process is no more"); }

}  // namespace

class MortalLog::Handle final : public log::Log {
 public:
  explicit Handle(std::shared_ptr<State> state) : state_(std::move(state)) {}
  ~Handle() override {
    state_->log.reset();
    state_->under_way.clear();
  }

  void create_partitions(std::vector<PartitionId> ids, Callback<Result<void>> done) override {
    auto watched = watch<void>(std::move(done));
    if (alive()) state_->log->create_partitions(std::move(ids), std::move(watched));
  }
  void remove_partitions(std::vector<PartitionId> ids, Callback<Result<void>> done) override {
    auto watched = watch<void>(std::move(done));
    if (alive()) state_->log->remove_partitions(std::move(ids), std::move(watched));
  }
  std::vector<PartitionId> partitions() const override {
    return alive() ? state_->log->partitions() : std::vector<PartitionId>{};
  }
  Result<log::PartitionState> state(PartitionId id) const override {
    if (!alive()) return is_dead();
    return state_->log->state(id);
  }
  Result<std::vector<log::AppendedSlice>> append(std::span<log::AppendSlice> slices,
                                                 Callback<Result<void>> durable) override {
    if (!alive()) return is_dead();
    const std::uint64_t call = state_->last_call + 1;
    auto appended = state_->log->append(slices, watch<void>(std::move(durable)));
    if (!appended.ok()) state_->under_way.erase(call);
    return appended;
  }
  void read(PartitionId id, Offset offset, std::int32_t bytes_max, Callback<Result<log::ReadResult>> done) override {
    auto watched = watch<log::ReadResult>(std::move(done));
    if (alive()) state_->log->read(id, offset, bytes_max, std::move(watched));
  }
  void find_timestamp(PartitionId id, Timestamp timestamp,
                      Callback<Result<std::optional<log::TimestampedOffset>>> done) override {
    auto watched = watch<std::optional<log::TimestampedOffset>>(std::move(done));
    if (alive()) state_->log->find_timestamp(id, timestamp, std::move(watched));
  }
  Result<void> set_retention(PartitionId id, log::RetentionPolicy policy) override {
    if (!alive()) return is_dead();
    return state_->log->set_retention(id, policy);
  }
  void raise_log_start(PartitionId id, Offset offset, Callback<Result<void>> done) override {
    auto watched = watch<void>(std::move(done));
    if (alive()) state_->log->raise_log_start(id, offset, std::move(watched));
  }
  void on_visible(Function<void(PartitionId, Offset)> listener) override {
    if (alive()) state_->log->on_visible(std::move(listener));
  }
  void on_room(Function<void()> listener) override {
    if (alive()) state_->log->on_room(std::move(listener));
  }
  void close(Callback<Result<void>> done) override {
    auto watched = watch<void>(std::move(done));
    if (alive()) state_->log->close(std::move(watched));
  }

 private:
  bool alive() const { return state_->log != nullptr; }

  /// Completes once: by the log, or by its death.
  template <class T>
  Callback<Result<T>> watch(Callback<Result<T>> done) {
    const std::uint64_t call = ++state_->last_call;
    auto held = std::make_shared<Callback<Result<T>>>(std::move(done));
    if (!alive()) {
      state_->loop->post([held] { (*held)(is_dead()); });
      return [](Result<T>) {};
    }
    state_->under_way.emplace(call, [held] { (*held)(is_dead()); });
    return [state = std::weak_ptr(state_), call, held](Result<T> result) {
      const auto strong = state.lock();
      if (strong == nullptr || strong->under_way.erase(call) == 0) return;
      (*held)(std::move(result));
    };
  }

  std::shared_ptr<State> state_;
};

MortalLog::MortalLog(std::unique_ptr<log::Log> log, env::EventLoop& loop)
    : state_(std::make_shared<State>(State{std::move(log), &loop, 0, {}})) {}

std::unique_ptr<log::Log> MortalLog::handle() { return std::make_unique<Handle>(state_); }

void MortalLog::die() {
  state_->log.reset();
  auto under_way = std::exchange(state_->under_way, {});
  for (auto& [call, end] : under_way) state_->loop->post(std::move(end));
}

}  // namespace weft::sim
