#include "env/memory_budget.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace weft::env {

/// Outlives the budget while there are shares; then nobody waits any more.
struct MemoryBudget::Share::State : std::enable_shared_from_this<State> {
  State(EventLoop& loop_, std::size_t bytes_max_) : loop(loop_), bytes_max(bytes_max_) {}

  struct Waiting {
    Ticket ticket;
    std::size_t bytes;
    Callback<Share> granted;
  };

  std::size_t room() const { return bytes_taken < bytes_max ? bytes_max - bytes_taken : 0; }

  void give_back(std::size_t bytes) {
    CHECK(bytes <= bytes_taken, "given back what was taken");
    bytes_taken -= bytes;
    if (!waiting.empty()) grant_later();
  }

  void grant_later() {
    if (std::exchange(granting, true)) return;
    loop.post([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->grant();
    });
  }

  void grant() {
    granting = false;
    // Those who come while this runs have their turn in a task of their own.
    for (auto left = waiting.size(); left > 0 && !waiting.empty() && waiting.front().bytes <= room(); --left) {
      Waiting next = std::move(waiting.front());
      waiting.pop_front();
      Share share(shared_from_this());
      share.grow(next.bytes);
      next.granted(std::move(share));
    }
  }

  EventLoop& loop;
  const std::size_t bytes_max;
  std::size_t bytes_taken = 0;
  std::deque<Waiting> waiting;
  Ticket last_ticket = 0;
  bool granting = false;
};

MemoryBudget::Share& MemoryBudget::Share::operator=(Share&& other) noexcept {
  if (this == &other) return *this;
  shrink_to(0);
  state_ = std::move(other.state_);
  bytes_ = std::exchange(other.bytes_, 0);
  return *this;
}

void MemoryBudget::Share::shrink_to(std::size_t bytes) {
  if (bytes >= bytes_) return;
  state_->give_back(bytes_ - bytes);
  bytes_ = bytes;
}

std::size_t MemoryBudget::Share::try_grow(std::size_t bytes) {
  const std::size_t added = state_->waiting.empty() ? std::min(bytes, state_->room()) : 0;
  grow(added);
  return added;
}

void MemoryBudget::Share::grow(std::size_t bytes) {
  state_->bytes_taken += bytes;
  bytes_ += bytes;
}

void MemoryBudget::Share::add(Share other) {
  if (!state_) {
    *this = std::move(other);
    return;
  }
  CHECK(!other.state_ || other.state_ == state_, "shares of one budget");
  bytes_ += std::exchange(other.bytes_, 0);
}

MemoryBudget::MemoryBudget(EventLoop& loop, std::size_t bytes_max)
    : state_(std::make_shared<Share::State>(loop, bytes_max)) {}

MemoryBudget::~MemoryBudget() { state_->waiting.clear(); }

MemoryBudget::Share MemoryBudget::share() { return Share(state_); }

bool MemoryBudget::is_full() const { return state_->room() == 0; }

bool MemoryBudget::has_waiting() const { return !state_->waiting.empty(); }

std::size_t MemoryBudget::bytes_taken() const { return state_->bytes_taken; }

std::size_t MemoryBudget::bytes_max() const { return state_->bytes_max; }

MemoryBudget::Ticket MemoryBudget::wait(std::size_t bytes, Callback<Share> granted) {
  CHECK(bytes <= state_->bytes_max, "more than there ever is");
  state_->waiting.push_back({++state_->last_ticket, bytes, std::move(granted)});
  state_->grant_later();
  return state_->last_ticket;
}

void MemoryBudget::cancel(Ticket ticket) {
  std::erase_if(state_->waiting, [&](const auto& each) { return each.ticket == ticket; });
  if (!state_->waiting.empty()) state_->grant_later();
}

}  // namespace weft::env
