#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "server/settings.h"

namespace weft::env {
class Env;
class EventLoop;
}  // namespace weft::env
namespace weft::stream {
class Cluster;
}

namespace weft::server {

struct NodeAddresses;

/// One weft process: every layer made, joined and started in order, and stopped in the reverse order. Start, stop and
/// destroy from a thread that is no event loop's; all three block.
class Node {
 public:
  /// Recovers, replays, then listens. The error names what did not start, and what to do.
  static Result<std::unique_ptr<Node>> start(env::Env& env, const Settings& settings);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  const NodeAddresses& addresses() const;
  /// The loop that owns everything, and the cluster on it: for in-process writers such as the demo's generators.
  env::EventLoop& loop();
  stream::Cluster& cluster();

  /// Answers what was asked, then closes the log. Nothing is served afterwards.
  Result<void> stop();

 private:
  struct Parts;
  explicit Node(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace weft::server
