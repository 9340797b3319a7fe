#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/uuid.h"

namespace weft::kafka {

/// A message as it goes to env::Connection::write: pieces in order. Fields lie together in one buffer; record payloads
/// are pieces of their own, shared with whoever holds them and never copied.
struct Encoded {
  std::vector<SharedBytes> pieces;
  std::size_t size = 0;

  /// One copy of it all: for tests and tools.
  Buffer flatten() const;
};

/// Takes a message apart, front to back. The first thing that is wrong is kept, everything after it reads as zero and
/// empty, and `status` tells: so the generated code stays straight and a failure costs nothing. Every length is checked
/// against the bytes that are there, and what arrays take against kDecodedBytesMax, before memory is asked for.
///
/// `field` names what is read in the error message and must be a literal.
class Reader {
 public:
  /// `flexible`: compact lengths (KIP-482).
  Reader(SharedBytes bytes, bool flexible) : bytes_(std::move(bytes)), end_(bytes_.size()), flexible_(flexible) {}

  bool failed() const { return problem_.has_value(); }
  std::size_t position() const { return at_; }
  std::size_t remaining() const { return end_ - at_; }
  /// What has not been read yet, sharing ownership.
  SharedBytes rest() const { return bytes_.slice(at_, remaining()); }
  /// The first problem, if there was one.
  Result<void> status() const;

  bool boolean(const char* field) { return fixed<std::int8_t>(field) != 0; }
  std::int8_t int8(const char* field) { return fixed<std::int8_t>(field); }
  std::int16_t int16(const char* field) { return fixed<std::int16_t>(field); }
  std::int32_t int32(const char* field) { return fixed<std::int32_t>(field); }
  std::int64_t int64(const char* field) { return fixed<std::int64_t>(field); }
  double float64(const char* field) { return std::bit_cast<double>(int64(field)); }
  Uuid uuid(const char* field);

  std::string string(const char* field);
  std::optional<std::string> nullable_string(const char* field);
  Buffer bytes(const char* field);
  /// A slice of the message; none for null.
  std::optional<SharedBytes> records(const char* field);
  /// The same as one piece; null is no piece.
  std::vector<SharedBytes> record_pieces(const char* field);

  /// How many elements follow: each takes at least `wire_bytes_min` there and `memory_bytes` here.
  std::size_t count(const char* field, std::size_t wire_bytes_min, std::size_t memory_bytes);
  /// The same; none for null.
  std::optional<std::size_t> nullable_count(const char* field, std::size_t wire_bytes_min, std::size_t memory_bytes);

  /// Tagged fields: `for (auto n = tag_count(); n > 0; --n) { auto outer = open_tag(tag); …; close_tag(outer); }`.
  std::uint32_t tag_count();
  /// Puts the end of the field's value in place of the message's and returns the latter.
  std::size_t open_tag(std::uint32_t& tag);
  /// Checks that the value was read to its end.
  void close_tag(std::size_t outer_end);
  void skip_tag() { at_ = end_; }
  /// A section in which no tag is known.
  void skip_tags();

 private:
  template <class Int>
  Int fixed(const char* field) {
    if (remaining() < sizeof(Int)) {
      ends_inside(field);
      return 0;
    }
    const Int value = load_be<Int>(bytes_.data() + at_);
    at_ += sizeof(Int);
    return value;
  }
  std::uint32_t uvarint(const char* field);
  /// The length of a string (16 bits in the old encoding); -1 for null.
  std::int64_t string_length(const char* field);
  /// The length of bytes or an array (32 bits in the old encoding); -1 for null.
  std::int64_t length(const char* field);
  std::string text(const char* field, std::int64_t length);
  void fail(const char* field, ErrorCode code, std::string_view why);
  void ends_inside(const char* field);

  SharedBytes bytes_;
  std::size_t at_ = 0;
  std::size_t end_;
  bool flexible_;
  std::size_t array_bytes_ = 0;
  std::optional<Error> problem_;
};

/// Puts a message together. Like Reader it keeps the first problem: a string over its length field, a null where the
/// version has none, a value that the version can't carry.
class Writer {
 public:
  explicit Writer(bool flexible) : flexible_(flexible) { buffer_.reserve(256); }

  bool flexible() const { return flexible_; }
  void flexible(bool on) { flexible_ = on; }

  void boolean(bool value) { fixed<std::int8_t>(value ? 1 : 0); }
  void int8(std::int8_t value) { fixed(value); }
  void int16(std::int16_t value) { fixed(value); }
  void int32(std::int32_t value) { fixed(value); }
  void int64(std::int64_t value) { fixed(value); }
  void float64(double value) { int64(std::bit_cast<std::int64_t>(value)); }
  void uuid(const Uuid& value);

  void string(const char* field, std::string_view value);
  void null_string();
  void bytes(const char* field, ByteView value);
  void records(const char* field, const std::optional<SharedBytes>& value);
  void records(const char* field, const std::vector<SharedBytes>& pieces);
  void count(const char* field, std::size_t count);
  void null_count();

  /// A section without tags.
  void no_tags() { uvarint(0); }
  void tag_count(std::uint32_t count) { uvarint(count); }
  /// A tagged field, whose value was written to a Writer of its own.
  void tag(std::uint32_t tag, Writer&& value);

  /// The value is null and this version can't say so.
  void no_null(const char* field);
  /// The value means something and this version has no such field.
  void cannot_say(const char* field, std::int16_t version);

  /// Overwrites four bytes written before: a frame's size, known at last.
  void patch_int32(std::size_t at, std::int32_t value);
  std::size_t size() const { return buffer_.size() + payload_bytes_; }
  Result<Encoded> finish() &&;

 private:
  /// A payload that follows the first `at` bytes of the buffer.
  struct Payload {
    std::size_t at;
    SharedBytes bytes;
  };

  template <class Int>
  void fixed(Int value) {
    const std::size_t at = buffer_.size();
    buffer_.resize(at + sizeof(Int));
    store_be(buffer_.data() + at, value);
  }
  void uvarint(std::uint32_t value);
  void length(const char* field, std::size_t length);
  void fail(const char* field, ErrorCode code, std::string_view why);

  Buffer buffer_;
  std::vector<Payload> payloads_;
  std::size_t payload_bytes_ = 0;
  bool flexible_;
  std::optional<Error> problem_;
};

}  // namespace weft::kafka
