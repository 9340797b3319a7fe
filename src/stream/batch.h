#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/function.h"
#include "base/result.h"
#include "record/ids.h"

namespace weft::stream {

struct Header {
  std::string_view key;
  std::optional<ByteView> value;
};

/// One record while it is being visited; the views live as long as the batch, or as the visit when it was compressed.
struct RecordView {
  Offset offset;
  Timestamp timestamp;
  std::optional<ByteView> key;
  std::optional<ByteView> value;
  std::vector<Header> headers;  ///< Filled only when asked for.
};

/// Which fields a reader needs; the rest is skipped without decoding.
struct Fields {
  bool key = true;
  bool value = true;
  bool headers = false;
};

/// Records of one partition as they were fetched: immutable, cheap to copy, thread-safe. Where it came from, how it is
/// compressed and where batch boundaries were is nobody's business above.
class Batch {
 public:
  virtual ~Batch() = default;
  virtual Offset first_offset() const = 0;
  virtual Offset last_offset() const = 0;
  /// Records in it; control records are not counted and never visited.
  virtual std::size_t record_count() const = 0;
  /// Calls `visit` in offset order until it returns false. kCorrupt when the bytes do not hold what they claim.
  virtual Result<void> visit(Fields fields, Function<bool(const RecordView&)> visit) const = 0;
};
using BatchPointer = std::shared_ptr<const Batch>;

/// What to write: one record, owned.
struct NewRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  Timestamp timestamp = kNoTimestamp;  ///< kNoTimestamp: when it is appended.
};

/// A cluster's own form of records on their way in; made by Cluster::make_builder.
class BatchBuilder {
 public:
  virtual ~BatchBuilder() = default;
  virtual void add(const NewRecord& record) = 0;
  virtual std::size_t record_count() const = 0;
  virtual std::size_t bytes() const = 0;
};

}  // namespace weft::stream
