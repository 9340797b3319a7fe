#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/varint.h"

namespace weft::schema::avro {

/// Appends Avro binary values to a buffer, field after field in schema order. Knows no schema: for generators and tests
/// that write what they know. Reuse the buffer and nothing is allocated.
class BinaryWriter {
 public:
  explicit BinaryWriter(Buffer& out) : out_(out) {}

  void boolean(bool value) { out_.push_back(value ? std::byte{1} : std::byte{0}); }
  /// Of an int or a long, an enum's position, a union's branch or a block's count.
  void integer(std::int64_t value) { append_varint(out_, value); }
  void real(float value) { little_endian(std::bit_cast<std::uint32_t>(value)); }
  void real(double value) { little_endian(std::bit_cast<std::uint64_t>(value)); }
  void string(std::string_view text) { bytes(as_bytes(text)); }
  void bytes(ByteView value) {
    integer(static_cast<std::int64_t>(value.size()));
    fixed(value);
  }
  void fixed(ByteView value) { append_bytes(out_, value); }
  /// Before an array's or map's items, when there are any.
  void block(std::size_t items) { integer(static_cast<std::int64_t>(items)); }
  /// After all items of an array or map, also of an empty one.
  void end_blocks() { out_.push_back(std::byte{0}); }

 private:
  template <class Bits>
  void little_endian(Bits bits) {
    for (std::size_t i = 0; i < sizeof bits; ++i) {
      out_.push_back(static_cast<std::byte>(bits & 0xFF));
      bits >>= 8;
    }
  }

  Buffer& out_;
};

}  // namespace weft::schema::avro
