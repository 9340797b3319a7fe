#include "mesh/state_topic.h"

#include <utility>

namespace weft::mesh {

namespace {
constexpr env::Duration kCreateTimeout = std::chrono::seconds(15);
}

void load_state_topic(env::EventLoop& loop, stream::Cluster& home, const std::string& topic, state::Shard& shard,
                      std::shared_ptr<bool> alive, Callback<Result<void>> done) {
  // Only whole files are compacted: small ones, as all of them are read at every start.
  stream::TopicSpec spec{.name = topic,
                         .partition_count = 1,
                         .configs = {{"cleanup.policy", "compact"}, {"segment.bytes", "16777216"}}};
  home.create_topic(std::move(spec), loop.clock().monotonic() + kCreateTimeout,
                    [&shard, alive = std::move(alive), done = std::move(done)](auto created) mutable {
                      if (!*alive) return;
                      if (!created.ok() && created.error().code != ErrorCode::kAlreadyExists)
                        return done(std::move(created).error());
                      shard.load(std::move(done));
                    });
}

}  // namespace weft::mesh
