#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>

#include "base/bytes.h"
#include "base/result.h"
#include "base/varint.h"
#include "record/batch.h"
#include "record/ids.h"

namespace weft::log {

/// What one partition remembers of its idempotent producers (KIP-98): enough to answer a resend of the last five
/// batches with their first offsets, and to refuse gaps and old epochs.
class ProducerTable {
 public:
  static constexpr std::size_t kBatchesKept = 5;

  struct Batch {
    Sequence first;
    Sequence last;
    Offset base_offset;
    Offset last_offset;
  };
  struct Producer {
    ProducerEpoch epoch = kNoProducerEpoch;
    std::uint8_t batch_count = 0;
    std::array<Batch, kBatchesKept> batches;  ///< Oldest first.
    std::int64_t used_ms = 0;
  };

  /// The batch that `header` repeats, or null when it is new and in order. kFenced: an old epoch. kOutOfOrderSequence:
  /// a gap, or a new epoch that does not begin at 0. A producer that is not known may begin anywhere: it may have
  /// expired.
  Result<const Batch*> check(const record::BatchHeader& header) const;
  /// Takes a batch that was checked, at its offsets.
  void add(const record::BatchHeader& header, Offset base_offset, std::int64_t now_ms);
  /// A batch that was in order and found no room. While its producer is not known, what it sent behind it is a gap: else
  /// that would come first, and the batch itself never.
  void refuse(const record::BatchHeader& header, std::int64_t now_ms);
  /// Forgets who has been silent since before `deadline_ms`.
  void expire(std::int64_t deadline_ms);

  /// To take an add back: what was known of a producer before.
  const Producer* find(ProducerId id) const;
  void restore(ProducerId id, const Producer* before);

  /// The last offset of every producer.
  std::unordered_map<ProducerId, Offset> last_offsets() const;

  std::size_t size() const { return producers_.size(); }
  void encode(Buffer& out) const;
  static Result<ProducerTable> decode(ByteReader& reader);

 private:
  struct Refused {
    ProducerEpoch epoch;
    Sequence first;
    std::int64_t used_ms = 0;
  };
  static constexpr std::size_t kRefusedMax = 10'000;

  std::unordered_map<ProducerId, Producer> producers_;
  std::unordered_map<ProducerId, Refused> refused_;  ///< Soft: of producers that are in nothing yet.
};

}  // namespace weft::log
