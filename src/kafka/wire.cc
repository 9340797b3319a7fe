#include "kafka/wire.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "base/utf8.h"
#include "base/varint.h"
#include "kafka/limits.h"

namespace weft::kafka {

Buffer Encoded::flatten() const {
  Buffer all;
  all.reserve(size);
  for (const SharedBytes& piece : pieces) append_bytes(all, piece.view());
  return all;
}

// ---- Reader

void Reader::fail(const char* field, ErrorCode code, std::string_view why) {
  if (!problem_) problem_ = error(code, "{}: {} (byte {} of {})", field, why, at_, bytes_.size());
  // Nothing more to read: what follows comes out as zero and empty.
  at_ = end_;
}

void Reader::ends_inside(const char* field) { fail(field, ErrorCode::kCorrupt, "the bytes end inside it"); }

Result<void> Reader::status() const {
  if (problem_) return *problem_;
  return {};
}

Uuid Reader::uuid(const char* field) {
  Uuid id;
  if (remaining() < id.bytes.size()) {
    ends_inside(field);
    return id;
  }
  std::memcpy(id.bytes.data(), bytes_.data() + at_, id.bytes.size());
  at_ += id.bytes.size();
  return id;
}

std::uint32_t Reader::uvarint(const char* field) {
  std::uint32_t value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    if (at_ >= end_) {
      ends_inside(field);
      return 0;
    }
    const auto byte = std::to_integer<std::uint32_t>(bytes_.data()[at_++]);
    if (shift == 28 && byte > 0x0f) break;
    value |= (byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  fail(field, ErrorCode::kCorrupt, "a varint longer than 32 bits");
  return 0;
}

std::int64_t Reader::string_length(const char* field) {
  if (flexible_) return static_cast<std::int64_t>(uvarint(field)) - 1;
  return int16(field);
}

std::int64_t Reader::length(const char* field) {
  if (flexible_) return static_cast<std::int64_t>(uvarint(field)) - 1;
  return int32(field);
}

std::string Reader::text(const char* field, std::int64_t length) {
  if (failed() || length == 0) return {};
  if (length < 0 || static_cast<std::uint64_t>(length) > remaining()) {
    fail(field, ErrorCode::kCorrupt, length < 0 ? "a length below zero" : "longer than what is left");
    return {};
  }
  const std::string_view raw = as_text({bytes_.data() + at_, static_cast<std::size_t>(length)});
  if (!is_utf8(raw)) {
    fail(field, ErrorCode::kInvalidArgument, "not UTF-8");
    return {};
  }
  at_ += raw.size();
  return std::string(raw);
}

std::string Reader::string(const char* field) {
  const std::int64_t length = string_length(field);
  if (length == -1 && !failed()) {
    fail(field, ErrorCode::kInvalidArgument, "null is not allowed");
    return {};
  }
  return text(field, length);
}

std::optional<std::string> Reader::nullable_string(const char* field) {
  const std::int64_t length = string_length(field);
  if (length == -1) return std::nullopt;
  return text(field, length);
}

Buffer Reader::bytes(const char* field) {
  const std::optional<SharedBytes> slice = records(field);
  if (!slice) {
    fail(field, ErrorCode::kInvalidArgument, "null is not allowed");
    return {};
  }
  return to_buffer(slice->view());
}

std::optional<SharedBytes> Reader::records(const char* field) {
  const std::int64_t size = length(field);
  if (failed()) return SharedBytes();
  if (size == -1) return std::nullopt;
  if (size < 0 || static_cast<std::uint64_t>(size) > remaining()) {
    fail(field, ErrorCode::kCorrupt, size < 0 ? "a length below zero" : "longer than what is left");
    return SharedBytes();
  }
  const std::size_t at = at_;
  at_ += static_cast<std::size_t>(size);
  return bytes_.slice(at, static_cast<std::size_t>(size));
}

std::vector<SharedBytes> Reader::record_pieces(const char* field) {
  std::vector<SharedBytes> pieces;
  std::optional<SharedBytes> slice = records(field);
  if (slice && !slice->empty()) pieces.push_back(*std::move(slice));
  return pieces;
}

std::optional<std::size_t> Reader::nullable_count(const char* field, std::size_t wire_bytes_min,
                                                  std::size_t memory_bytes) {
  const std::int64_t count = length(field);
  if (failed()) return 0;
  if (count == -1) return std::nullopt;
  if (count < 0 || static_cast<std::uint64_t>(count) > remaining() / wire_bytes_min) {
    fail(field, ErrorCode::kCorrupt, count < 0 ? "a count below zero" : "more elements than the bytes can hold");
    return 0;
  }
  const auto elements = static_cast<std::size_t>(count);
  if (elements > (kDecodedBytesMax - array_bytes_) / memory_bytes) {
    fail(field, ErrorCode::kTooLarge, "the message's arrays need more memory than one message may take");
    return 0;
  }
  array_bytes_ += elements * memory_bytes;
  return elements;
}

std::size_t Reader::count(const char* field, std::size_t wire_bytes_min, std::size_t memory_bytes) {
  const std::optional<std::size_t> count = nullable_count(field, wire_bytes_min, memory_bytes);
  if (!count) fail(field, ErrorCode::kInvalidArgument, "null is not allowed");
  return count.value_or(0);
}

std::uint32_t Reader::tag_count() {
  const std::uint32_t count = uvarint("tagged fields");
  // A tag and a size take a byte each.
  if (count > remaining() / 2) {
    fail("tagged fields", ErrorCode::kCorrupt, "more of them than the bytes can hold");
    return 0;
  }
  return count;
}

std::size_t Reader::open_tag(std::uint32_t& tag) {
  const std::size_t outer_end = end_;
  tag = uvarint("tag");
  const std::uint32_t size = uvarint("tagged field's size");
  if (size > remaining()) {
    fail("tagged field's size", ErrorCode::kCorrupt, "longer than what is left");
    return outer_end;
  }
  end_ = at_ + size;
  return outer_end;
}

void Reader::close_tag(std::size_t outer_end) {
  if (at_ != end_) fail("tagged field", ErrorCode::kCorrupt, "its size is not that of its value");
  end_ = outer_end;
  if (failed()) at_ = end_;
}

void Reader::skip_tags() {
  for (std::uint32_t left = tag_count(); left > 0 && !failed(); --left) {
    std::uint32_t tag = 0;
    const std::size_t outer_end = open_tag(tag);
    skip_tag();
    close_tag(outer_end);
  }
}

// ---- Writer

void Writer::fail(const char* field, ErrorCode code, std::string_view why) {
  if (!problem_) problem_ = error(code, "{}: {}", field, why);
}

void Writer::no_null(const char* field) {
  fail(field, ErrorCode::kUnsupported, "null can't be said in this version");
  count(field, 0);
}

void Writer::cannot_say(const char* field, std::int16_t version) {
  if (!problem_) problem_ = error(ErrorCode::kUnsupported, "{} does not exist in version {}", field, version);
}

void Writer::uvarint(std::uint32_t value) {
  while (value >= 0x80) {
    buffer_.push_back(static_cast<std::byte>(value | 0x80));
    value >>= 7;
  }
  buffer_.push_back(static_cast<std::byte>(value));
}

void Writer::uuid(const Uuid& value) { append_bytes(buffer_, std::as_bytes(std::span(value.bytes))); }

void Writer::string(const char* field, std::string_view value) {
  if (flexible_) {
    length(field, value.size());
  } else {
    if (value.size() > std::numeric_limits<std::int16_t>::max()) {
      fail(field, ErrorCode::kTooLarge, "longer than 32767 bytes");
      value = {};
    }
    int16(static_cast<std::int16_t>(value.size()));
  }
  append_bytes(buffer_, as_bytes(value));
}

void Writer::null_string() {
  if (flexible_) {
    uvarint(0);
  } else {
    int16(-1);
  }
}

void Writer::length(const char* field, std::size_t length) {
  // One below the largest int32, because the compact form counts from one.
  if (length >= std::numeric_limits<std::int32_t>::max()) {
    fail(field, ErrorCode::kTooLarge, "longer than 2 GiB");
    length = 0;
  }
  if (flexible_) {
    uvarint(static_cast<std::uint32_t>(length) + 1);
  } else {
    int32(static_cast<std::int32_t>(length));
  }
}

void Writer::bytes(const char* field, ByteView value) {
  length(field, value.size());
  append_bytes(buffer_, value);
}

void Writer::records(const char* field, const std::optional<SharedBytes>& value) {
  if (!value) {
    null_count();
    return;
  }
  length(field, value->size());
  if (value->empty()) return;
  payloads_.push_back({buffer_.size(), *value});
  payload_bytes_ += value->size();
}

void Writer::records(const char* field, const std::vector<SharedBytes>& pieces) {
  std::size_t total = 0;
  for (const SharedBytes& piece : pieces) total += piece.size();
  length(field, total);
  for (const SharedBytes& piece : pieces) {
    if (!piece.empty()) payloads_.push_back({buffer_.size(), piece});
  }
  payload_bytes_ += total;
}

void Writer::count(const char* field, std::size_t count) { length(field, count); }

void Writer::null_count() {
  if (flexible_) {
    uvarint(0);
  } else {
    int32(-1);
  }
}

void Writer::tag(std::uint32_t tag, Writer&& value) {
  CHECK(value.payloads_.empty(), "no tagged field carries records");
  if (!problem_) problem_ = std::move(value.problem_);
  uvarint(tag);
  uvarint(static_cast<std::uint32_t>(value.buffer_.size()));
  append_bytes(buffer_, value.buffer_);
}

void Writer::patch_int32(std::size_t at, std::int32_t value) {
  CHECK(at + sizeof value <= buffer_.size());
  store_be(buffer_.data() + at, value);
}

Result<Encoded> Writer::finish() && {
  if (problem_) return *std::move(problem_);
  Encoded encoded;
  encoded.size = size();
  encoded.pieces.reserve(2 * payloads_.size() + 1);
  const SharedBytes fields(std::move(buffer_));
  std::size_t at = 0;
  for (Payload& payload : payloads_) {
    if (payload.at > at) encoded.pieces.push_back(fields.slice(at, payload.at - at));
    at = payload.at;
    encoded.pieces.push_back(std::move(payload.bytes));
  }
  if (fields.size() > at) encoded.pieces.push_back(fields.slice(at, fields.size() - at));
  return encoded;
}

}  // namespace weft::kafka
