#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "env/clock.h"
#include "record/ids.h"
#include "stream/observer.h"

namespace weft::broker {

/// Records and bytes, in and out.
struct Flow {
  std::uint64_t records_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;

  Flow& operator+=(const Flow& other);
  bool operator==(const Flow&) const = default;
};

/// Per second.
struct Rates {
  double records_in = 0;
  double bytes_in = 0;
  double bytes_out = 0;
};

/// Somebody who reads or writes just now; as stream::ObservedClient.
struct Sighting {
  std::string_view client_id;
  std::string_view principal;
  std::string_view host;
  std::string_view group;
  bool writes = false;
};

/// What happened to one topic of late: soft facts for catalogue and operations, forgotten with the process. About 5 kB,
/// made with the topic's first record in or out. Belongs to the broker's loop.
class TopicTraffic {
 public:
  static constexpr std::int64_t kRateSeconds = 10;
  static constexpr std::int64_t kSlotSeconds = 10;
  static constexpr std::size_t kSlotCount = 90;  ///< 15 minutes.

  void add(env::MonotonicTime now, const Flow& flow);
  /// Over the last kRateSeconds whole seconds.
  Rates rates(env::MonotonicTime now) const;
  /// Records in, per slot of kSlotSeconds, oldest first; the last is the newest whole slot.
  std::vector<std::uint64_t> records_in_by_slot(env::MonotonicTime now) const;
  const Flow& total() const { return total_; }

  void saw(const Sighting& who, std::int64_t wall_ms);
  const std::vector<stream::ObservedClient>& clients() const { return clients_; }

  /// Wall clock of the last record in; kNoTimestamp before the first since start.
  Timestamp last_record_in = kNoTimestamp;

 private:
  /// Sums per interval of a fixed length; the position is the interval's number modulo the size.
  template <std::size_t Size>
  struct Ring {
    std::array<Flow, Size> slots{};
    std::int64_t newest = -1;

    Flow& at(std::int64_t number);
    Flow sum(std::int64_t first, std::int64_t last) const;
    Flow one(std::int64_t number) const { return sum(number, number); }
  };

  Ring<16> seconds_;
  Ring<kSlotCount + 1> slots_;
  Flow total_;
  std::vector<stream::ObservedClient> clients_;
};

struct Topic;
/// The topic's traffic, made at its first use.
TopicTraffic& traffic_of(Topic& topic);

}  // namespace weft::broker
