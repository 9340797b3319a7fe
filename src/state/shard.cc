#include "state/shard.h"

#include <algorithm>
#include <deque>

namespace weft::state {
namespace {

/// Whether an append that failed so was certainly not placed; otherwise it may be in the log.
bool certainly_not_placed(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kForbidden:
    case ErrorCode::kTooLarge:
    case ErrorCode::kUnsupported:
    case ErrorCode::kExhausted:
    case ErrorCode::kDiskFull: return true;
    default: return false;
  }
}

std::string name_of(const stream::TopicPartition& partition) {
  return fmt::format("{}-{}", partition.topic, partition.partition);
}

}  // namespace

struct Shard::Core : std::enable_shared_from_this<Core> {
  enum class Phase {
    kUnloaded,
    kLoading,
    kReady,
    kSettling,  ///< The state is not the log's; waits until every append has ended one way or the other.
  };
  struct Waiting {
    Function<Outcome()> decide;
    Function<void(Error)> refuse;
    Append append;
  };
  /// A decision that was made: its answer leaves when it and everything before it is durable.
  struct Decided {
    std::uint64_t id;
    Callback<Result<void>> done;
    bool durable;
    std::optional<Error> refusal;  ///< The append was refused: the answer once what was seen is durable.
  };

  Core(env::EventLoop& on_loop, stream::Cluster& over, Machine& of, Options with)
      : loop(on_loop), cluster(over), machine(of), options(std::move(with)) {}

  void enqueue(Waiting next);
  void decide_waiting();
  void append(Outcome outcome, Append& through);
  void on_placed(std::uint64_t id, std::vector<Record>& records, Timestamp timestamp, Result<stream::Appended> placed);
  void on_durable(std::uint64_t id, Result<stream::Appended> durable);
  void release();
  void distrust(const Error& why);
  void settle();

  void load();
  void fetch(Offset from, Offset end);
  Result<void> replay(const stream::Batch& batch, Offset from);
  void on_loaded();
  void on_load_failed(Error why);
  void refuse_all(const Error& why);
  void refuse_waiting(const Error& why);

  env::MonotonicTime deadline(env::Duration timeout) const { return loop.clock().monotonic() + timeout; }

  env::EventLoop& loop;
  stream::Cluster& cluster;
  Machine& machine;
  Options options;

  Phase phase = Phase::kUnloaded;
  Offset position{0};
  std::deque<Waiting> waiting;
  std::deque<Decided> decided;
  std::uint64_t last_id = 0;
  std::uint64_t unsettled = 0;  ///< Appends whose durable completion is still to come.
  bool placing = false;         ///< An append has no place yet: the state lacks it, so nothing is decided.
  bool deciding = false;        ///< Inside decide_waiting; answers may submit more.
  bool closed = false;
  bool retry = false;           ///< Loaded once: a failed replay is tried again.
  Callback<Result<void>> load_done;
  Record at_hand;  ///< While loading: its memory is used for the next.
};

// ---- Decide, record, replay

void Shard::Core::enqueue(Waiting next) {
  if (closed) return next.refuse(error(ErrorCode::kCancelled, "{}: stopping", name_of(options.partition)));
  if (waiting.size() + decided.size() >= options.waiting_max) {
    next.refuse(error(ErrorCode::kExhausted, "{}: {} requests are under way already; try again", name_of(options.partition),
                      options.waiting_max));
    return;
  }
  waiting.push_back(std::move(next));
  decide_waiting();
}

void Shard::Core::decide_waiting() {
  if (deciding) return;
  const auto self = shared_from_this();  // an answer may destroy the shard
  deciding = true;
  while (phase == Phase::kReady && !placing && !waiting.empty()) {
    auto next = std::move(waiting.front());
    waiting.pop_front();
    auto outcome = next.decide();
    if (outcome.records.empty()) {
      decided.push_back({++last_id, std::move(outcome.done), true, std::nullopt});
      release();
    } else {
      append(std::move(outcome), next.append);
    }
  }
  deciding = false;
}

void Shard::Core::append(Outcome outcome, Append& through) {
  const auto id = ++last_id;
  const Timestamp timestamp{loop.clock().wall_ms()};
  stream::AppendBatch batch{options.partition, cluster.make_builder()};
  for (const auto& record : outcome.records) batch.records->add({record.key, record.value, {}, timestamp});

  decided.push_back({id, std::move(outcome.done), false, std::nullopt});
  placing = true;
  ++unsettled;
  auto placed = [core = weak_from_this(), id, timestamp, records = std::move(outcome.records)](auto result) mutable {
    if (const auto self = core.lock()) self->on_placed(id, records, timestamp, std::move(result));
  };
  auto durable = [core = weak_from_this(), id](auto result) {
    if (const auto self = core.lock()) self->on_durable(id, std::move(result));
  };
  if (through) {
    through(std::move(batch), std::move(placed), std::move(durable));
  } else {
    cluster.append(std::move(batch), deadline(options.append_timeout), std::move(placed), std::move(durable));
  }
}

void Shard::Core::on_placed(std::uint64_t id, std::vector<Record>& records, Timestamp timestamp,
                            Result<stream::Appended> placed) {
  placing = false;
  if (phase != Phase::kReady) return;
  if (!placed.ok()) {
    if (!certainly_not_placed(placed.error().code)) return distrust(placed.error());
    CHECK(!decided.empty() && decided.back().id == id, "nothing is decided while an append has no place");
    decided.back().durable = true;
    decided.back().refusal = std::move(placed).error();
    release();
  } else if (placed->base_offset != position) {
    // Somebody else's records, or ours from an append that was given up, lie between: the decision did not see them.
    return distrust(error(ErrorCode::kConflict, "records at offset {} are not this shard's", position));
  } else {
    for (std::size_t i = 0; i < records.size(); ++i) machine.replay(records[i], position + i, timestamp);
    position = placed->last_offset + 1;
  }
  decide_waiting();
}

void Shard::Core::on_durable(std::uint64_t id, Result<stream::Appended> durable) {
  --unsettled;
  if (phase == Phase::kSettling) return settle();
  const auto at = std::find_if(decided.begin(), decided.end(), [id](const Decided& each) { return each.id == id; });
  if (at == decided.end() || at->durable) return;  // refused, and answered so
  if (!durable.ok()) return distrust(durable.error());
  at->durable = true;
  release();
}

void Shard::Core::release() {
  const auto self = shared_from_this();
  while (!decided.empty() && decided.front().durable) {
    auto done = std::move(decided.front());
    decided.pop_front();
    if (done.refusal) {
      done.done(std::move(*done.refusal));
    } else {
      done.done({});
    }
  }
}

// ---- When the state may not be the log's any more

void Shard::Core::distrust(const Error& why) {
  const auto self = shared_from_this();
  phase = Phase::kSettling;
  const auto answer = error(ErrorCode::kUnavailable, "{}: the write failed and whether it happened is unknown; try again ({})",
                            name_of(options.partition), why.message);
  for (auto failed = std::exchange(decided, {}); !failed.empty(); failed.pop_front()) {
    failed.front().done(failed.front().refusal ? std::move(*failed.front().refusal) : answer);
  }
  settle();
}

void Shard::Core::settle() {
  if (phase == Phase::kSettling && unsettled == 0 && !closed) load();
}

// ---- Loading

void Shard::Core::load() {
  phase = Phase::kLoading;
  machine.reset();
  position = Offset{0};
  cluster.bounds({options.partition}, deadline(options.fetch_timeout), [core = weak_from_this()](auto bounds) {
    const auto self = core.lock();
    if (!self || self->closed) return;
    if (!bounds.ok()) return self->on_load_failed(std::move(bounds).error());
    self->position = bounds->front().log_start;
    self->fetch(bounds->front().log_start, bounds->front().high_watermark);
  });
}

void Shard::Core::fetch(Offset from, Offset end) {
  if (from >= end) return on_loaded();
  stream::FetchRequest request{options.partition, from, 512 << 10, std::chrono::seconds(1)};
  cluster.fetch(std::move(request), deadline(options.fetch_timeout), [core = weak_from_this(), from, end](auto fetched) {
    const auto self = core.lock();
    if (!self || self->closed) return;
    if (!fetched.ok()) return self->on_load_failed(std::move(fetched).error());
    for (const auto& batch : fetched->batches) {
      if (auto replayed = self->replay(*batch, from); !replayed.ok()) {
        return self->on_load_failed(std::move(replayed).error());
      }
    }
    self->position = std::max(self->position, fetched->next_offset);
    self->fetch(fetched->next_offset, end);
  });
}

Result<void> Shard::Core::replay(const stream::Batch& batch, Offset from) {
  return batch.visit({}, [&](const stream::RecordView& view) {
    if (view.offset < from) return true;
    at_hand.key.assign(view.key ? as_text(*view.key) : std::string_view());
    if (!view.value) {
      at_hand.value.reset();
    } else if (at_hand.value) {
      at_hand.value->assign(as_text(*view.value));
    } else {
      at_hand.value.emplace(as_text(*view.value));
    }
    machine.replay(at_hand, view.offset, view.timestamp);
    position = view.offset + 1;
    return true;
  });
}

void Shard::Core::on_loaded() {
  const auto self = shared_from_this();
  phase = Phase::kReady;
  retry = true;
  machine.loaded();
  if (load_done) std::exchange(load_done, {})({});
  decide_waiting();
}

void Shard::Core::on_load_failed(Error why) {
  const auto self = shared_from_this();
  phase = Phase::kUnloaded;
  why.message = fmt::format("replaying {}: {}", name_of(options.partition), why.message);
  refuse_waiting(Error{ErrorCode::kUnavailable, why.message});
  if (load_done) return std::exchange(load_done, {})(std::move(why));
  if (!retry || closed) return;
  loop.schedule_after(options.reload_delay, [core = weak_from_this()] {
    const auto later = core.lock();
    if (later && !later->closed && later->phase == Phase::kUnloaded) later->load();
  });
}

void Shard::Core::refuse_waiting(const Error& why) {
  for (auto refused = std::exchange(waiting, {}); !refused.empty(); refused.pop_front()) refused.front().refuse(why);
}

void Shard::Core::refuse_all(const Error& why) {
  for (auto failed = std::exchange(decided, {}); !failed.empty(); failed.pop_front()) failed.front().done(why);
  refuse_waiting(why);
}

// ---- Shard

Shard::Shard(env::EventLoop& loop, stream::Cluster& cluster, Machine& machine, Options options)
    : core_(std::make_shared<Core>(loop, cluster, machine, std::move(options))) {}

Shard::~Shard() { close(); }

void Shard::close() {
  core_->closed = true;
  core_->phase = Core::Phase::kUnloaded;
  core_->refuse_all(error(ErrorCode::kCancelled, "{}: stopping", name_of(core_->options.partition)));
}

void Shard::load(Callback<Result<void>> done) {
  CHECK(core_->phase == Core::Phase::kUnloaded && !core_->load_done, "load runs once at a time");
  core_->load_done = std::move(done);
  core_->load();
}

void Shard::enqueue(Function<Outcome()> decide, Function<void(Error)> refuse, Append append) {
  CHECK(core_->loop.is_current(), "a shard belongs to its loop");
  core_->enqueue({std::move(decide), std::move(refuse), std::move(append)});
}

Offset Shard::position() const { return core_->position; }
bool Shard::ready() const { return core_->phase == Core::Phase::kReady; }

}  // namespace weft::state
