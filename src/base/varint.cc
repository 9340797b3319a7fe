#include "base/varint.h"

#include <bit>

namespace weft {

void append_uvarint(Buffer& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<std::byte>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<std::byte>(value));
}

void append_varint(Buffer& out, std::int64_t value) { append_uvarint(out, zigzag(value)); }

std::size_t uvarint_size(std::uint64_t value) {
  return static_cast<std::size_t>((static_cast<unsigned>(std::bit_width(value | 1)) + 6) / 7);
}

Error ByteReader::ends_inside(std::string_view what) const {
  return error(ErrorCode::kCorrupt, "bytes end inside {} at position {}", what, position());
}

Result<std::uint64_t> ByteReader::uvarint(std::string_view what) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < 10; ++i) {
    if (i >= rest_.size()) return ends_inside(what);
    const auto byte = std::to_integer<std::uint64_t>(rest_[i]);
    if (i == 9 && byte > 1) break;
    value |= (byte & 0x7f) << (7 * i);
    if ((byte & 0x80) == 0) {
      rest_ = rest_.subspan(i + 1);
      return value;
    }
  }
  return weft::error(ErrorCode::kCorrupt, "varint {} at position {} is longer than 64 bits", what, position());
}

Result<std::int64_t> ByteReader::varint(std::string_view what) {
  TRY_ASSIGN(const std::uint64_t raw, uvarint(what));
  return unzigzag(raw);
}

Result<ByteView> ByteReader::bytes(std::size_t count, std::string_view what) {
  if (rest_.size() < count) return ends_inside(what);
  const ByteView taken = rest_.first(count);
  rest_ = rest_.subspan(count);
  return taken;
}

}  // namespace weft
