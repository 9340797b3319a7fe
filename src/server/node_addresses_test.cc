#include "server/node_addresses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::server {
namespace {

using ::testing::ElementsAre;

TEST(NodeAddresses, AreThoseThatTheClientReaches) {
  Settings settings;
  settings.kafka = {"127.0.0.1:0", "0.0.0.0:0", "10.0.0.7:0", "127.0.0.1:0@kafka.example:9092", "[::]:0"};
  const NodeAddresses bound{{"127.0.0.1:1", "0.0.0.0:2", "10.0.0.7:3", "127.0.0.1:4", "[::]:5"}, "127.0.0.1:8080",
                            "0.0.0.0:8081", "127.0.0.1:8088"};
  const auto local = addresses_for(settings, bound, "localhost:8080");
  EXPECT_THAT(local.kafka, ElementsAre("localhost:1", "localhost:2", "10.0.0.7:3", "kafka.example:9092", "localhost:5"));
  EXPECT_EQ(local.http, "http://localhost:8080");
  EXPECT_EQ(local.registry, "http://localhost:8081");
  EXPECT_EQ(addresses_for(settings, bound, "").kafka.front(), "127.0.0.1:1");

  NodeAddresses open = bound;
  open.http = "0.0.0.0:8080";
  const auto remote = addresses_for(settings, open, "10.0.0.7:8080");
  EXPECT_THAT(remote.kafka, ElementsAre("127.0.0.1:1", "10.0.0.7:2", "10.0.0.7:3", "kafka.example:9092", "10.0.0.7:5"));
  EXPECT_EQ(remote.http, "http://10.0.0.7:8080");
}

}  // namespace
}  // namespace weft::server
