#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "env/executor.h"
#include "stream/observer.h"

namespace weft::mesh::testing {

/// Readers and writers that a test writes down; every answer is a task of its own.
class MemoryObserver final : public stream::Observer {
 public:
  explicit MemoryObserver(env::EventLoop& loop) : loop_(loop) {}

  std::map<std::string, stream::GroupInfo> groups;
  std::map<std::string, std::vector<stream::ObservedClient>> clients;  ///< By topic.
  std::size_t described_max = 0;                                       ///< Groups in the largest answer.

  void list_groups(std::string after, std::size_t limit, stream::Deadline,
                   Callback<Result<std::vector<std::string>>> done) override {
    std::vector<std::string> ids;
    for (auto at = groups.upper_bound(after); at != groups.end() && ids.size() < limit; ++at) ids.push_back(at->first);
    complete(std::move(done), std::move(ids));
  }
  void describe_groups(std::vector<std::string> asked, stream::Deadline,
                       Callback<Result<std::vector<stream::GroupInfo>>> done) override {
    std::vector<stream::GroupInfo> infos;
    for (const auto& id : asked)
      if (const auto at = groups.find(id); at != groups.end()) infos.push_back(at->second);
    described_max = std::max(described_max, infos.size());
    complete(std::move(done), std::move(infos));
  }
  void observed_clients(std::string topic, stream::Deadline,
                        Callback<Result<std::vector<stream::ObservedClient>>> done) override {
    complete(std::move(done), clients[topic]);
  }

 private:
  template <class T>
  void complete(Callback<Result<T>> done, T result) {
    loop_.post([done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
  }

  env::EventLoop& loop_;
};

}  // namespace weft::mesh::testing
