#include "server/demo/world.h"

#include <fmt/format.h>

namespace weft::server::demo {
namespace {

constexpr std::string_view kStockTrades = R"({
  "type": "record", "name": "StockTrade", "namespace": "ksql", "doc": "One fill on one venue.",
  "fields": [
    {"name": "side", "type": "string", "doc": "BUY or SELL, as the customer meant it"},
    {"name": "quantity", "type": "int", "doc": "Number of shares in this fill, 1 to 5000"},
    {"name": "symbol", "type": "string", "doc": "Ticker; the exchanges' own test symbols here"},
    {"name": "price", "type": "int", "doc": "Price of one share, in pennies"},
    {"name": "account", "type": "string", "doc": "Account that the trade is booked on"},
    {"name": "userid", "type": "string", "doc": "Who ordered it; users.userid"}
  ]})";

constexpr std::string_view kPageViews = R"({
  "type": "record", "name": "pageviews", "namespace": "ksql", "doc": "One page shown to one user.",
  "fields": [
    {"name": "viewtime", "type": "long", "doc": "When, as a counter that rises by 10"},
    {"name": "userid", "type": "string", "doc": "Who looked; users.userid"},
    {"name": "pageid", "type": "string", "doc": "What was shown, Page_10 to Page_99"}
  ]})";

constexpr std::string_view kUsers = R"({
  "type": "record", "name": "users", "namespace": "ksql", "doc": "A user as registered last.",
  "fields": [
    {"name": "registertime", "type": "long", "doc": "When it was registered, in ms since 1970"},
    {"name": "userid", "type": "string", "doc": "User_1 to User_9; the key of the record too"},
    {"name": "regionid", "type": "string", "doc": "Where the user lives, Region_1 to Region_9"},
    {"name": "gender", "type": "string", "doc": "MALE, FEMALE or OTHER, as given"}
  ]})";

constexpr std::string_view kHighValueTrades = R"({
  "type": "record", "name": "HighValueStockTrade", "namespace": "analytics", "doc": "A large fill with the region of its user.",
  "fields": [
    {"name": "userid", "type": "string", "doc": "Who ordered it"},
    {"name": "regionid", "type": ["null", "string"], "default": null, "doc": "Where the user lived then; null before the first registration"},
    {"name": "side", "type": "string", "doc": "BUY or SELL"},
    {"name": "quantity", "type": "int", "doc": "Number of shares, above 2500"},
    {"name": "symbol", "type": "string", "doc": "Ticker"},
    {"name": "price", "type": "int", "doc": "Price of one share, above 500"},
    {"name": "account", "type": "string", "doc": "Account that the trade is booked on"}
  ]})";

constexpr std::int64_t kRegisterTimeFirstMs = 1'487'715'775'521;
constexpr std::int64_t kRegisterTimeLastMs = 1'519'273'364'600;
constexpr std::int64_t kHighPrice = 500;
constexpr std::int64_t kHighQuantity = 2500;

constexpr std::array<std::string_view, 2> kSides = {"BUY", "SELL"};
constexpr std::array<std::string_view, 7> kSymbols = {"ZBZX", "ZJZZT", "ZTEST", "ZVV", "ZVZZT", "ZWZZT", "ZXZZT"};
constexpr std::array<std::string_view, 3> kAccounts = {"ABC123", "LMN456", "XYZ789"};
constexpr std::array<std::string_view, 3> kGenders = {"MALE", "FEMALE", "OTHER"};

}  // namespace

std::span<const DemoTopic> demo_topics() {
  static const std::vector<DemoTopic> topics = {
      {"stocktrades", kStockTrades, "execution", "execution-team",
       "Every fill on every venue, once, within a second of its execution. A large order gives several.", "authoritative", 1,
       {"trading", "fills"}, true},
      {"pageviews", kPageViews, "edge", "edge-team",
       "One event for each page that was shown to a signed-in user, in the order the edge servers saw them.", "curated", 2,
       {"web", "clickstream"}, true},
      {"users", kUsers, "membership", "membership-team",
       "The registration of a user, again whenever it changes: join other products to it by userid.", "authoritative", 1,
       {"members", "reference"}, true},
      {"high_value_stock_trades", kHighValueTrades, "analytics", "analytics-team", "", "curated", 2, {}, false},
  };
  return topics;
}

std::vector<Event> World::trade() {
  const std::string_view side = one_of(kSides);
  const std::string_view symbol = one_of(kSymbols);
  const std::string_view account = one_of(kAccounts);
  const std::int64_t quantity = between(1, 5000);
  const std::int64_t price = between(5, 1000);
  const std::int64_t user = between(1, 9);
  std::vector<Event> events;
  events.push_back(
      {"stocktrades", std::string(symbol),
       fmt::format(R"({{"side":"{}","quantity":{},"symbol":"{}","price":{},"account":"{}","userid":"User_{}"}})", side,
                   quantity, symbol, price, account, user)});
  if (price > kHighPrice && quantity > kHighQuantity) {
    const std::string& region = region_of_user_[static_cast<std::size_t>(user)];
    events.push_back(
        {"high_value_stock_trades", fmt::format("User_{}", user),
         fmt::format(
             R"({{"userid":"User_{}","regionid":{},"side":"{}","quantity":{},"symbol":"{}","price":{},"account":"{}"}})", user,
             region.empty() ? "null" : fmt::format(R"({{"string":"{}"}})", region), side, quantity, symbol, price, account)});
  }
  return events;
}

Event World::page_view() {
  const std::int64_t view_time = next_view_time_;
  next_view_time_ += 10;
  return {"pageviews", std::to_string(view_time),
          fmt::format(R"({{"viewtime":{},"userid":"User_{}","pageid":"Page_{}"}})", view_time, between(1, 9), between(10, 99))};
}

Event World::user() {
  const std::int64_t user = between(1, 9);
  const std::int64_t register_time_ms = between(kRegisterTimeFirstMs, kRegisterTimeLastMs);
  std::string region = fmt::format("Region_{}", between(1, 9));
  Event event{"users", fmt::format("User_{}", user),
              fmt::format(R"({{"registertime":{},"userid":"User_{}","regionid":"{}","gender":"{}"}})", register_time_ms, user, region,
                          one_of(kGenders))};
  region_of_user_[static_cast<std::size_t>(user)] = std::move(region);
  return event;
}

env::Duration World::pause(env::Duration longest) { return env::Duration(between(0, longest.count())); }

std::int64_t World::between(std::int64_t first, std::int64_t last) {
  const auto span = static_cast<std::uint64_t>(last - first) + 1;
  return first + static_cast<std::int64_t>(random_.next() % span);
}

}  // namespace weft::server::demo
