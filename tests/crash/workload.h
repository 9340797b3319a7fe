#pragma once

#include <deque>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "ledger.h"
#include "log/log_fixture.h"

namespace weft::log {

/// Random work on a simulated log, step by step, told to a ledger as it is answered. Survives the log's lives.
class Workload {
 public:
  Workload(std::uint64_t seed, Ledger& ledger) : random_(seed), ledger_(ledger) {}

  /// After a start: listens, makes partitions if there are none, and resends what a producer got no answer for.
  std::optional<std::string> begin(SimLog& weft) {
    weft.on([&] { weft.log().on_visible([this](PartitionId id, Offset end) { ledger_.visible(id, end); }); });
    for (int i = 0; i < kPartitions; ++i) create(weft, partition_id(i));
    for (Producer& producer : producers_)
      if (auto violation = resend(weft, producer)) return violation;
    return std::nullopt;
  }

  void step(SimLog& weft) {
    switch (draw(24)) {
      case 0:
        return weft.advance(std::chrono::milliseconds(draw(300)));
      case 1:
        return raise(weft, partition_id(kPartitions - 1));
      case 2:
        if (draw(4) == 0) return churn(weft);
        return;
      case 3:
      case 4:
      case 5:
        return produce(weft, producers_[draw(producers_.size())]);
      default:
        append(weft);
    }
    if (draw(3) == 0) weft.advance(std::chrono::microseconds(draw(500)));
  }

 private:
  static constexpr int kPartitions = 5;
  static constexpr std::size_t kResendable = 5;

  struct Unanswered {
    Sequence first;
    SharedBytes batch;
    int set;
  };
  /// Sends to one partition, keeps up to five batches on their way, and never forgets one without an answer.
  struct Producer {
    ProducerId id;
    PartitionId partition;
    Sequence next{0};
    std::deque<Unanswered> unanswered;
  };

  std::uint64_t draw(std::uint64_t below) { return random_() % below; }
  std::size_t draw_size() { return draw(8) == 0 ? 20'000 + draw(10'000) : draw(3'000); }

  void create(SimLog& weft, PartitionId id) {
    weft.on([&] {
      weft.log().create_partitions({id}, [this, id](Result<void> result) {
        if (result.ok()) ledger_.created(id);
      });
    });
    weft.advance(std::chrono::milliseconds(1));
    // Small segments, so that they roll; nothing is deleted but on request.
    weft.on([&] { (void)weft.log().set_retention(id, {.retention_ms = -1, .segment_bytes = 60'000}); });
  }

  void append(SimLog& weft) {
    const int set = next_set_++;
    std::vector<AppendSlice> slices;
    const std::size_t count = draw(3) == 0 ? 2 + draw(3) : 1;
    for (std::size_t i = 0; i < count; ++i)
      slices.push_back(
          {partition_id(static_cast<int>(draw(kPartitions))),
           make_batch(fmt::format("set {} slice {}", set, i),
                      {.record_count = 1 + static_cast<int>(draw(3)), .value_bytes = draw_size() / count})});
    const auto appended = weft.append_now(slices, [this, set](Result<void> result) {
      if (result.ok()) ledger_.acknowledged(set);
    });
    if (!appended.ok()) return;  // pressed or stopped
    for (std::size_t i = 0; i < count; ++i) tell_sent(set, slices[i], (*appended)[i]);
  }

  void tell_sent(int set, const AppendSlice& slice, const AppendedSlice& appended) {
    ledger_.sent(set, slice.partition, appended.base_offset, appended.last_offset, Ledger::hash_of(slice.batch.view()));
  }

  void produce(SimLog& weft, Producer& producer) {
    if (producer.unanswered.size() >= kResendable) return;
    const SharedBytes batch =
        make_batch(fmt::format("producer {} sequence {}", producer.id, producer.next), {.record_count = 2,
                                                                                        .value_bytes = draw_size() / 2,
                                                                                        .producer = producer.id,
                                                                                        .epoch = ProducerEpoch(0),
                                                                                        .sequence = producer.next});
    const int set = next_set_++;
    const AppendSlice slice{producer.partition, batch};
    const auto appended = weft.append_now({slice}, [this, set, &producer](Result<void> result) {
      if (!result.ok()) return;
      ledger_.acknowledged(set);
      producer.unanswered.pop_front();
    });
    if (!appended.ok()) return;
    producer.unanswered.push_back({producer.next, batch, set});
    producer.next = producer.next + 2;
    tell_sent(set, slice, (*appended)[0]);
  }

  std::optional<std::string> resend(SimLog& weft, Producer& producer) {
    while (!producer.unanswered.empty()) {
      const Unanswered again = producer.unanswered.front();
      const AppendSlice slice{producer.partition, again.batch};
      const int set = next_set_++;
      bool answered = false;
      const auto appended = weft.append_now({slice}, [&](Result<void>) { answered = true; });
      if (!appended.ok() && appended.error().code == ErrorCode::kExhausted) {
        weft.advance(std::chrono::milliseconds(1));
        continue;
      }
      if (appended.ok() && !(*appended)[0].duplicate) tell_sent(set, slice, (*appended)[0]);
      if (weft.failure().has_value() || weft.disk().is_down()) return std::nullopt;
      if (!appended.ok())
        return fmt::format("producer {}: sequence {} again: {}", producer.id, again.first, appended.error().message);
      weft.run_until([&] { return answered || weft.failure().has_value(); });
      if (!answered) return std::nullopt;
      ledger_.acknowledged(set);
      producer.unanswered.pop_front();
    }
    return no_duplicates(weft, producer);
  }

  /// Sequences in the log go on without gap or repetition.
  std::optional<std::string> no_duplicates(SimLog& weft, const Producer& producer) {
    const auto batches = weft.read_all(producer.partition);
    if (!batches.ok() || weft.disk().is_down()) return std::nullopt;  // the ledger tells
    Sequence expected(0);
    for (const SharedBytes& bytes : *batches) {
      const record::BatchHeader header = record::load_header(bytes.data());
      if (header.producer_id != producer.id) continue;
      if (header.base_sequence != expected)
        return fmt::format("producer {}: sequence {} where {} was next", producer.id, header.base_sequence, expected);
      expected = expected + 2;
    }
    if (expected != producer.next)
      return fmt::format("producer {}: the log ends before sequence {}, {} was sent", producer.id, expected,
                         producer.next);
    return std::nullopt;
  }

  void raise(SimLog& weft, PartitionId id) {
    const auto state = weft.state_of(id);
    if (!state.ok() || state->visible_end == state->log_start) return;
    const Offset to =
        state->log_start + 1 +
        static_cast<std::int64_t>(draw(static_cast<std::uint64_t>(state->visible_end - state->log_start)));
    ledger_.raise_asked(id, to);
    weft.on([&] {
      weft.log().raise_log_start(id, to, [this, id, to](Result<void> result) {
        if (result.ok()) ledger_.raised(id, to);
      });
    });
  }

  /// A topic that lives for a while.
  void churn(SimLog& weft) {
    if (!guests_.empty() && draw(2) == 0) {
      const PartitionId id = guests_.front();
      guests_.pop_front();
      ledger_.remove_asked(id);
      weft.on([&] {
        weft.log().remove_partitions({id}, [this, id](Result<void> result) {
          if (result.ok()) ledger_.removed(id);
        });
      });
      return;
    }
    const PartitionId id = partition_id(next_guest_++);
    create(weft, id);
    guests_.push_back(id);
    const int set = next_set_++;
    const AppendSlice slice{id, make_batch("guest", {.value_bytes = draw_size()})};
    const auto appended = weft.append_now({slice}, [this, set](Result<void> result) {
      if (result.ok()) ledger_.acknowledged(set);
    });
    if (appended.ok()) tell_sent(set, slice, (*appended)[0]);
  }

  std::mt19937_64 random_;
  Ledger& ledger_;
  int next_set_ = 1;
  int next_guest_ = 1000;
  std::deque<PartitionId> guests_;
  std::vector<Producer> producers_ = {{ProducerId(11), partition_id(0)}, {ProducerId(12), partition_id(1)}};
};

}  // namespace weft::log
