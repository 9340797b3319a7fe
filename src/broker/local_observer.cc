#include "broker/local_observer.h"

#include <utility>

#include "broker/group_coordinator.h"
#include "broker/topics.h"
#include "broker/traffic.h"

namespace weft::broker {

void LocalObserver::on_loop(Function<void()> task) {
  loop_.post([alive = std::weak_ptr(alive_), task = std::move(task)]() mutable {
    if (!alive.expired()) task();
  });
}

void LocalObserver::list_groups(std::string after, std::size_t limit, stream::Deadline,
                                Callback<Result<std::vector<std::string>>> done) {
  on_loop([this, after = std::move(after), limit, done = std::move(done)]() mutable {
    if (!groups_.ready()) return done(error(ErrorCode::kUnavailable, "groups are being loaded; try again"));
    done(groups_.list_ids(after, limit));
  });
}

void LocalObserver::describe_groups(std::vector<std::string> groups, stream::Deadline,
                                    Callback<Result<std::vector<stream::GroupInfo>>> done) {
  on_loop([this, groups = std::move(groups), done = std::move(done)]() mutable {
    groups_.look_at(std::move(groups), std::move(done));
  });
}

void LocalObserver::observed_clients(std::string name, stream::Deadline,
                                     Callback<Result<std::vector<stream::ObservedClient>>> done) {
  on_loop([this, name = std::move(name), done = std::move(done)]() mutable {
    const auto topic = topics_.find(name);
    done(topic && topic->traffic ? topic->traffic->clients() : std::vector<stream::ObservedClient>());
  });
}

}  // namespace weft::broker
