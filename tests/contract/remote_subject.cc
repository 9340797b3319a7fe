#include "contract/remote_subject.h"

#include <atomic>

#include "base/check.h"
#include "contract/threaded_wait.h"
#include "env/posix_env.h"
#include "stream/remote/remote_cluster.h"

namespace weft::contract {
namespace {

class RemoteSubject final : public Subject {
 public:
  RemoteSubject(std::string bootstrap, std::shared_ptr<void> server, Abilities abilities)
      : server_(std::move(server)), abilities_(abilities), env_(env::make_posix_env()), loop_(env_->make_loop("contract")) {
    stream::RemoteClusterOptions options;
    options.identity = {"remote", "test", "local", ""};
    options.bootstrap = std::move(bootstrap);
    // The defaults of librdkafka are for busy clusters; a test asks once and wants to know.
    options.properties = {{"fetch.wait.max.ms", "50"}};
    std::optional<Error> failed;
    std::atomic<bool> is_done = false;
    stream::connect_remote(*env_, *loop_, std::move(options), env_->clock().monotonic() + std::chrono::seconds(60),
                           [&](Result<std::unique_ptr<stream::Cluster>> made) {
                             if (made.ok())
                               cluster_ = std::move(*made);
                             else
                               failed = made.error();
                             is_done = true;
                             wait_.notify();
                           });
    wait_.wait_until([&] { return is_done.load(); });
    CHECK(!failed, failed ? failed->message : "");
  }

  stream::Cluster& cluster() override { return *cluster_; }
  Abilities abilities() const override { return abilities_; }
  const env::Clock& clock() const override { return env_->clock(); }
  bool is_on_loop() const override { return loop_->is_current(); }
  void wait_until(std::function<bool()> done) override { wait_.wait_until(done); }
  void notify() override { wait_.notify(); }

 private:
  std::shared_ptr<void> server_;
  Abilities abilities_;
  ThreadedWait wait_;
  std::unique_ptr<env::Env> env_;
  std::unique_ptr<env::EventLoop> loop_;
  std::unique_ptr<stream::Cluster> cluster_;
};

}  // namespace

std::unique_ptr<Subject> make_remote_subject(std::string bootstrap, std::shared_ptr<void> server, Abilities abilities) {
  return std::make_unique<RemoteSubject>(std::move(bootstrap), std::move(server), abilities);
}

}  // namespace weft::contract
