#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

/// Bytes owned by somebody else, who must outlive the view.
using ByteView = std::span<const std::byte>;
/// Bytes owned here.
using Buffer = std::vector<std::byte>;

inline ByteView as_bytes(std::string_view text) { return {reinterpret_cast<const std::byte*>(text.data()), text.size()}; }
inline std::string_view as_text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
inline Buffer to_buffer(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

/// Immutable bytes kept alive by whoever holds a copy: how a batch travels from socket to log to fetch without being
/// copied. Thread-safe like std::shared_ptr.
class SharedBytes {
 public:
  SharedBytes() = default;
  /// Takes the buffer over.
  explicit SharedBytes(Buffer buffer) {
    auto owned = std::make_shared<const Buffer>(std::move(buffer));
    view_ = *owned;
    owner_ = std::move(owned);
  }
  explicit SharedBytes(std::string text) {
    auto owned = std::make_shared<const std::string>(std::move(text));
    view_ = as_bytes(*owned);
    owner_ = std::move(owned);
  }
  /// `view` lies in what `owner` keeps alive.
  SharedBytes(std::shared_ptr<const void> owner, ByteView view) : owner_(std::move(owner)), view_(view) {}

  ByteView view() const { return view_; }
  const std::byte* data() const { return view_.data(); }
  std::size_t size() const { return view_.size(); }
  bool empty() const { return view_.empty(); }
  /// A part of the same bytes, sharing ownership. `offset + size` must not pass the end.
  SharedBytes slice(std::size_t offset, std::size_t size) const { return {owner_, view_.subspan(offset, size)}; }

 private:
  std::shared_ptr<const void> owner_;
  ByteView view_;
};

/// Big-endian, the order of the Kafka protocol and of every weft format.
template <class Int>
Int load_be(const std::byte* at) {
  Int value;
  std::memcpy(&value, at, sizeof value);
  if constexpr (sizeof(Int) == 2) return static_cast<Int>(__builtin_bswap16(static_cast<std::uint16_t>(value)));
  if constexpr (sizeof(Int) == 4) return static_cast<Int>(__builtin_bswap32(static_cast<std::uint32_t>(value)));
  if constexpr (sizeof(Int) == 8) return static_cast<Int>(__builtin_bswap64(static_cast<std::uint64_t>(value)));
  return value;
}

template <class Int>
void store_be(std::byte* at, Int value) {
  if constexpr (sizeof(Int) == 2) value = static_cast<Int>(__builtin_bswap16(static_cast<std::uint16_t>(value)));
  if constexpr (sizeof(Int) == 4) value = static_cast<Int>(__builtin_bswap32(static_cast<std::uint32_t>(value)));
  if constexpr (sizeof(Int) == 8) value = static_cast<Int>(__builtin_bswap64(static_cast<std::uint64_t>(value)));
  std::memcpy(at, &value, sizeof value);
}

}  // namespace weft
