#include "server/demo/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

#include "identity/directory.h"

namespace weft::server::demo {
namespace {

class SeededRandom final : public env::Random {
 public:
  std::uint64_t next() override { return engine_(); }

 private:
  std::mt19937_64 engine_{7};
};

TEST(DemoWorld, TradesKeepTheRangesOfThePrototype) {
  SeededRandom random;
  World world(random);
  for (int i = 0; i < 2000; ++i) {
    const Event event = world.trade().front();
    const auto trade = nlohmann::json::parse(event.value_json);
    EXPECT_EQ(event.key, trade["symbol"].get<std::string>());
    EXPECT_TRUE(trade["side"] == "BUY" || trade["side"] == "SELL");
    EXPECT_GE(trade["quantity"], 1);
    EXPECT_LE(trade["quantity"], 5000);
    EXPECT_GE(trade["price"], 5);
    EXPECT_LE(trade["price"], 1000);
  }
}

TEST(DemoWorld, ALargeTradeAndOnlyALargeOneIsDerived) {
  SeededRandom random;
  World world(random);
  int derived = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto events = world.trade();
    const auto trade = nlohmann::json::parse(events.front().value_json);
    EXPECT_EQ(events.size() == 2, trade["price"] > 500 && trade["quantity"] > 2500);
    derived += static_cast<int>(events.size()) - 1;
  }
  EXPECT_GT(derived, 0);
}

TEST(DemoWorld, ViewTimeRisesByTen) {
  SeededRandom random;
  World world(random);
  EXPECT_EQ(world.page_view().key, "1");
  EXPECT_EQ(world.page_view().key, "11");
}

TEST(DemoWorld, ItsDirectoryHoldsEveryOwnerAndDomain) {
  const auto directory = identity::Directory::parse(demo_directory(), "directory.yaml");
  ASSERT_TRUE(directory.ok()) << directory.error().message;
  EXPECT_EQ(directory->teams().size(), 5U);
  EXPECT_EQ(directory->domains().size(), 4U);
  for (const DemoTopic& topic : demo_topics()) {
    const auto* domain = directory->find_domain(topic.domain);
    ASSERT_NE(domain, nullptr) << topic.domain;
    EXPECT_TRUE(domain->has_team(topic.owner));
    EXPECT_EQ(directory->domain_of_topic(topic.topic), domain);
  }
  EXPECT_EQ(std::ranges::count_if(demo_topics(), [](const DemoTopic& topic) { return topic.published; }), 3);
}

}  // namespace
}  // namespace weft::server::demo
