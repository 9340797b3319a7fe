#pragma once

#include <memory>
#include <string>

#include "base/function.h"
#include "base/result.h"
#include "state/shard.h"
#include "stream/cluster.h"

namespace weft::mesh {

/// Makes the compacted topic of one of weft's own shards if it is not there, then replays it into the shard. Nothing
/// is answered once `*alive` is false. On the loop of the shard.
void load_state_topic(env::EventLoop& loop, stream::Cluster& home, const std::string& topic, state::Shard& shard,
                      std::shared_ptr<bool> alive, Callback<Result<void>> done);

}  // namespace weft::mesh
