#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "env/env.h"
#include "schema/avro/schema.h"
#include "schema/wire_format.h"
#include "server/demo/world.h"
#include "stream/cluster.h"

namespace weft::server::demo {

/// A topic that the generators write to.
struct FeedTopic {
  std::int32_t partition_count = 0;
  schema::SchemaId schema_id;
  std::shared_ptr<const schema::avro::Schema> schema;
};

/// The generators: timers on the node's loop that make events, encode them as a serializer would, and append them. Made,
/// used and destroyed on the loop.
class Feed {
 public:
  Feed(env::EventLoop& loop, env::Random& random, stream::Cluster& cluster, std::map<std::string, FeedTopic, std::less<>> topics);
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  /// Appends a first handful of everything; `done` when it is on disk.
  void begin(Callback<Result<void>> done);
  /// Goes on for ever, at the prototype's pace.
  void run();

 private:
  void every(env::Duration longest, Function<std::vector<Event>()> make);
  void schedule(std::size_t generator);
  void append(const std::vector<Event>& events, Function<void(Result<void>)> done);
  Result<stream::AppendBatch> batch_of(const Event& event) const;

  struct Generator {
    env::Duration longest;
    Function<std::vector<Event>()> make;
    env::EventLoop::TimerId timer = 0;
  };

  env::EventLoop& loop_;
  stream::Cluster& cluster_;
  World world_;
  std::map<std::string, FeedTopic, std::less<>> topics_;
  std::vector<Generator> generators_;
};

}  // namespace weft::server::demo
