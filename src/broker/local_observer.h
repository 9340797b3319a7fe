#pragma once

#include <memory>
#include <string>
#include <vector>

#include "env/executor.h"
#include "stream/observer.h"

namespace weft::broker {

class GroupCoordinator;
class Topics;

/// What the embedded broker sees of its readers and writers. Completes on the broker's loop, never inside the call.
class LocalObserver final : public stream::Observer {
 public:
  LocalObserver(env::EventLoop& loop, const Topics& topics, GroupCoordinator& groups)
      : loop_(loop), topics_(topics), groups_(groups) {}

  void list_groups(std::string after, std::size_t limit, stream::Deadline deadline,
                   Callback<Result<std::vector<std::string>>> done) override;
  void describe_groups(std::vector<std::string> groups, stream::Deadline deadline,
                       Callback<Result<std::vector<stream::GroupInfo>>> done) override;
  void observed_clients(std::string topic, stream::Deadline deadline,
                        Callback<Result<std::vector<stream::ObservedClient>>> done) override;

 private:
  /// Runs `task` on the loop, as a task of its own.
  void on_loop(Function<void()> task);

  env::EventLoop& loop_;
  const Topics& topics_;
  GroupCoordinator& groups_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace weft::broker
