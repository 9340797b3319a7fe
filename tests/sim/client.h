#pragma once

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "env/clock.h"
#include "record/ids.h"
#include "truth.h"
#include "wire.h"

namespace weft::sim {

/// A topic that lives as long as the run; what clients know of it.
struct KnownTopic {
  std::string name;
  TopicId id;
  std::int32_t partitions = 0;
};

/// What all clients share.
struct Scene {
  env::SimEnv& sim;
  env::EventLoop& loop;
  Truth& truth;
  std::vector<KnownTopic> topics;
  bool peaceful = false;  ///< No more faults, no new work: whoever has some finishes it.

  std::int64_t wall_ms() const { return sim.clock().wall_ms(); }
  KnownTopic& topic(std::string_view name) {
    for (KnownTopic& each : topics)
      if (each.name == name) return each;
    CHECK(false, "clients name topics that there are");
  }
};

/// One simulated program. Made and destroyed on the clients' loop.
class Client {
 public:
  Client(Scene& scene, std::uint64_t seed, std::string name)
      : scene_(scene), random_(seed), name_(std::move(name)), wire_(scene.sim, scene.loop, scene.truth.counts, name_) {}
  virtual ~Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  virtual void start() = 0;
  /// In peace: whether all its work is done, and if not, what it waits for.
  virtual std::optional<std::string> unfinished() const { return std::nullopt; }

 protected:
  std::uint64_t draw(std::uint64_t below) { return random_() % below; }
  bool chance(unsigned percent) { return draw(100) < percent; }
  env::Duration draw_ms(std::uint64_t least, std::uint64_t most) {
    return std::chrono::milliseconds(least + draw(most - least + 1));
  }
  Truth& truth() { return scene_.truth; }
  void later(env::Duration delay, Function<void()> task) {
    scene_.loop.schedule_after(delay, [alive = std::weak_ptr(alive_), task = std::move(task)]() mutable {
      if (!alive.expired()) task();
    });
  }
  /// As Wire::call, for a client that may be gone when the answer comes; every answer is a moment of the history.
  template <class Response, class Request, class Done>
  void call(Wire& wire, const Request& request, std::int16_t version, env::Duration timeout, Done done) {
    scene_.truth.tick();
    wire.call<Response>(
        request, version, timeout,
        [this, alive = std::weak_ptr(alive_), done = std::move(done)](std::optional<Response> answer) mutable {
          if (alive.expired()) return;
          scene_.truth.tick();
          scene_.truth.wall_is(scene_.wall_ms());
          done(std::move(answer));
        });
  }

  Scene& scene_;
  std::mt19937_64 random_;
  const std::string name_;
  Wire wire_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace weft::sim
