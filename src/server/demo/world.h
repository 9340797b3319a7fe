#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "env/clock.h"
#include "env/random.h"

namespace weft::server::demo {

/// One event as a generator makes it: its value is the JSON of the topic's Avro schema.
struct Event {
  std::string_view topic;
  std::string key;
  std::string value_json;
};

/// A topic of the demo, with the product it becomes. `published` is false for the one that waits for you.
struct DemoTopic {
  std::string_view topic;
  std::string_view schema;  ///< Avro.
  std::string_view domain;
  std::string_view owner;
  std::string_view description;
  std::string_view quality;
  int sla;
  std::vector<std::string> tags;
  bool published;
};

/// stocktrades, pageviews and users as the prototype's generators made them (fields, keys, ranges), and
/// high_value_stock_trades: what its second sample application derived from two of them.
std::span<const DemoTopic> demo_topics();

/// Domains, teams and people, as a directory file.
std::string_view demo_directory();

/// Makes the events. Deterministic for one Random; knows no clock but the one it is given.
class World {
 public:
  explicit World(env::Random& random) : random_(random) {}

  /// A trade, and when it is worth more than 500 a share and 2,500 shares, the enriched trade derived from it.
  std::vector<Event> trade();
  Event page_view();
  Event user();

  /// Datagen's pause: uniform up to `longest`.
  env::Duration pause(env::Duration longest);

 private:
  std::int64_t between(std::int64_t first, std::int64_t last);
  template <std::size_t N>
  std::string_view one_of(const std::array<std::string_view, N>& words) {
    return words[static_cast<std::size_t>(between(0, N - 1))];
  }

  env::Random& random_;
  std::int64_t next_view_time_ = 1;
  std::array<std::string, 10> region_of_user_;  ///< User_1 … User_9, as last registered.
};

}  // namespace weft::server::demo
