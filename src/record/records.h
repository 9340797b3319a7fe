#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "record/batch.h"

namespace weft::record {

/// The most that one batch may decompress to: a bomb ends here. Far above any max.message.bytes that makes sense.
inline constexpr std::size_t kDecompressedBytesMax = 128U << 20;

struct RecordHeader {
  std::string_view key;
  std::optional<ByteView> value;  ///< None: null.
};

/// One record; views into the batch or into what the reader decompressed.
struct RecordView {
  Offset offset;
  Timestamp timestamp;
  std::optional<ByteView> key;
  std::optional<ByteView> value;  ///< None: a tombstone.
  std::uint32_t header_count = 0;
  ByteView header_bytes;
};

/// Steps over the headers of a record: `rest` starts as its header_bytes. False at the end. They were checked already.
bool next_header(ByteView& rest, RecordHeader& into);

/// Walks the records of one batch, decompressing where needed.
class RecordReader {
 public:
  /// `batch` is whole and outlives the reader. kCorrupt, kTooLarge (decompressed), kUnsupported (codec).
  static Result<RecordReader> open(ByteView batch, std::size_t decompressed_bytes_max = kDecompressedBytesMax);

  const BatchHeader& header() const { return header_; }
  /// False after the last record. kInvalidArgument when lengths, counts or deltas do not fit together.
  Result<bool> next(RecordView& into);

 private:
  RecordReader() = default;

  BatchHeader header_;
  Buffer decompressed_;
  ByteView rest_;
  std::int32_t seen_ = 0;
  std::int32_t last_delta_ = -1;
};

/// Checks uncompressed `records` of `header` without handing them out; gaps between offset deltas are refused.
Result<void> check_records(const BatchHeader& header, ByteView records, bool require_key);

}  // namespace weft::record
