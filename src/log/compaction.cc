#include "log/compaction.h"

#include <algorithm>

#include "base/varint.h"

namespace weft::log {
namespace {

constexpr std::uint64_t kStepBytes = 512ULL << 10;  ///< Some 2 ms: others wait for a core that long.
constexpr std::size_t kWindowBytes = 1U << 20;
constexpr std::size_t kFlushBytes = 1U << 20;

/// A batch's own field holds when its tombstones may go, once it was compacted.
Result<Timestamp> first_timestamp_of(ByteView batch) {
  TRY_ASSIGN(record::RecordReader reader, record::RecordReader::open(batch));
  record::RecordView record;
  TRY_ASSIGN(const bool found, reader.next(record));
  return found ? record.timestamp : kNoTimestamp;
}

}  // namespace

// ---- Reading

Result<std::optional<SharedBytes>> Compaction::Walker::next() {
  if (position_ == end_) return std::optional<SharedBytes>();
  const auto left = [this] { return window_.size() - at_; };
  const auto fill = [this](std::uint64_t bytes) -> Result<void> {
    Buffer window(std::min<std::uint64_t>(std::max<std::uint64_t>(bytes, kWindowBytes), end_ - position_));
    TRY_ASSIGN(const std::size_t got, file_->read_at(position_, window));
    if (got < window.size())
      return error(ErrorCode::kCorrupt, "{} ends at {}, {} bytes were written", file_->path(), position_ + got, end_);
    window_ = SharedBytes(std::move(window));
    at_ = 0;
    return {};
  };
  if (left() < record::kBatchHeaderBytes) TRY(fill(record::kBatchHeaderBytes));
  if (left() < record::kBatchHeaderBytes)
    return error(ErrorCode::kCorrupt, "{} at {}: no record batch begins here", file_->path(), position_);
  const std::uint64_t bytes = record::load_header(window_.data() + at_).bytes();
  if (left() < bytes) TRY(fill(bytes));
  if (left() < bytes || bytes < record::kBatchHeaderBytes || !record::crc_holds(window_.view().subspan(at_, bytes)))
    return error(ErrorCode::kCorrupt, "{} at {}: a record batch fails its CRC-32C", file_->path(), position_);
  SharedBytes batch = window_.slice(at_, bytes);
  at_ += bytes;
  position_ += bytes;
  return std::optional(std::move(batch));
}

Result<void> Compaction::open(std::size_t input) {
  TRY_ASSIGN(auto file, request_.inputs[input].files->log());
  walker_.emplace(std::move(file), request_.inputs[input].record.bytes);
  return {};
}

// ---- Steps

Compaction::Compaction(env::Disk& disk, Request request)
    : disk_(disk), request_(std::move(request)), keys_(request_.hash_seed, request_.keys_max) {
  rules_.now = Timestamp(request_.now_ms);
  rules_.delete_retention_ms = request_.policy.delete_retention_ms;
  rules_.is_latest = [this](const record::RecordView& record) {
    if (request_.bug == PlantedBug::kCompactionDropsNewest) return keys_.find(*record.key) < record.offset;
    return (mapped_end_.has_value() && record.offset >= *mapped_end_) || keys_.find(*record.key) <= record.offset;
  };
}

Result<bool> Compaction::step() {
  Result<void> done;
  if (phase_ == Phase::kMapping)
    done = map_some();
  else if (phase_ == Phase::kWriting)
    done = write_some();
  if (!done.ok()) {
    discard();
    return std::move(done).error();
  }
  return phase_ != Phase::kDone;
}

Result<void> Compaction::map_some() {
  for (std::uint64_t bytes = 0; bytes < kStepBytes;) {
    if (!walker_.has_value()) {
      while (at_ < request_.inputs.size() &&
             request_.inputs[at_].record.compacted_end >= request_.inputs[at_].record.end)
        ++at_;
      if (at_ == request_.inputs.size() || mapped_end_.has_value()) {
        request_.inputs.resize(at_);
        phase_ = Phase::kWriting;
        at_ = group_end_ = 0;
        return {};
      }
      TRY(open(at_));
    }
    TRY_ASSIGN(const auto batch, walker_->next());
    if (batch.has_value()) {
      bytes += batch->size();
      if (!mapped_end_.has_value()) TRY(map_batch(*batch));
    }
    if (!batch.has_value() || mapped_end_.has_value()) {
      walker_.reset();
      ++at_;
    }
  }
  return {};
}

Result<void> Compaction::map_batch(const SharedBytes& batch) {
  TRY_ASSIGN(record::RecordReader reader, record::RecordReader::open(batch.view()));
  if (reader.header().is_control() || reader.header().last_offset() < request_.inputs[at_].record.compacted_end)
    return {};
  record::RecordView record;
  for (;;) {
    TRY_ASSIGN(const bool more, reader.next(record));
    if (!more) return {};
    if (!record.key.has_value() || keys_.put(*record.key, record.offset)) continue;
    mapped_end_ = record.offset;
    return {};
  }
}

// ---- Writing

/// Neighbours share a file as long as they fit; each segment alone always does.
std::size_t Compaction::group_end(std::size_t first) const {
  const auto bytes_max = static_cast<std::uint64_t>(request_.policy.segment_bytes);
  std::uint64_t bytes = 0;
  std::size_t end = first;
  for (; end < request_.inputs.size(); ++end) {
    const SegmentRecord& next = request_.inputs[end].record;
    bytes += next.bytes;
    const bool fits = bytes <= bytes_max && next.end - request_.inputs[first].record.base <= INT32_MAX;
    if (end > first && !fits) break;
  }
  return end;
}

Result<void> Compaction::begin_group() {
  group_end_ = group_end(at_);
  writing_ = std::make_unique<Writing>();
  SegmentRecord& record = writing_->output.record;
  const SegmentRecord& first = request_.inputs[at_].record;
  const SegmentRecord& last = request_.inputs[group_end_ - 1].record;
  record.base = first.base;
  record.end = last.end;
  record.created_ms = last.created_ms;
  record.sealed = true;
  for (std::size_t i = at_; i < group_end_; ++i)
    record.generation = std::max(record.generation, request_.inputs[i].record.generation + 1);
  const bool whole = !mapped_end_.has_value() || last.end <= *mapped_end_;
  record.compacted_end = whole ? last.end : *mapped_end_;
  writing_->changed = group_end_ - at_ > 1 || first.compacted_end < first.end;
  writing_->output.files =
      std::make_shared<SegmentFiles>(disk_, request_.directory, record.base, record.generation, true);
  return {};
}

Result<void> Compaction::write_some() {
  for (std::uint64_t bytes = 0; bytes < kStepBytes;) {
    if (at_ == request_.inputs.size()) {
      if (!outputs_.empty()) TRY(disk_.sync_directory(request_.directory));
      phase_ = Phase::kDone;
      return {};
    }
    if (writing_ == nullptr) TRY(begin_group());
    if (!walker_.has_value()) TRY(open(at_));
    TRY_ASSIGN(const auto batch, walker_->next());
    if (batch.has_value()) {
      bytes += batch->size();
      TRY(compact(*batch));
      continue;
    }
    walker_.reset();
    if (++at_ == group_end_) TRY(end_group());
  }
  return {};
}

bool Compaction::is_last_of_producer(const record::BatchHeader& header) const {
  if (!header.is_idempotent()) return false;
  const auto last = request_.producers.find(header.producer_id);
  return last != request_.producers.end() && last->second == header.last_offset();
}

Result<void> Compaction::compact(const SharedBytes& batch) {
  writing_->changed |= writing_->left_out.size() > 0;
  writing_->left_out = {};
  TRY_ASSIGN(record::Compacted compacted, record::compact_batch(batch, rules_));
  records_dropped_ += compacted.records_dropped;
  writing_->changed |= compacted.batch.data() != batch.data();
  if (compacted.records_kept > 0) return put(compacted.batch);
  if (is_last_of_producer(record::load_header(batch.data()))) return put(record::empty_batch(batch.view()));
  writing_->left_out = batch;
  return {};
}

Result<void> Compaction::put(const SharedBytes& batch) {
  const record::BatchHeader header = record::load_header(batch.data());
  SegmentRecord& record = writing_->output.record;
  writing_->index.add(static_cast<std::uint32_t>(header.base_offset - record.base), record.bytes, record.max_timestamp);
  if (record.first_timestamp == kNoTimestamp && header.record_count > 0) {
    TRY_ASSIGN(record.first_timestamp, first_timestamp_of(batch.view()));
  }
  record.max_timestamp = std::max(record.max_timestamp, header.max_timestamp);
  record.bytes += batch.size();
  append_bytes(writing_->buffer, batch.view());
  return writing_->buffer.size() < kFlushBytes ? Result<void>{} : flush();
}

Result<void> Compaction::flush() {
  TRY_ASSIGN(const auto file, writing_->output.files->log());
  TRY(file->write_at(writing_->written, writing_->buffer));
  TRY(file->begin_write_back(writing_->written, writing_->buffer.size()));
  TRY(file->end_write_back(writing_->written, writing_->buffer.size()));
  writing_->written += writing_->buffer.size();
  writing_->buffer.clear();
  return {};
}

Result<void> Compaction::end_group() {
  if (writing_->left_out.size() > 0) TRY(put(record::empty_batch(writing_->left_out.view())));
  if (!writing_->changed) {
    remove(*writing_->output.files);
    writing_.reset();
    return {};
  }
  TRY(flush());
  SegmentRecord& record = writing_->output.record;
  record.index_count = writing_->index.count();
  const Buffer entries = writing_->index.take_unwritten();
  record.index_crc = writing_->index.crc();
  TRY_ASSIGN(const auto index, writing_->output.files->index());
  TRY(index->write_at(0, entries));
  TRY(index->sync());
  TRY_ASSIGN(const auto file, writing_->output.files->log());
  TRY(file->sync());
  writing_->output.files->close();
  outputs_.push_back(std::move(writing_->output));
  writing_.reset();
  return {};
}

void Compaction::remove(SegmentFiles& files) {
  files.close();
  (void)disk_.remove(files.log_path());
  (void)disk_.remove(files.index_path());
}

void Compaction::discard() {
  walker_.reset();
  if (writing_ != nullptr) remove(*writing_->output.files);
  for (const Output& output : outputs_) remove(*output.files);
  writing_.reset();
  outputs_.clear();
  phase_ = Phase::kDone;
}

}  // namespace weft::log
