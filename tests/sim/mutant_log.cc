#include "mutant_log.h"

#include <algorithm>

#include "base/crc32c.h"
#include "broker/cluster_state.h"
#include "broker/group_state.h"
#include "record/builder.h"
#include "record/compaction.h"
#include "record/records.h"

namespace weft::sim {
namespace {

constexpr std::size_t kCrcAt = 17;

SharedBytes with_header(ByteView batch, const record::BatchHeader& header) {
  Buffer copy = to_buffer(batch);
  record::store_header(copy.data(), header);
  store_be(copy.data() + kCrcAt, crc32c(ByteView(copy).subspan(record::kBatchPrefixBytes)));
  return SharedBytes(std::move(copy));
}

bool is_generation(const record::RecordView& record) {
  return record.key.has_value() && record.key->size() > 2 && (*record.key)[1] == std::byte{2} &&
         record.value.has_value();
}

/// A generation as recorded, but all members own what the first of them does.
state::Record with_two_owners(const record::RecordView& view) {
  broker::GroupState state;
  state.replay({std::string(as_text(*view.key)), std::string(as_text(*view.value))}, view.offset, view.timestamp);
  CHECK(state.generations().size() == 1, "a generation's record makes one");
  auto [group, generation] = *state.generations().begin();
  for (auto& member : generation.members) member.assignment = generation.members.front().assignment;
  return broker::GroupState::generation_record(group, generation);
}

class MistakenLog final : public log::Log {
 public:
  MistakenLog(std::unique_ptr<log::Log> log, env::EventLoop& loop, Mistake mistake, MistakeMemory& memory)
      : log_(std::move(log)), loop_(loop), mistake_(mistake), memory_(memory) {}

  void create_partitions(std::vector<PartitionId> ids, Callback<Result<void>> done) override {
    log_->create_partitions(std::move(ids), std::move(done));
  }
  void remove_partitions(std::vector<PartitionId> ids, Callback<Result<void>> done) override {
    log_->remove_partitions(std::move(ids), std::move(done));
  }
  std::vector<PartitionId> partitions() const override { return log_->partitions(); }

  Result<log::PartitionState> state(PartitionId id) const override {
    TRY_ASSIGN(auto state, log_->state(id));
    state.log_start = log_start(id, state.log_start);
    if (const auto shown = shown_.find(id); shown != shown_.end() && !shown->second.empty())
      state.visible_end = std::max(state.visible_end, shown->second.back().end);
    return state;
  }

  Result<std::vector<log::AppendedSlice>> append(std::span<log::AppendSlice> slices,
                                                 Callback<Result<void>> durable) override {
    for (log::AppendSlice& slice : slices) prepare(slice);
    if (mistake_ == Mistake::kAckBeforeDurable && !slices.front().internal) {
      auto appended = log_->append(slices, [](Result<void>) {});
      if (appended.ok()) later([durable = std::move(durable)]() mutable { durable({}); });
      return appended;
    }
    const std::vector<log::AppendSlice> sent(slices.begin(), slices.end());
    auto appended = log_->append(slices, std::move(durable));
    if (appended.ok() && mistake_ == Mistake::kServesBeyondDurable) show(sent, *appended);
    return appended;
  }

  void read(PartitionId id, Offset offset, std::int32_t bytes_max, Callback<Result<log::ReadResult>> done) override {
    if (const auto state = log_->state(id); state.ok()) {
      if (offset < log_start(id, state->log_start))
        return done(error(ErrorCode::kOutOfRange, "offset {} is before the log start", offset));
      if (auto early = beyond_durable(id, offset, *state); early.has_value()) return done(std::move(*early));
    }
    log_->read(id, offset, bytes_max, [this, id, done = std::move(done)](Result<log::ReadResult> read) mutable {
      if (read.ok()) {
        read->log_start = log_start(id, read->log_start);
        forget_last_commits(*read);
      }
      done(std::move(read));
    });
  }
  void find_timestamp(PartitionId id, Timestamp timestamp,
                      Callback<Result<std::optional<log::TimestampedOffset>>> done) override {
    log_->find_timestamp(id, timestamp, std::move(done));
  }

  Result<void> set_retention(PartitionId id, log::RetentionPolicy policy) override {
    if (mistake_ == Mistake::kTombstonesDroppedEarly) policy.delete_retention_ms = 0;
    const bool bounded = policy.retention_ms >= 0 || policy.retention_bytes >= 0;
    bounded && !policy.compact ? (void)retained_.insert(id) : (void)retained_.erase(id);
    return log_->set_retention(id, policy);
  }
  void raise_log_start(PartitionId id, Offset offset, Callback<Result<void>> done) override {
    const auto state = log_->state(id);
    if (!state.ok()) return log_->raise_log_start(id, offset, std::move(done));
    log_starts_[id] = std::max(log_start(id, state->log_start), offset);
    if (mistake_ == Mistake::kLogStartForgotten) return later([done = std::move(done)]() mutable { done({}); });
    log_->raise_log_start(id, offset, std::move(done));
  }

  void on_visible(Function<void(PartitionId, Offset)> listener) override {
    visible_ = std::make_shared<Function<void(PartitionId, Offset)>>(std::move(listener));
    log_->on_visible([tell = visible_](PartitionId id, Offset end) { (*tell)(id, end); });
  }
  void on_room(Function<void()> listener) override { log_->on_room(std::move(listener)); }
  void close(Callback<Result<void>> done) override { log_->close(std::move(done)); }

 private:
  struct Shown {
    Offset end;
    SharedBytes batch;
  };

  void later(Function<void()> task) {
    loop_.post([alive = std::weak_ptr(alive_), task = std::move(task)]() mutable {
      if (!alive.expired()) task();
    });
  }

  Offset log_start(PartitionId id, Offset real) const {
    if (mistake_ != Mistake::kLogStartForgotten) return real;
    const auto asked = log_starts_.find(id);
    return asked == log_starts_.end() ? real : std::max(real, asked->second);
  }

  void prepare(log::AppendSlice& slice) {
    const record::BatchHeader header = record::load_header(slice.batch.data());
    if (mistake_ == Mistake::kProducersForgotten && header.is_idempotent()) {
      // Another producer in every life: nobody knows what it sent before.
      auto renamed = header;
      renamed.producer_id = ProducerId{header.producer_id.get() + 1'000'000 * memory_.life};
      slice.batch = with_header(slice.batch.view(), renamed);
    }
    if (mistake_ == Mistake::kTwoOwners && slice.internal && slice.partition.topic != broker::kClusterTopicId)
      mix_up(slice);
    if (mistake_ == Mistake::kRetentionDeletesAll) delete_all(slice.partition);
  }

  static void mix_up(log::AppendSlice& slice) {
    auto reader = record::RecordReader::open(slice.batch.view()).value();
    record::BatchBuilder builder;
    record::RecordView view;
    while (reader.next(view).value()) {
      if (!is_generation(view)) {
        builder.add(view.key, view.value, view.timestamp);
        continue;
      }
      const state::Record mixed = with_two_owners(view);
      builder.add(as_bytes(mixed.key), as_bytes(*mixed.value), view.timestamp);
    }
    slice.batch = SharedBytes(builder.build().value());
  }

  /// Once retention has deleted something it deletes the rest.
  void delete_all(PartitionId id) {
    const auto state = log_->state(id);
    if (!state.ok() || !retained_.contains(id)) return;
    const Offset asked = log_starts_[id];
    if (state->log_start > asked && state->visible_end > state->log_start)
      raise_log_start(id, state->visible_end, [](Result<void>) {});
  }

  // ---- Beyond durable

  void show(const std::vector<log::AppendSlice>& slices, const std::vector<log::AppendedSlice>& appended) {
    for (std::size_t i = 0; i < slices.size(); ++i) {
      if (appended[i].duplicate || slices[i].internal) continue;
      auto header = record::load_header(slices[i].batch.data());
      header.base_offset = appended[i].base_offset;
      shown_[slices[i].partition].push_back({header.next_offset(), with_header(slices[i].batch.view(), header)});
      later([this, id = slices[i].partition, end = header.next_offset()] {
        if (visible_) (*visible_)(id, end);
      });
    }
  }

  std::optional<log::ReadResult> beyond_durable(PartitionId id, Offset offset, const log::PartitionState& state) {
    auto& shown = shown_[id];
    std::erase_if(shown, [&](const Shown& each) { return each.end <= state.visible_end; });
    if (shown.empty() || offset < state.visible_end || offset > shown.back().end) return std::nullopt;
    log::ReadResult result{{}, state.log_start, shown.back().end};
    for (const Shown& each : shown)
      if (each.end > offset) result.batches.push_back(each.batch);
    return result;
  }

  // ---- Commits lost

  /// What a life reads of positions first is what it starts with.
  void forget_last_commits(log::ReadResult& read) const {
    if (mistake_ != Mistake::kCommitsLost || read.batches.empty()) return;
    constexpr std::size_t kForgotten = 3;
    const std::size_t count = read.batches.size();
    for (std::size_t i = count - std::min(count, kForgotten); i < count; ++i)
      if (holds_positions(read.batches[i])) read.batches[i] = record::empty_batch(read.batches[i].view());
  }
  static bool holds_positions(const SharedBytes& batch) {
    if (batch.size() <= record::kBatchHeaderBytes) return false;
    auto reader = record::RecordReader::open(batch.view());
    record::RecordView view;
    if (!reader.ok() || !reader->next(view).value_or(false) || !view.key.has_value() || view.header_count > 0)
      return false;
    return view.key->size() > 2 && (*view.key)[0] == std::byte{0} && (*view.key)[1] == std::byte{1};
  }

  std::unique_ptr<log::Log> log_;
  env::EventLoop& loop_;
  const Mistake mistake_;
  MistakeMemory& memory_;
  std::map<PartitionId, Offset> log_starts_;
  std::set<PartitionId> retained_;  ///< That retention may delete from.
  std::map<PartitionId, std::vector<Shown>> shown_;
  std::shared_ptr<Function<void(PartitionId, Offset)>> visible_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace

std::unique_ptr<log::Log> make_mistaken_log(std::unique_ptr<log::Log> log, env::EventLoop& loop, Mistake mistake,
                                            MistakeMemory& memory) {
  ++memory.life;
  if (mistake == Mistake::kNone) return log;
  return std::make_unique<MistakenLog>(std::move(log), loop, mistake, memory);
}

}  // namespace weft::sim
