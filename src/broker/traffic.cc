#include "broker/traffic.h"

#include <algorithm>

#include "broker/cluster_state.h"
#include "broker/limits.h"

namespace weft::broker {
namespace {

std::int64_t seconds_of(env::MonotonicTime now) {
  return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
}

}  // namespace

Flow& Flow::operator+=(const Flow& other) {
  records_in += other.records_in;
  bytes_in += other.bytes_in;
  bytes_out += other.bytes_out;
  return *this;
}

template <std::size_t Size>
Flow& TopicTraffic::Ring<Size>::at(std::int64_t number) {
  if (number > newest) {
    const auto first = std::max(newest + 1, number - static_cast<std::int64_t>(Size) + 1);
    for (auto stale = first; stale <= number; ++stale) slots[static_cast<std::size_t>(stale) % Size] = {};
    newest = number;
  }
  return slots[static_cast<std::size_t>(number) % Size];
}

template <std::size_t Size>
Flow TopicTraffic::Ring<Size>::sum(std::int64_t first, std::int64_t last) const {
  Flow total;
  const auto oldest_held = newest - static_cast<std::int64_t>(Size) + 1;
  for (auto number = std::max({first, oldest_held, std::int64_t{0}}); number <= std::min(last, newest); ++number) {
    total += slots[static_cast<std::size_t>(number) % Size];
  }
  return total;
}

void TopicTraffic::add(env::MonotonicTime now, const Flow& flow) {
  const auto second = seconds_of(now);
  seconds_.at(second) += flow;
  slots_.at(second / kSlotSeconds) += flow;
  total_ += flow;
}

Rates TopicTraffic::rates(env::MonotonicTime now) const {
  const auto second = seconds_of(now);
  const auto flow = seconds_.sum(second - kRateSeconds, second - 1);
  constexpr double kSpan = kRateSeconds;
  return {static_cast<double>(flow.records_in) / kSpan, static_cast<double>(flow.bytes_in) / kSpan,
          static_cast<double>(flow.bytes_out) / kSpan};
}

std::vector<std::uint64_t> TopicTraffic::records_in_by_slot(env::MonotonicTime now) const {
  const auto current = seconds_of(now) / kSlotSeconds;
  std::vector<std::uint64_t> counts;
  counts.reserve(kSlotCount);
  for (auto number = current - static_cast<std::int64_t>(kSlotCount); number < current; ++number) {
    counts.push_back(slots_.one(number).records_in);
  }
  return counts;
}

void TopicTraffic::saw(const Sighting& who, std::int64_t wall_ms) {
  const auto same = [&](const stream::ObservedClient& each) {
    return each.writes == who.writes && each.client_id == who.client_id && each.host == who.host &&
           each.group == who.group && each.principal == who.principal;
  };
  auto at = std::find_if(clients_.begin(), clients_.end(), same);
  if (at == clients_.end()) {
    if (clients_.size() >= kObservedClientsMax) {
      at = std::min_element(clients_.begin(), clients_.end(),
                            [](const auto& a, const auto& b) { return a.last_seen_ms < b.last_seen_ms; });
    } else {
      at = clients_.emplace(clients_.end());
    }
    *at = {std::string(who.client_id), std::string(who.principal), std::string(who.host), std::string(who.group),
           who.writes, wall_ms, wall_ms};
  }
  at->last_seen_ms = wall_ms;
}

TopicTraffic& traffic_of(Topic& topic) {
  if (!topic.traffic) topic.traffic = std::make_shared<TopicTraffic>();
  return *topic.traffic;
}

}  // namespace weft::broker
