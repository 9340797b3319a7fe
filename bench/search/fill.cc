// Writes made products into a data directory that no weft is using, as records of `_weft_mesh`: what a start reads.
//   search_fill DIRECTORY [PRODUCTS]
#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <future>

#include "access/authorizer.h"
#include "base/check.h"
#include "base/metrics.h"
#include "broker/broker.h"
#include "env/disk.h"
#include "env/env.h"
#include "env/posix_env.h"
#include "log/log.h"
#include "mesh_set.h"

namespace weft::search_set {
namespace {

constexpr std::size_t kBatch = 500;
const std::string kTopic = "_weft_mesh";

/// Runs `begin` on the loop and waits for what it is answered.
template <class Value>
Value wait_for(env::EventLoop& loop, std::function<void(Callback<Result<Value>>)> begin) {
  std::promise<Result<Value>> promise;
  env::run_and_wait(loop, [&] { begin([&](Result<Value> result) { promise.set_value(std::move(result)); }); });
  Result<Value> result = promise.get_future().get();
  CHECK(result.ok(), result.ok() ? "" : result.error().message);
  return std::move(*result);
}

void fill(const std::string& directory, std::size_t count) {
  env::PosixOptions posix;
  posix.disk = env::make_posix_disk();
  const auto environment = env::make_posix_env(std::move(posix));
  const auto loop = environment->make_loop("fill");
  env::ClientMemory memory(*loop, std::size_t{256} << 20);
  Metrics metrics;
  access::OpenAuthorizer authorizer;
  std::unique_ptr<log::Log> log;
  env::run_and_wait(*loop, [&] {
    auto opened = log::Log::open(*environment, *loop, {.directory = directory});
    CHECK(opened.ok(), opened.ok() ? "" : opened.error().message);
    log = std::move(*opened);
  });
  broker::Options options;
  options.listeners = {{{"127.0.0.1", 0}, std::nullopt}};
  std::unique_ptr<broker::Broker> broker =
      wait_for<std::unique_ptr<broker::Broker>>(*loop, [&](Callback<Result<std::unique_ptr<broker::Broker>>> done) {
        broker::Broker::start({*environment, *loop, std::move(log), memory, authorizer, metrics}, options, std::move(done));
      });
  const auto deadline = [&] { return environment->clock().monotonic() + std::chrono::minutes(1); };
  wait_for<stream::TopicInfo>(*loop, [&](Callback<Result<stream::TopicInfo>> done) {
    broker->cluster().create_topic(
        {.name = kTopic, .partition_count = 1, .configs = {{"cleanup.policy", "compact"}, {"segment.bytes", "16777216"}}},
        deadline(), std::move(done));
  });
  const std::vector<Made> products = make_products(count, 4);
  for (std::size_t begin = 0; begin < products.size(); begin += kBatch) {
    wait_for<stream::Appended>(*loop, [&](Callback<Result<stream::Appended>> done) {
      stream::AppendBatch batch{{kTopic, PartitionIndex{0}}, broker->cluster().make_builder()};
      for (std::size_t i = begin; i < std::min(begin + kBatch, products.size()); ++i) {
        const mesh::Product& product = *products[i].product;
        const std::string key = "product/" + product.id.to_string();
        const std::string value = mesh::product_record(product);
        batch.records->add({.key = key, .value = value});
      }
      broker->cluster().append(std::move(batch), deadline(), [](Result<stream::Appended>) {}, std::move(done));
    });
  }
  std::promise<void> closed;
  env::run_and_wait(*loop, [&] { broker->close([&](Result<void>) { closed.set_value(); }); });
  closed.get_future().wait();
  env::run_and_wait(*loop, [&] { broker.reset(); });
  fmt::print("{} products in {}\n", products.size(), directory);
}

}  // namespace
}  // namespace weft::search_set

int main(int argc, char** argv) {
  CHECK(argc > 1, "search_fill DIRECTORY [PRODUCTS]");
  weft::search_set::fill(argv[1], argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 100'000);
}
