#pragma once

#include <vector>

#include "stream/batch.h"

namespace weft::stream {

/// Records on their way to a remote cluster, as they were given: librdkafka encodes them.
class RecordList : public BatchBuilder {
 public:
  void add(const NewRecord& record) override {
    bytes_ += kRecordOverheadBytes + (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
    for (const auto& [key, value] : record.headers) bytes_ += key.size() + (value ? value->size() : 0) + 2;
    records_.push_back(record);
  }
  std::size_t record_count() const override { return records_.size(); }
  /// Before compression; what a record needs besides key, value and headers is estimated.
  std::size_t bytes() const override { return bytes_; }
  const std::vector<NewRecord>& records() const { return records_; }

 private:
  static constexpr std::size_t kRecordOverheadBytes = 12;

  std::vector<NewRecord> records_;
  std::size_t bytes_ = 0;
};

}  // namespace weft::stream
