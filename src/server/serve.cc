#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/log.h"
#include "env/disk.h"
#include "env/disk_recording.h"
#include "env/posix_env.h"
#include "env/process.h"
#include "server/commands.h"
#include "server/node.h"
#include "server/node_addresses.h"
#include "server/running.h"
#include "server/version.h"

namespace weft::server {
namespace {

constexpr Logger kLog("server");

/// The system's disk. Tests make crash images of this process: where they name a file in WEFT_RECORD_DISK, every change
/// and sync is written down there too. Nothing else becomes different, but slower.
Result<std::shared_ptr<env::Disk>> make_disk() {
  std::shared_ptr<env::Disk> disk = env::make_posix_disk();
  const char* trace = std::getenv("WEFT_RECORD_DISK");
  if (trace == nullptr) return disk;
  kLog.warn("every write is recorded, as a test asks: not for data that matters", {{"file", trace}});
  TRY_ASSIGN(std::shared_ptr<env::Disk> recording, env::make_recording_disk(*disk, trace));
  // The recording refers to the disk beneath it: both go together.
  using Both = std::pair<std::shared_ptr<env::Disk>, std::shared_ptr<env::Disk>>;
  const auto both = std::make_shared<Both>(std::move(disk), std::move(recording));
  return std::shared_ptr<env::Disk>(both, both->second.get());
}

}  // namespace

int run_node(const Settings& settings, const std::function<Result<void>(Node&, env::Env&)>& started,
             const std::function<void(Node&)>& stopping) {
  env::prepare_signals();
  env::keep_freed_memory();
  if (const auto done = set_log_levels(settings.log_level); !done.ok()) {
    fmt::print(stderr, "weft: {}\n", done.error().message);
    return kUsage;
  }
  env::open_files_max();
  auto disk = make_disk();
  if (!disk.ok()) {
    fmt::print(stderr, "weft: WEFT_RECORD_DISK: {}\n", disk.error().message);
    return kUsage;
  }
  const auto environment = env::make_posix_env({.disk = std::move(*disk)});
  auto node = Node::start(*environment, settings);
  if (!node.ok()) {
    fmt::print(stderr, "weft: {}\n", node.error().message);
    return node.error().code == ErrorCode::kInvalidArgument ? kUsage : kFailed;
  }
  if (const auto done = started(**node, *environment); !done.ok()) {
    fmt::print(stderr, "weft: {}\n", done.error().message);
    stopping(**node);
    (void)(*node)->stop();
    return kFailed;
  }
  const NodeAddresses& at = (*node)->addresses();
  if (settings.ready_json) {
    const nlohmann::ordered_json line = {
        {"ready", true}, {"kafka", at.kafka.front()}, {"http", at.http}, {"registry", at.registry}, {"ksql", at.ksql}};
    fmt::print("{}\n", line.dump());
    std::fflush(stdout);
  }
  kLog.info("ready", {{"version", kVersion},
                      {"kafka", at.kafka.front()},
                      {"http", at.http},
                      {"registry", at.registry},
                      {"ksql", at.ksql}});

  const std::string signal = env::wait_for_stop();
  kLog.info("stopping", {{"signal", signal}});
  stopping(**node);
  if (const auto stopped = (*node)->stop(); !stopped.ok()) {
    kLog.error("not stopped cleanly; the next start recovers", {{"why", stopped.error()}});
    return kFailed;
  }
  return kDone;
}

int serve(const Settings& settings) {
  return run_node(settings, [](Node&, env::Env&) { return Result<void>(); }, [](Node&) {});
}

}  // namespace weft::server
