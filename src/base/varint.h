#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace weft {

/// Unsigned LEB128 as in Kafka's compact lengths and tagged fields (KIP-482); at most 10 bytes.
void append_uvarint(Buffer& out, std::uint64_t value);
/// Zigzag LEB128 as in record batch v2 and Avro's int and long.
void append_varint(Buffer& out, std::int64_t value);
std::size_t uvarint_size(std::uint64_t value);
inline std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
inline std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

/// Walks bytes front to back; every read is checked against the end and fails with kCorrupt, naming what was read.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : rest_(bytes), size_(bytes.size()) {}

  std::size_t position() const { return size_ - rest_.size(); }
  std::size_t remaining() const { return rest_.size(); }
  ByteView rest() const { return rest_; }

  template <class Int>
  Result<Int> fixed(std::string_view what) {
    if (rest_.size() < sizeof(Int)) return ends_inside(what);
    const Int value = load_be<Int>(rest_.data());
    rest_ = rest_.subspan(sizeof(Int));
    return value;
  }
  Result<std::uint64_t> uvarint(std::string_view what);
  Result<std::int64_t> varint(std::string_view what);
  Result<ByteView> bytes(std::size_t count, std::string_view what);

 private:
  Error ends_inside(std::string_view what) const;

  ByteView rest_;
  std::size_t size_;
};

template <class Int>
void append_be(Buffer& out, Int value) {
  const std::size_t at = out.size();
  out.resize(at + sizeof(Int));
  store_be(out.data() + at, value);
}
inline void append_bytes(Buffer& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

}  // namespace weft
