#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "record/batch.h"
#include "record/builder.h"
#include "stream/batch.h"

namespace weft::env {
class Clock;
}

namespace weft::broker {

/// One batch of the embedded log: a slice of its memory, decoded only as far as somebody looks.
class LocalBatch final : public stream::Batch {
 public:
  /// `bytes` is one whole batch.
  explicit LocalBatch(SharedBytes bytes) : bytes_(std::move(bytes)), header_(record::load_header(bytes_.data())) {}

  Offset first_offset() const override { return header_.base_offset; }
  Offset last_offset() const override { return header_.last_offset(); }
  std::size_t record_count() const override { return static_cast<std::size_t>(header_.record_count); }
  Result<void> visit(stream::Fields fields, Function<bool(const stream::RecordView&)> visit) const override;

 private:
  SharedBytes bytes_;
  record::BatchHeader header_;
};

/// What a read of the log holds, for the layers above.
struct LocalBatches {
  std::vector<stream::BatchPointer> batches;  ///< Without control batches.
  Offset next_offset;
};
/// `pieces` hold whole batches, each one or more; `from` is what was asked for.
Result<LocalBatches> split_batches(const std::vector<SharedBytes>& pieces, Offset from);

/// Records on their way into the embedded log.
class LocalBatchBuilder final : public stream::BatchBuilder {
 public:
  explicit LocalBatchBuilder(const env::Clock& clock) : clock_(clock) {}

  void add(const stream::NewRecord& record) override;
  std::size_t record_count() const override { return static_cast<std::size_t>(builder_.record_count()); }
  std::size_t bytes() const override { return builder_.bytes(); }
  /// kInvalidArgument when it is empty.
  Result<SharedBytes> build(record::Codec codec);

 private:
  const env::Clock& clock_;
  record::BatchBuilder builder_;
};

}  // namespace weft::broker
