#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "record/ids.h"

namespace weft::log {

/// What the journal says beside batches. doc/formats/journal.md, "Control entries".
struct ControlRecord {
  enum class Kind : std::uint8_t {
    kCreatePartition = 1,
    kRemovePartition = 2,
    kRaiseLogStart = 3,  ///< Retention and DeleteRecords: `offset` is the new log start.
  };

  Kind kind = Kind::kCreatePartition;
  PartitionId partition;
  Offset offset;

  bool operator==(const ControlRecord&) const = default;
};

Buffer encode_control(const std::vector<ControlRecord>& records);
/// kCorrupt when cut short; kUnsupported for a kind that is not known: skipping it would forget what it did.
Result<std::vector<ControlRecord>> decode_control(ByteView bytes);

}  // namespace weft::log
