#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "env/executor.h"
#include "mesh/products.h"

namespace weft::mesh {
class JsonWriter;
}

namespace weft::api {

/// Asks one probe, on the blocking pool. Success: it answers.
using AskProbe = Function<Result<void>(const mesh::Probe&)>;

/// Whether the ports of products answer, as their probes say. Each is asked at its pace, a few at a time; what has not
/// been asked yet is unknown. Kept in this process only. Lives on the loop of the API.
class PortHealth final : public mesh::MeshListener {
 public:
  static constexpr std::size_t kAskedAtOnceMax = 2;  ///< They share the pool with the disk.
  static constexpr std::size_t kProbesMax = 5'000;   ///< More are not asked.

  enum class State { kUnknown, kHealthy, kFailing };
  struct Health {
    State state = State::kUnknown;
    std::int64_t since_ms = 0;                   ///< When it became so.
    std::optional<std::int64_t> checked_at_ms;
    std::string why;                             ///< Of kFailing, and of kUnknown when it cannot be asked.
  };

  /// Without `ask` every probe stays unknown.
  PortHealth(env::EventLoop& loop, env::Executor& blocking_pool, const mesh::Catalogue& catalogue, AskProbe ask);
  ~PortHealth() override;

  /// Nothing when that port has no probe.
  const Health* find(const mesh::ProductId& id, const std::string& port) const;

  void product_changed(const mesh::Change& change) override;
  void reloaded() override;

 private:
  using Key = std::pair<mesh::ProductId, std::string>;
  struct Entry {
    mesh::Probe probe;
    Health health;
    env::MonotonicTime next;
    bool running = false;
  };

  void take(const mesh::Product& product);
  void drop(const mesh::ProductId& id);
  void tick();
  void ask(const Key& key, Entry& entry);
  void answered(const Key& key, const mesh::Probe& probe, Result<void> answer);

  env::EventLoop& loop_;
  env::Executor& blocking_pool_;
  const mesh::Catalogue& catalogue_;
  std::shared_ptr<AskProbe> ask_;
  std::map<Key, Entry> entries_;
  std::size_t running_ = 0;
  std::optional<env::EventLoop::TimerId> timer_;
  std::shared_ptr<bool> alive_;
};

/// The health of every port with a probe, as an array.
void write_health(mesh::JsonWriter& json, const mesh::Product& product, const PortHealth& health);

}  // namespace weft::api
