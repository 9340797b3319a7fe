// The embedded broker as subject: on the real environment, on the simulated one, and behind its own protocol.
#include <stdlib.h>

#include <filesystem>

#include "base/check.h"
#include "contract/embedded_broker.h"
#include "contract/remote_subject.h"
#include "contract/subject.h"
#include "contract/threaded_wait.h"
#include "env/disk.h"
#include "env/disk_simulated.h"
#include "env/posix_env.h"
#include "env/sim_env.h"

namespace weft::contract {
namespace {

class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string path = (std::filesystem::temp_directory_path() / "weft-contract-XXXXXX").string();
    CHECK(mkdtemp(path.data()) != nullptr, "a scratch directory");
    path_ = path;
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }
  std::string path() const { return path_; }

 private:
  std::string path_;
};

env::PosixOptions posix_options() {
  env::PosixOptions options;
  options.disk = env::make_posix_disk();
  return options;
}

class LocalSubject final : public Subject {
 public:
  LocalSubject()
      : env_(env::make_posix_env(posix_options())),
        loop_(env_->make_loop("broker")),
        broker_(*env_, *loop_, scratch_.path(),
                {[this](Function<void()> task) { env::run_and_wait(*loop_, std::move(task)); },
                 [this](std::function<bool()> done) { wait_.wait_until(done); }, [this] { wait_.notify(); }}) {}

  stream::Cluster& cluster() override { return broker_.cluster(); }
  Abilities abilities() const override { return {}; }
  const env::Clock& clock() const override { return env_->clock(); }
  bool is_on_loop() const override { return loop_->is_current(); }
  void wait_until(std::function<bool()> done) override { wait_.wait_until(done); }
  void notify() override { wait_.notify(); }
  std::string address() const { return broker_.address(); }

 private:
  ScratchDirectory scratch_;
  ThreadedWait wait_;
  std::unique_ptr<env::Env> env_;
  std::unique_ptr<env::EventLoop> loop_;
  EmbeddedBroker broker_;
};

class SimulatedSubject final : public Subject {
 public:
  explicit SimulatedSubject(std::uint64_t seed)
      : sim_(seed, options_of(seed)),
        loop_(sim_.make_loop("broker")),
        broker_(sim_, *loop_, "data",
                {[this](Function<void()> task) { sim_.run_on(*loop_, std::move(task)); },
                 [this](std::function<bool()> done) { wait_until(std::move(done)); }}) {}

  stream::Cluster& cluster() override { return broker_.cluster(); }
  Abilities abilities() const override { return {.has_real_threads = false}; }
  const env::Clock& clock() const override { return sim_.clock(); }
  bool is_on_loop() const override { return loop_->is_current(); }
  void wait_until(std::function<bool()> done) override {
    CHECK(sim_.run_until([&] { return done(); }), "what was waited for will not happen");
  }
  void notify() override {}

 private:
  static env::SimOptions options_of(std::uint64_t seed) {
    env::SimOptions options;
    options.disk = std::make_shared<env::SimulatedDisk>(seed);
    return options;
  }

  env::SimEnv sim_;
  std::unique_ptr<env::EventLoop> loop_;
  EmbeddedBroker broker_;
};

}  // namespace

std::unique_ptr<Subject> start_local() { return std::make_unique<LocalSubject>(); }

std::unique_ptr<Subject> start_local_simulated() { return std::make_unique<SimulatedSubject>(env::sim_seeds(1).front()); }

std::unique_ptr<Subject> start_remote_weft() {
  auto broker = std::make_shared<LocalSubject>();
  const auto bootstrap = broker->address();
  return make_remote_subject(bootstrap, std::move(broker), {.has_atomic_appends = false, .has_storage_facts = false});
}

}  // namespace weft::contract
