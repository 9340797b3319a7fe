#pragma once

#include <cstddef>
#include <new>

namespace weft::env {

/// Room for one asio operation at a time, kept beside what it operates on: reads, writes and wake-ups allocate nothing.
/// Private to env/posix_*.cc. One thread at a time.
class HandlerMemory {
 public:
  HandlerMemory() = default;
  HandlerMemory(const HandlerMemory&) = delete;
  HandlerMemory& operator=(const HandlerMemory&) = delete;

  void* allocate(std::size_t bytes) {
    if (used_ || bytes > sizeof storage_) return ::operator new(bytes);
    used_ = true;
    return storage_;
  }
  void deallocate(void* at) {
    if (at == storage_)
      used_ = false;
    else
      ::operator delete(at);
  }

 private:
  alignas(std::max_align_t) std::byte storage_[256];
  bool used_ = false;
};

/// What asio asks a handler for.
template <class T>
struct HandlerAllocator {
  using value_type = T;
  explicit HandlerAllocator(HandlerMemory& held) : memory(&held) {}
  template <class U>
  HandlerAllocator(const HandlerAllocator<U>& other)
      : memory(other.memory) {}  // NOLINT: implicit by the allocator rules
  T* allocate(std::size_t count) { return static_cast<T*>(memory->allocate(count * sizeof(T))); }
  void deallocate(T* at, std::size_t) { memory->deallocate(at); }
  template <class U>
  bool operator==(const HandlerAllocator<U>& other) const {
    return memory == other.memory;
  }

  HandlerMemory* memory;
};

}  // namespace weft::env
