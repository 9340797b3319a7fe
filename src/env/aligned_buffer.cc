#include "env/aligned_buffer.h"

#include <sys/mman.h>

#include <bit>
#include <utility>

#include "base/check.h"

namespace weft::env {
namespace {

constexpr std::size_t kPage = 4096;

}  // namespace

AlignedBuffer::~AlignedBuffer() {
  if (data_ != nullptr) ::munmap(data_, capacity_);
}

AlignedBuffer::AlignedBuffer(AlignedBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), capacity_(std::exchange(other.capacity_, 0)) {}

AlignedBuffer& AlignedBuffer::operator=(AlignedBuffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(capacity_, other.capacity_);
  return *this;
}

void AlignedBuffer::reserve(std::size_t bytes) {
  if (bytes <= capacity_) return;
  const std::size_t room = std::bit_ceil(bytes < kPage ? kPage : bytes);
  void* pages = ::mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(pages != MAP_FAILED, "out of memory");
  if (data_ != nullptr) ::munmap(data_, capacity_);
  data_ = static_cast<std::byte*>(pages);
  capacity_ = room;
}

void AlignedBuffer::release_beyond(std::size_t keep) {
  keep = (keep + kPage - 1) / kPage * kPage;
  if (keep < capacity_) ::madvise(data_ + keep, capacity_ - keep, MADV_DONTNEED);
}

}  // namespace weft::env
