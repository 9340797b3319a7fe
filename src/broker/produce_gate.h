#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "access/principal.h"
#include "base/bytes.h"
#include "base/function.h"
#include "record/ids.h"

namespace weft::broker {

/// A batch from a client that is about to be appended. It was checked: structure, and one whole batch.
struct GatedBatch {
  std::string topic;
  TopicId topic_id;
  PartitionIndex partition;
  access::Principal principal;
  std::string client_id;
  SharedBytes bytes;
};

/// Append it as it came.
struct AcceptBatch {};

/// Append this in its place: a whole batch with as many records, so that the producer's sequence numbers still count
/// them. Producer id, epoch and sequence need not be set: the broker copies them from the original and redoes the CRC.
struct ReplaceBatch {
  SharedBytes bytes;
};

/// Append nothing of it; the producer gets INVALID_RECORD and these reasons (KIP-467).
struct RejectBatch {
  struct Record {
    std::int32_t index;  ///< Within the batch.
    std::string why;
  };
  std::string why;
  std::vector<Record> records;  ///< The ones at fault, if they are known.
};

using GateVerdict = std::variant<AcceptBatch, ReplaceBatch, RejectBatch>;

/// How a higher layer validates what producers send. Absent by default. Lives on the broker's loop.
class ProduceGate {
 public:
  virtual ~ProduceGate() = default;
  /// Whether batches for this topic are to be shown at all: asked for every batch, so it must be cheap.
  virtual bool watches(std::string_view topic) const = 0;
  /// Completes on the loop, inside the call or later. While it is out, the connection that sent the batch is not read
  /// from: what follows can't overtake it.
  virtual void validate(GatedBatch batch, Callback<GateVerdict> done) = 0;
};

}  // namespace weft::broker
