#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

#include "base/function.h"
#include "env/executor.h"

namespace weft::env {

/// Bytes that may be held at a time, and who waits for some. Whoever is about to hold bytes for a client takes a Share
/// first, and gives way when there is none; bytes that are there already are taken in any case, and whoever has taken so
/// beyond the bound takes no more until it `is_full` no longer. Belongs to one loop.
class MemoryBudget {
 public:
  /// Taken bytes; given back when destroyed. May outlive its budget.
  class Share {
   public:
    Share() = default;
    Share(Share&& other) noexcept : state_(std::move(other.state_)), bytes_(std::exchange(other.bytes_, 0)) {}
    Share& operator=(Share&& other) noexcept;
    ~Share() { shrink_to(0); }

    std::size_t bytes() const { return bytes_; }
    void shrink_to(std::size_t bytes);
    /// By at most `bytes`, as far as there is room and nobody else waits for it. How much was added.
    std::size_t try_grow(std::size_t bytes);
    /// Beyond the bound if it must be.
    void grow(std::size_t bytes);
    /// Takes over what another share of the same budget holds.
    void add(Share other);

   private:
    friend class MemoryBudget;
    struct State;
    explicit Share(std::shared_ptr<State> state) : state_(std::move(state)) {}

    std::shared_ptr<State> state_;
    std::size_t bytes_ = 0;
  };
  using Ticket = std::uint64_t;

  MemoryBudget(EventLoop& loop, std::size_t bytes_max);
  ~MemoryBudget();
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  /// A share of nothing, to grow.
  Share share();
  bool is_full() const;
  bool has_waiting() const;
  std::size_t bytes_taken() const;
  std::size_t bytes_max() const;

  /// Grants a share of `bytes` (at most bytes_max) when it is there, in the order of asking; as a task of its own.
  /// Never runs once cancelled.
  Ticket wait(std::size_t bytes, Callback<Share> granted);
  void cancel(Ticket ticket);

 private:
  std::shared_ptr<Share::State> state_;
};

/// What all ports together hold for their clients. Two halves, so that readers who do not take their answers never keep
/// writers from being heard, nor the reverse.
struct ClientMemory {
  ClientMemory(EventLoop& loop, std::size_t bytes_max) : requests(loop, bytes_max / 2), answers(loop, bytes_max / 2) {}

  MemoryBudget requests;  ///< Being read, or not yet answered.
  MemoryBudget answers;   ///< Being made, or not yet taken by the peer.
};

}  // namespace weft::env
