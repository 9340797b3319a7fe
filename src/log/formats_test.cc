#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "log/checkpoint.h"
#include "log/control.h"
#include "log/log_fixture.h"
#include "log/sparse_index.h"

// The worked bytes in doc/formats/ are what this code writes. WEFT_UPDATE_DOCS=1 writes them anew.
namespace weft::log {
namespace {

std::string hex_dump(ByteView bytes) {
  std::string out;
  for (std::size_t line = 0; line < bytes.size(); line += 16) {
    out += fmt::format("{:04x} ", line);
    std::string text;
    for (std::size_t at = line; at < line + 16; ++at) {
      if (at % 8 == 0) out += ' ';
      if (at >= bytes.size()) {
        out += "   ";
        continue;
      }
      const auto value = std::to_integer<unsigned>(bytes[at]);
      out += fmt::format("{:02x} ", value);
      text += value >= 0x20 && value < 0x7f ? static_cast<char>(value) : '.';
    }
    out += " " + text + "\n";
  }
  return out;
}

/// The block after `<!-- worked: name -->` in a document is this dump.
void expect_worked(const std::string& document, const std::string& name, ByteView bytes) {
  const std::string path = "doc/formats/" + document;
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  std::string whole = text.str();
  const std::string open = "<!-- worked: " + name + " -->\n```\n";
  const std::size_t begin = whole.find(open);
  ASSERT_NE(begin, std::string::npos) << path << " has no " << open;
  const std::size_t from = begin + open.size();
  const std::size_t end = whole.find("```", from);
  const std::string dump = hex_dump(bytes);
  if (std::getenv("WEFT_UPDATE_DOCS") != nullptr) {
    whole.replace(from, end - from, dump);
    std::ofstream(path) << whole;
    return;
  }
  EXPECT_EQ(whole.substr(from, end - from), dump) << path;
}

Buffer hello_batch() {
  record::BatchBuilder builder;
  builder.add(std::nullopt, as_bytes("hello"), Timestamp(1'800'000'000'000));
  return builder.build().value();
}

const PartitionId kPartition{TopicId(Uuid::from_random(1, 1)), PartitionIndex(0)};

TEST(Formats, TheJournalEntryInTheDocumentIsWhatIsWritten) {
  const Buffer batch = hello_batch();
  const record::BatchHeader in = record::load_header(batch.data());
  const TableSlice slice{
      .partition = kPartition, .length = static_cast<std::uint32_t>(batch.size()), .batch_crc = in.crc};
  EntryHeader header;
  header.kind = EntryKind::kData;
  header.journal_id = Uuid::from_random(0x1122334455667788ULL, 0x99aabbccddeeff00ULL);
  header.incarnation = 1;
  header.wall_ms = 1'800'000'000'000;
  header.body_bytes = slice.length;
  Buffer entry(kEntryHeaderBytes + kTableSliceBytes);
  encode_entry_head(entry, header, {&slice, 1});
  EXPECT_TRUE(slice_holds(batch, slice));
  expect_worked("segment.md", "segment", batch);
  append_bytes(entry, batch);
  expect_worked("journal.md", "journal-entry", entry);

  EntryHeader read;
  std::vector<TableSlice> slices;
  EXPECT_EQ(decode_entry_head(entry, &header.journal_id, read, slices), HeadFault::kNone);
  EXPECT_EQ(read, header);
  EXPECT_EQ(slices, std::vector{slice});
}

TEST(Formats, TheControlBodyInTheDocumentIsWhatIsWritten) {
  const std::vector<ControlRecord> records{{ControlRecord::Kind::kCreatePartition, kPartition, Offset(0)},
                                           {ControlRecord::Kind::kRaiseLogStart, kPartition, Offset(1'000)}};
  const Buffer body = encode_control(records);
  EXPECT_EQ(decode_control(body).value(), records);
  expect_worked("journal.md", "control-body", body);
}

TEST(Formats, TheIndexInTheDocumentIsWhatIsWritten) {
  SparseIndex index;
  index.add(0, 0, kNoTimestamp);
  index.add(3, 3'100, Timestamp(1'800'000'000'000));
  index.add(6, 6'200, Timestamp(1'800'000'000'500));
  expect_worked("indexes.md", "index", index.take_unwritten());
}

TEST(Formats, TheCheckpointInTheDocumentIsWhatIsWritten) {
  Checkpoint checkpoint;
  checkpoint.geometry = {32 << 20, 16};
  checkpoint.journal_id = Uuid::from_random(0x1122334455667788ULL, 0x99aabbccddeeff00ULL);
  checkpoint.wall_ms = 1'800'000'000'000;
  const Buffer bytes = encode_checkpoint(checkpoint, 0, {});
  EXPECT_EQ(decode_checkpoint(bytes)->geometry, checkpoint.geometry);
  expect_worked("checkpoint.md", "checkpoint", bytes);
}

TEST(Formats, TheProducersInTheDocumentAreWhatIsWritten) {
  ProducerTable table;
  record::BatchHeader header;
  header.producer_id = ProducerId(5);
  header.producer_epoch = ProducerEpoch(0);
  header.base_sequence = Sequence(0);
  header.last_offset_delta = 1;
  table.add(header, Offset(0), 1'800'000'000'000);
  Buffer bytes;
  table.encode(bytes);
  expect_worked("producers.md", "producers", bytes);
}

TEST(Formats, ACheckpointRoundTripsAndEveryFlippedBitIsRefused) {
  Checkpoint checkpoint;
  checkpoint.geometry = {1 << 20, 4};
  checkpoint.trim = Lsn(4096);
  checkpoint.unlinks = {"topics/x", "topics/y/0/1.log"};
  Buffer partitions;
  ProducerTable producers;
  encode_partition(partitions, kPartition, Offset(1), Offset(9), Offset(-1),
                   {{.base = Offset(1), .end = Offset(9), .bytes = 700, .index_count = 1}}, producers);
  Buffer bytes = encode_checkpoint(checkpoint, 1, partitions);
  const Checkpoint read = decode_checkpoint(bytes).value();
  EXPECT_EQ(read.unlinks, checkpoint.unlinks);
  ASSERT_EQ(read.partitions.size(), 1U);
  EXPECT_EQ(read.partitions[0].segments[0].bytes, 700U);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    EXPECT_FALSE(decode_checkpoint(bytes).ok()) << bit;
    bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
  }
}

TEST(Formats, EveryFlippedBitOfAnEntrysHeadIsNoticed) {
  EntryHeader header;
  header.kind = EntryKind::kBarrier;
  header.journal_id = Uuid::from_random(3, 4);
  Buffer block(kEntryHeaderBytes);
  encode_entry_head(block, header, {});
  EntryHeader read;
  std::vector<TableSlice> slices;
  for (std::size_t bit = 0; bit < block.size() * 8; ++bit) {
    block[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    EXPECT_EQ(decode_entry_head(block, &header.journal_id, read, slices), HeadFault::kNotAnEntry) << bit;
    block[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
  }
}

}  // namespace
}  // namespace weft::log
