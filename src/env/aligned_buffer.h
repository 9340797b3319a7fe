#pragma once

#include <cstddef>
#include <span>

#include "base/bytes.h"

namespace weft::env {

/// Page-aligned memory for direct writes. Grows, keeps its pages while busy and gives them back when idle.
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t bytes) { reserve(bytes); }
  ~AlignedBuffer();
  AlignedBuffer(AlignedBuffer&& other) noexcept;
  AlignedBuffer& operator=(AlignedBuffer&& other) noexcept;

  /// At least `bytes` of room; what was there is gone.
  void reserve(std::size_t bytes);
  /// Returns the pages beyond `keep` to the system; the room stays and reads as zeros there.
  void release_beyond(std::size_t keep);
  std::byte* data() { return data_; }
  std::size_t capacity() const { return capacity_; }
  std::span<std::byte> first(std::size_t bytes) { return {data_, bytes}; }

 private:
  std::byte* data_ = nullptr;
  std::size_t capacity_ = 0;
};

}  // namespace weft::env
