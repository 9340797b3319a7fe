// Whatever bytes a peer sends: no crash, bounded work, and others are served as ever.
#include <cstdlib>

#include "base/log.h"
#include "base/metrics.h"
#include "broker/broker.h"
#include "broker/testing/memory_log.h"
#include "env/sim_env.h"

namespace weft::broker {
namespace {

/// A fresh broker, a connection that sends the input in pieces of the network's choosing, and a clean end.
void serve(ByteView input) {
  env::SimEnv sim(1);
  auto loop = sim.make_loop("broker");
  Metrics metrics;
  access::OpenAuthorizer authorizer;
  Options options;
  options.listeners = {{{"127.0.0.1", 0}, std::nullopt}};
  std::unique_ptr<Broker> broker;
  env::ClientMemory memory(*loop, 256u << 20);
  Broker::start({sim, *loop, std::make_unique<testing::MemoryLog>(*loop, std::make_shared<testing::MemoryStore>()), memory,
                 authorizer, metrics},
                options, [&](auto started) { broker = std::move(started).value(); });
  CHECK(sim.run_until([&] { return broker != nullptr; }));

  std::unique_ptr<env::Connection> connection;
  std::array<std::byte, 4096> answers;
  Function<void()> read = [&] {
    connection->read(answers, [&](Result<std::size_t> count) {
      if (count.ok() && *count > 0) read();
    });
  };
  sim.run_on(*loop, [&] {
    sim.network().connect(*loop, broker->addresses().front(), std::chrono::seconds(1), [&](auto connected) {
      connection = std::move(connected).value();
      read();
      connection->write({SharedBytes(to_buffer(input))}, [](Result<void>) {});
    });
  });
  sim.advance(std::chrono::seconds(3));

  bool closed = false;
  sim.run_on(*loop, [&] { broker->close([&](Result<void> result) { closed = result.ok(); }); });
  CHECK(sim.run_until([&] { return closed; }), "whatever came in, it can be closed");
  sim.run_on(*loop, [&] {
    connection.reset();
    broker.reset();
  });
  sim.run_idle();
}

}  // namespace
}  // namespace weft::broker

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool quiet = weft::set_log_levels("off").ok();
  CHECK(quiet);
  if (size > 0 && size <= 64 << 10) weft::broker::serve({reinterpret_cast<const std::byte*>(data), size});
  return 0;
}
