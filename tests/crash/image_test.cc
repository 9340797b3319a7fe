#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "recorded_run.h"

namespace weft::log {
namespace {

std::size_t image_count() {
  const char* wanted = std::getenv("WEFT_CRASH_IMAGES");
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 200;
}

/// One recording for all tests of this file.
RecordedRun& recording() {
  static RecordedRun run(20261122);
  static const bool once = [] {
    run.live(250);
    run.live(150);
    run.live(60);
    return true;
  }();
  (void)once;
  return run;
}

/// Whether somebody is told of damage: at the start, when reading, or when writing.
bool is_reported(SimLog& weft, const Result<void>& started) {
  if (!started.ok()) return started.error().code == ErrorCode::kCorrupt;
  for (int i = 0; i < RecordedRun::kPartitions; ++i) {
    const auto read = weft.read_all(partition_id(i));
    if (!read.ok() && read.error().code == ErrorCode::kCorrupt) return true;
    const auto appended = weft.append(partition_id(i), make_batch("probe"));
    if (!appended.ok() && appended.error().code == ErrorCode::kCorrupt) return true;
  }
  return false;
}

TEST(CrashImages, NothingAcknowledgedIsMissingFromAnyOfThem) {
  auto trace = recording().trace();
  const std::size_t count = image_count();
  std::mt19937_64 random(7);
  std::vector<std::size_t> cuts(count);
  for (std::size_t& cut : cuts) cut = 1 + random() % trace.event_count();
  std::ranges::sort(cuts);

  env::SimulatedDisk live(1);
  Ledger ledger;
  std::size_t told = 0;
  std::size_t acknowledged = 0;
  std::size_t started_count = 0;
  for (std::size_t i = 0; i < count; ++i) {
    trace.advance(live, cuts[i]);
    for (; told < trace.notes().size() && trace.notes()[told].event < cuts[i]; ++told)
      RecordedRun::tell(ledger, trace.notes()[told].text);
    SCOPED_TRACE(fmt::format("image {}: events before {} of {}", i, cuts[i], trace.event_count()));
    const std::shared_ptr<env::SimulatedDisk> image = live.clone(i + 1);
    image->crash();
    Ledger expected = ledger;
    acknowledged += expected.acknowledged_count();

    // Recovery itself is cut short in every third image, in the middle of its writes.
    SimLog weft(i + 1, image);
    if (i % 3 == 0) {
      image->stop_after(1 + random() % 30);
      (void)weft.start();
      weft.stop();
      image->crash();
    }
    const auto again = image->clone(i + 1);
    const Result<void> started = weft.start();
    ASSERT_TRUE(started.ok()) << started.error().message;
    ++started_count;
    const auto violation = expected.check(weft);
    ASSERT_FALSE(violation.has_value()) << *violation;
    // Recovering the recovered once more changes nothing.
    weft.stop();
    image->restart_process();
    ASSERT_TRUE(weft.start().ok());
    const auto second = expected.check(weft);
    ASSERT_FALSE(second.has_value()) << *second;
  }
  EXPECT_EQ(started_count, count);
  EXPECT_GT(acknowledged, count * 50);
  fmt::print("{} images, {} acknowledged sets looked for, 0 missing\n", count, acknowledged);
}

TEST(CrashImages, AFlippedBitBelowWhatWasSyncedIsReported) {
  auto trace = recording().trace();
  env::SimulatedDisk live(1);
  trace.advance(live, trace.event_count());
  Ledger ledger;
  for (const auto& note : trace.notes()) RecordedRun::tell(ledger, note.text);

  std::vector<std::string> files;
  for (int i = 0; i < 4; ++i) files.push_back(fmt::format("data/journal/{:02}", i));
  for (int i = 0; i < RecordedRun::kPartitions; ++i) {
    const std::string directory = fmt::format("data/topics/{}/0", partition_id(i).topic);
    const auto entries = live.list(directory).value();
    for (const auto& entry : entries)
      if (entry.name.ends_with(".log")) files.push_back(directory + "/" + entry.name);
  }
  files.push_back("data/checkpoint");
  std::mt19937_64 random(11);
  int reported = 0;
  for (std::uint64_t i = 0; i < 120; ++i) {
    const std::shared_ptr<env::SimulatedDisk> image = live.clone(i);
    image->crash();
    const std::string& file = files[i % files.size()];
    const Buffer bytes = env::read_file(*image, file, UINT64_MAX).value_or(Buffer{});
    if (bytes.empty()) continue;  // its name was not durable yet: the journal has what it held
    // Every third one hits the first bytes of a segment, which the batch's own CRC does not cover.
    image->flip_bit(file, random() % (i % 3 == 0 ? std::min<std::size_t>(bytes.size(), 21) * 8 : bytes.size() * 8));
    SimLog weft(i + 1, image);
    const Result<void> started = weft.start();
    Ledger expected = ledger;
    const auto violation = started.ok() ? expected.check(weft) : Ledger::Violation("did not start");
    if (!violation.has_value()) continue;  // a bit of padding, or of what the journal replaced
    ++reported;
    EXPECT_TRUE(is_reported(weft, started)) << file << ": silently " << *violation;
  }
  EXPECT_GT(reported, 15);
}

}  // namespace
}  // namespace weft::log
