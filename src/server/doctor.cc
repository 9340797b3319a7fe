#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "env/disk.h"
#include "env/network.h"
#include "env/posix_env.h"
#include "env/process.h"
#include "http/client.h"
#include "server/api_client.h"
#include "server/commands.h"

namespace weft::server {
namespace {

using nlohmann::json;

constexpr std::uint64_t kOpenFilesWanted = 16'384;

enum class Verdict { kGood, kWarning, kBad };

struct Finding {
  Verdict verdict;
  std::string subject;
  std::string message;
};

/// Looks, changes nothing but a probe file that it removes again.
class Examination {
 public:
  Examination(const ClientOptions& client, const Settings& settings)
      : client_(client), settings_(settings), disk_(env::make_posix_disk()) {}

  std::vector<Finding> run() {
    running_ = examine_server();
    examine_directory();
    if (!running_) examine_ports();
    examine_limits();
    return std::move(findings_);
  }

 private:
  void add(Verdict verdict, std::string subject, std::string message) {
    findings_.push_back({verdict, std::move(subject), std::move(message)});
  }

  bool examine_server() {
    const auto answer =
        http::send({http::Method::kGet, client_.server + "/readyz", {}, {}, std::chrono::milliseconds(2000)});
    if (!answer.ok()) {
      add(Verdict::kGood, "server", fmt::format("no weft answers at {}; that is fine if none should", client_.server));
      return false;
    }
    if (answer->status == 200)
      add(Verdict::kGood, "server", fmt::format("weft at {} is ready", client_.server));
    else
      add(Verdict::kBad, "server",
          fmt::format("{} answers {}: {}", client_.server, answer->status,
                      as_text(answer->body.view()).substr(0, 300)));
    return true;
  }

  void examine_directory() {
    std::string folder = settings_.data_dir;
    if (!disk_->exists(folder)) {
      add(Verdict::kGood, "data_dir", fmt::format("{} does not exist yet; the first start makes it", folder));
      folder = env::parent_directory(folder);
      if (!disk_->exists(folder)) {
        add(Verdict::kBad, "data_dir",
            fmt::format("{} does not exist either: make it, or choose another with --data-dir", folder));
        return;
      }
    }
    examine_space(folder);
    if (!running_) examine_direct_writes(folder);
  }

  void examine_space(const std::string& folder) {
    const auto space = disk_->space(folder);
    if (!space.ok()) return add(Verdict::kBad, "disk", space.error().message);
    const std::uint64_t free_bytes = space->free_bytes;
    const bool has_ring = disk_->exists(settings_.data_dir + "/journal");
    const auto ring = static_cast<std::uint64_t>(settings_.journal_slot_bytes * settings_.journal_slot_count);
    const std::uint64_t wanted = static_cast<std::uint64_t>(settings_.disk_free_bytes_min) + (has_ring ? 0 : ring);
    const std::string held =
        fmt::format("{} free, {} needed before the first record", bytes_text(static_cast<double>(free_bytes)),
                    bytes_text(static_cast<double>(wanted)));
    if (free_bytes < wanted)
      add(Verdict::kBad, "disk", held + ": make room, or lower journal_slot_count and disk_free_bytes_min");
    else if (free_bytes < 4 * wanted)
      add(Verdict::kWarning, "disk", held + ": little room for topics");
    else
      add(Verdict::kGood, "disk", held);
  }

  void examine_direct_writes(const std::string& folder) {
    const std::string probe = folder + "/.weft-doctor";
    const auto file = disk_->open(probe, env::OpenMode::kCreate, env::Caching::kDirectSynced);
    if (file.ok())
      add(Verdict::kGood, "journal", "the file system takes direct, synced writes");
    else if (file.error().code == ErrorCode::kUnsupported)
      add(Verdict::kWarning, "journal",
          "the file system takes no direct writes: the journal will use the page cache and fdatasync, which is slower");
    else
      add(Verdict::kBad, "data_dir", file.error().message);
    if (disk_->exists(probe)) (void)disk_->remove(probe);
  }

  void examine_ports() {
    const auto env = env::make_posix_env();
    const auto loop = env->make_loop("doctor");
    std::vector<std::pair<std::string, std::string>> ports = {
        {"http", settings_.http}, {"registry", settings_.registry}, {"ksql", settings_.ksql}};
    for (const std::string& listener : settings_.kafka) ports.emplace_back("kafka", split_listener(listener).listen);
    for (const auto& [name, text] : ports) {
      const auto address = env::Address::parse(text);
      if (!address.ok()) {
        add(Verdict::kBad, name, address.error().message);
        continue;
      }
      const auto listener = env->network().listen(*loop, *address, [](std::unique_ptr<env::Connection>) {});
      if (listener.ok())
        add(Verdict::kGood, name, text + " is free");
      else
        add(Verdict::kBad, name, fmt::format("{}; choose another with --{}", listener.error().message, name));
      if (listener.ok() && !address->is_loopback())
        add(Verdict::kWarning, name,
            text + " is reachable from other machines, and weft has no sign-in yet: anybody there may read and write");
    }
  }

  void examine_limits() {
    const std::uint64_t files = env::open_files_max();
    if (files < kOpenFilesWanted)
      add(Verdict::kWarning, "limits",
          fmt::format("{} open files are allowed; thousands of partitions and clients want {}: ulimit -n", files,
                      kOpenFilesWanted));
    else
      add(Verdict::kGood, "limits", fmt::format("{} open files are allowed", files));
  }

  const ClientOptions& client_;
  const Settings& settings_;
  std::unique_ptr<env::Disk> disk_;
  std::vector<Finding> findings_;
  bool running_ = false;
};

}  // namespace

int doctor(const ClientOptions& client, const Settings& settings) {
  constexpr std::string_view kWords[] = {"ok", "warning", "problem"};
  bool bad = false;
  json list = json::array();
  for (const Finding& finding : Examination(client, settings).run()) {
    bad |= finding.verdict == Verdict::kBad;
    const std::string_view word = kWords[static_cast<int>(finding.verdict)];
    if (client.json)
      list.push_back({{"verdict", word}, {"subject", finding.subject}, {"message", finding.message}});
    else
      fmt::print("{:8} {:9} {}\n", word, finding.subject, finding.message);
  }
  if (client.json) fmt::print("{}\n", json{{"findings", list}}.dump());
  return bad ? kFailed : kDone;
}

}  // namespace weft::server
