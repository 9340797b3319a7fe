// Cuts images from a recording of `weft serve` and checks each against what clients had been told: README.md.
//
//   check_images TRACE DATA_DIR ACKNOWLEDGED IMAGES SEED
//
// A line of ACKNOWLEDGED is `record POSITION PARTITION OFFSET NUMBER` (its value begins with "NUMBER|") or `text
// POSITION TEXT` (some batch holds it). POSITION is the trace's size when the answer had arrived: what an image from
// there on holds.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/log.h"
#include "env/disk_recording.h"
#include "log/log_fixture.h"
#include "record/records.h"

namespace weft::log {
namespace {

struct Acknowledged {
  std::size_t event = 0;  ///< Images that hold this many events or more must have it.
  bool is_record = false;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::string text;  ///< Of a record: its number.
};

[[noreturn]] void fail(const std::string& why) {
  fmt::print("FAULT: {}\n", why);
  std::exit(1);
}

std::vector<Acknowledged> load_acknowledged(const std::string& path, const env::TraceReplay& trace) {
  std::ifstream in(path);
  std::vector<Acknowledged> all;
  std::string kind;
  for (std::uint64_t position = 0; in >> kind >> position;) {
    Acknowledged one;
    one.event = trace.event_at(position);
    one.is_record = kind == "record";
    if (one.is_record) in >> one.partition >> one.offset;
    in >> one.text;
    all.push_back(std::move(one));
  }
  return all;
}

using Batches = std::map<PartitionId, std::vector<SharedBytes>>;

Batches read_everything(SimLog& weft) {
  Batches all;
  std::vector<PartitionId> ids;
  weft.on([&] { ids = weft.log().partitions(); });
  for (const PartitionId id : ids) {
    auto batches = weft.read_all(id);
    if (!batches.ok()) fail(fmt::format("partition {} of {}: {}", id.partition, id.topic, batches.error().message));
    all[id] = std::move(*batches);
  }
  return all;
}

bool same(const Batches& one, const Batches& other) {
  return std::ranges::equal(one, other, [](const auto& a, const auto& b) {
    return a.first == b.first && std::ranges::equal(a.second, b.second, [](const SharedBytes& x, const SharedBytes& y) {
             return std::ranges::equal(x.view(), y.view());
           });
  });
}

/// What the batches hold: numbered records by partition and offset, each number once, and the raw bytes for texts.
struct Content {
  std::map<std::pair<std::int32_t, std::int64_t>, std::string> records;
  std::string others;
};

Content content_of(const Batches& all) {
  Content content;
  std::set<std::string> seen;
  for (const auto& [id, batches] : all)
    for (const SharedBytes& batch : batches) {
      auto reader = record::RecordReader::open(batch.view());
      if (!reader.ok()) fail(reader.error().message);
      record::RecordView view;
      for (;;) {
        const auto more = reader->next(view);
        if (!more.ok()) fail(more.error().message);
        if (!*more) break;
        const std::string_view value = view.value.has_value() ? as_text(*view.value) : std::string_view();
        const std::size_t bar = value.substr(0, 16).find('|');
        if (bar == std::string_view::npos) {
          content.others += view.key.has_value() ? as_text(*view.key) : std::string_view();
          content.others += value;
          continue;
        }
        std::string number(value.substr(0, bar));
        if (!seen.insert(number).second) fail("record " + number + " is there twice");
        content.records[{id.partition.get(), view.offset.get()}] = std::move(number);
      }
    }
  return content;
}

std::size_t check(const Content& content, const std::vector<Acknowledged>& all, std::size_t cut) {
  std::size_t looked_for = 0;
  for (const Acknowledged& one : all) {
    if (one.event > cut) continue;
    ++looked_for;
    if (!one.is_record) {
      if (content.others.find(one.text) == std::string::npos)
        fail(fmt::format("acknowledged '{}' is missing", one.text));
      continue;
    }
    const auto found = content.records.find({one.partition, one.offset});
    if (found == content.records.end() || found->second != one.text)
      fail(fmt::format("acknowledged record {} is not at offset {} of partition {}", one.text, one.offset,
                       one.partition));
  }
  return looked_for;
}

/// The newest idempotent batch of every partition comes again, as from a producer that got no answer.
std::size_t resend(SimLog& weft, const Batches& all) {
  std::size_t count = 0;
  for (const auto& [id, batches] : all) {
    if (batches.empty()) continue;
    const record::BatchHeader header = record::load_header(batches.back().data());
    if (!header.is_idempotent()) continue;
    const auto again = weft.append(id, batches.back());
    if (!again.ok()) fail("a batch that came again was refused: " + again.error().message);
    if (!again->duplicate || again->base_offset != header.base_offset)
      fail(fmt::format("a batch that came again is there twice, at {} and {}", header.base_offset, again->base_offset));
    ++count;
  }
  return count;
}

int run(const std::string& trace_path, const std::string& data, const std::string& acknowledged, std::size_t images,
        std::uint64_t seed) {
  CHECK(set_log_levels("off").ok());
  const auto posix = env::make_posix_disk();
  const std::string parent = env::parent_directory(data);
  CHECK(data == parent + "/data", "SimLog's directory");
  auto opened = env::TraceReplay::open(*posix, trace_path, parent);
  if (!opened.ok()) fail(opened.error().message);
  env::TraceReplay trace = std::move(*opened);
  const std::vector<Acknowledged> all = load_acknowledged(acknowledged, trace);
  if (all.empty()) fail("nothing was acknowledged");

  std::mt19937_64 random(seed);
  std::vector<std::size_t> cuts(images);
  for (std::size_t& cut : cuts) cut = 1 + random() % trace.event_count();
  cuts.back() = trace.event_count();
  std::ranges::sort(cuts);
  SimLog::Settings settings;  // at the recording's time: idle producers are forgotten after a day
  settings.sim.wall_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  env::SimulatedDisk live(1);
  std::size_t looked_for = 0;
  std::size_t resent = 0;
  for (std::size_t i = 0; i < images; ++i) {
    trace.advance(live, cuts[i]);
    const std::shared_ptr<env::SimulatedDisk> image = live.clone(seed + i);
    image->crash();
    if (!image->exists("data/checkpoint")) continue;  // before the first start was over
    SimLog weft(i + 1, image, settings);
    if (i % 3 == 0) {  // recovery is cut short too
      image->stop_after(1 + random() % 30);
      (void)weft.start();
      weft.stop();
      image->crash();
    }
    if (const auto started = weft.start(); !started.ok())
      fail(fmt::format("image {} of {} events: {}", i, cuts[i], started.error().message));
    const Batches first = read_everything(weft);
    looked_for += check(content_of(first), all, cuts[i]);
    weft.stop();
    image->restart_process();
    CHECK(weft.start().ok());
    if (!same(first, read_everything(weft))) fail(fmt::format("image {}: recovering twice changes what is there", i));
    resent += resend(weft, first);
    if (!same(first, read_everything(weft))) fail(fmt::format("image {}: resent batches changed what is there", i));
  }
  fmt::print("{} images of {} events: {} acknowledgements looked for, 0 missing; {} batches resent, 0 twice\n", images,
             trace.event_count(), looked_for, resent);
  return looked_for > images && resent > images ? 0 : 1;
}

}  // namespace
}  // namespace weft::log

int main(int argc, char** argv) {
  if (argc != 6) {
    fmt::print(stderr, "usage: check_images TRACE DATA_DIR ACKNOWLEDGED IMAGES SEED\n");
    return 2;
  }
  return weft::log::run(argv[1], argv[2], argv[3], std::strtoull(argv[4], nullptr, 10),
                        std::strtoull(argv[5], nullptr, 10));
}
