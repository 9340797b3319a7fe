#include <gtest/gtest.h>

#include <map>
#include <random>

#include "log/log_fixture.h"
#include "record/records.h"

// Compaction under crashes: power loss or kill -9 inside any disk operation, compaction's own and recovery's too.
namespace weft::log {
namespace {

const PartitionId kOne = partition_id(1);
constexpr int kKeys = 12;

/// What was sent to one compacted partition, and the check of a recovered log against it.
class KeyedLedger {
 public:
  struct Record {
    std::string key;
    std::optional<std::string> value;
    bool acknowledged = false;
  };

  void sent(Offset offset, std::string key, std::optional<std::string> value) {
    records_[offset] = {std::move(key), std::move(value), false};
  }
  void acknowledged(Offset offset) {
    const auto found = records_.find(offset);
    if (found != records_.end()) found->second.acknowledged = true;
  }

  /// No record that nobody sent; of every key the last acknowledged one, or one sent later. After a start what is there
  /// is taken as true: it has been seen now.
  std::optional<std::string> check(SimLog& recovered, bool after_start) {
    const auto before = recovered.state_of(kOne);
    const Offset seen = before.ok() ? before->visible_end : Offset(0);
    const auto batches = recovered.read_all(kOne);
    if (!batches.ok()) return stopped(recovered) ? std::nullopt : std::optional(batches.error().message);
    std::map<std::string, Offset> found;
    for (const SharedBytes& batch : *batches) {
      auto reader = record::RecordReader::open(batch.view()).value();
      record::RecordView view;
      while (reader.next(view).value()) {
        const auto known = records_.find(view.offset);
        if (known == records_.end() || known->second.key != as_text(*view.key) ||
            known->second.value.has_value() != view.value.has_value() ||
            (view.value.has_value() && *known->second.value != as_text(*view.value)))
          return fmt::format("nobody sent what is at offset {}", view.offset);
        found[known->second.key] = view.offset;
      }
    }
    const Offset end = recovered.state_of(kOne)->visible_end;
    for (const auto& [offset, record] : records_) {
      if (!record.acknowledged) continue;
      if (offset >= end) return fmt::format("the log ends at {}, {} was acknowledged", end, offset);
      if (offset >= seen) continue;  // acknowledged while we read
      const auto last = found.find(record.key);
      // A tombstone may have gone by itself; then everything before it must be gone too, which the next lines see.
      if ((last == found.end() || last->second < offset) && (record.value.has_value() || last != found.end()) &&
          !superseded(record.key, offset, end))
        return fmt::format("the last record of {}, at offset {}, is missing; {} is there", record.key, offset,
                           last == found.end() ? -1 : last->second.get());
    }
    if (!after_start) return std::nullopt;
    std::erase_if(records_, [&](const auto& record) { return record.first >= end; });
    for (auto& [offset, record] : records_) record.acknowledged = true;
    return std::nullopt;
  }

 private:
  static bool stopped(SimLog& weft) { return weft.failure().has_value() || weft.disk().is_down(); }

  /// By a tombstone that is there no more, or by a record that was never acknowledged and survived.
  bool superseded(const std::string& key, Offset offset, Offset end) const {
    for (auto later = records_.upper_bound(offset); later != records_.end() && later->first < end; ++later)
      if (later->second.key == key && !later->second.value.has_value()) return true;
    return false;
  }

  std::map<Offset, Record> records_;
};

struct KeyedRun {
  std::optional<std::string> violation;
  bool compacted = false;
};

KeyedRun run_keyed(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto draw = [&](std::uint64_t below) { return random() % below; };
  auto disk = std::make_shared<env::SimulatedDisk>(seed);
  SimLog weft(seed, disk);
  KeyedLedger ledger;
  KeyedRun result;
  int written = 0;
  RetentionPolicy policy{.retention_ms = -1, .segment_bytes = 3000, .compact = true, .dirty_ratio_min = 0.1};
  policy.delete_retention_ms = 60'000;

  const auto append = [&] {
    record::BatchBuilder builder(draw(2) == 0 ? record::Codec::kNone : record::Codec::kZstd);
    std::vector<std::pair<std::string, std::optional<std::string>>> records;
    for (std::uint64_t i = 0; i < 1 + draw(3); ++i) {
      records.push_back({fmt::format("key-{}", draw(kKeys)), std::nullopt});
      if (draw(6) != 0) records.back().second = fmt::format("{}-{}", ++written, std::string(draw(300), 'v'));
    }
    for (const auto& [key, value] : records)
      builder.add(as_bytes(key), value ? std::optional(as_bytes(*value)) : std::nullopt,
                  Timestamp(weft.sim().clock().wall_ms()));
    const auto base = std::make_shared<Offset>(-1);
    const auto count = static_cast<std::int64_t>(records.size());
    const auto appended =
        weft.append_now({{kOne, SharedBytes(builder.build().value())}}, [&, base, count](Result<void> done) {
          for (std::int64_t i = 0; done.ok() && i < count; ++i) ledger.acknowledged(*base + i);
        });
    if (!appended.ok()) return;
    *base = (*appended)[0].base_offset;
    for (std::int64_t i = 0; i < count; ++i)
      ledger.sent(*base + i, records[static_cast<std::size_t>(i)].first, records[static_cast<std::size_t>(i)].second);
  };

  for (int life = 0; life < 7; ++life) {
    const bool last = life == 6;
    if (!last) disk->stop_after(20 + draw(1200));
    const Result<void> started = weft.start();
    const auto violated = [&](const std::string& what) {
      result.violation = fmt::format("seed {} life {}: {}", seed, life, what);
      return result;
    };
    if (!started.ok() && !disk->is_down()) return violated("refuses to start: " + started.error().message);
    if (started.ok() && !disk->is_down()) {
      (void)weft.create({kOne});
      if (const auto violation = ledger.check(weft, true); violation && !disk->is_down()) return violated(*violation);
      weft.on([&] { (void)weft.log().set_retention(kOne, policy); });
      for (int step = 0; step < 250 && !disk->is_down(); ++step) {
        append();
        if (draw(30) == 0) weft.advance(std::chrono::seconds(draw(40)));
        if (draw(3) == 0) weft.advance(std::chrono::microseconds(draw(500)));
      }
      if (!disk->is_down() && weft.failure().has_value()) return violated("stopped: " + weft.failure()->message);
      if (!disk->is_down()) {
        if (const auto violation = ledger.check(weft, false)) return violated(*violation);
        const auto files = disk->list(fmt::format("data/topics/{}/0", kOne.topic));
        if (files.ok())
          for (const auto& file : *files) result.compacted |= file.name.find('-') != std::string::npos;
      }
    }
    weft.stop();
    draw(3) == 0 ? disk->restart_process() : disk->crash();
  }
  return result;
}

TEST(CrashSimulation, CompactionLosesNoLastRecordOfAKey) {
  std::size_t compacted = 0;
  const auto seeds = env::sim_seeds(40);
  for (const std::uint64_t seed : seeds) {
    const KeyedRun done = run_keyed(seed);
    ASSERT_FALSE(done.violation.has_value()) << *done.violation;
    compacted += done.compacted ? 1 : 0;
  }
  EXPECT_GT(compacted, seeds.size() / 2) << "or else this tests nothing";
}

}  // namespace
}  // namespace weft::log
