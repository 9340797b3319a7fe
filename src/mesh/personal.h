#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/function.h"
#include "base/result.h"
#include "mesh/personal_state.h"
#include "state/shard.h"
#include "stream/cluster.h"

namespace weft::mesh {

/// What each person keeps for themselves: the products they follow, their saved searches, until when they have seen
/// the news. Nothing is answered before it is durable. Lives on one loop.
class Personal {
 public:
  Personal(env::EventLoop& loop, stream::Cluster& home, std::string topic = "_weft_people");
  ~Personal();

  /// Makes the topic if it is not there, and replays it.
  void load(Callback<Result<void>> done);

  /// `person` is a principal: "User:mkovac". Empty when there is nothing.
  const PersonalEntries& entries(const std::string& person, PersonalKind kind) const {
    return state_.entries(person, kind);
  }
  std::size_t count(PersonalKind kind, const std::string& name) const { return state_.count(kind, name); }

  /// Keeps or replaces one; `changed` is false when it was there just so. Errors as PersonalState::put.
  void put(std::string person, PersonalKind kind, std::string name, std::string value,
           Callback<Result<PersonalChange>> done);
  /// Forgets one; `changed` is false when there was none.
  void erase(std::string person, PersonalKind kind, std::string name, Callback<Result<PersonalChange>> done);

  /// Runs on the loop after each durable change, with whose and which kind it was.
  void on_change(Function<void(const std::string& person, PersonalKind kind)> heard) {
    heard_.push_back(std::move(heard));
  }

 private:
  void tell(const std::string& person, PersonalKind kind, const Result<PersonalChange>& change);

  env::EventLoop& loop_;
  stream::Cluster& home_;
  const std::string topic_;
  PersonalState state_;
  std::vector<Function<void(const std::string&, PersonalKind)>> heard_;
  std::shared_ptr<bool> alive_;
  state::Shard shard_;  ///< Last: what still waits is refused while the rest is there.
};

}  // namespace weft::mesh
