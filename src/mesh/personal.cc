#include "mesh/personal.h"

#include <utility>

#include "mesh/state_topic.h"

namespace weft::mesh {

Personal::Personal(env::EventLoop& loop, stream::Cluster& home, std::string topic)
    : loop_(loop),
      home_(home),
      topic_(std::move(topic)),
      alive_(std::make_shared<bool>(true)),
      shard_(loop, home, state_, {.partition = {topic_, PartitionIndex{0}}}) {}

Personal::~Personal() { *alive_ = false; }

void Personal::load(Callback<Result<void>> done) {
  load_state_topic(loop_, home_, topic_, shard_, alive_, std::move(done));
}

void Personal::put(std::string person, PersonalKind kind, std::string name, std::string value,
                   Callback<Result<PersonalChange>> done) {
  shard_.submit<PersonalChange>(
      [this, person, kind, name = std::move(name), value = std::move(value)] {
        return state_.put(person, kind, name, {value, loop_.clock().wall_ms()});
      },
      [this, person, kind, done = std::move(done)](Result<PersonalChange> change) mutable {
        tell(person, kind, change);
        done(std::move(change));
      });
}

void Personal::erase(std::string person, PersonalKind kind, std::string name, Callback<Result<PersonalChange>> done) {
  shard_.submit<PersonalChange>(
      [this, person, kind, name = std::move(name)]() -> Result<state::Decision<PersonalChange>> {
        return state_.erase(person, kind, name);
      },
      [this, person, kind, done = std::move(done)](Result<PersonalChange> change) mutable {
        tell(person, kind, change);
        done(std::move(change));
      });
}

void Personal::tell(const std::string& person, PersonalKind kind, const Result<PersonalChange>& change) {
  if (!change.ok() || !change->changed) return;
  for (auto& heard : heard_) heard(person, kind);
}

}  // namespace weft::mesh
