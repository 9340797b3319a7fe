#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client.h"
#include "fetching.h"
#include "kafka/errors.h"
#include "kafka/messages/join_group.h"
#include "kafka/messages/sync_group.h"

namespace weft::sim {

/// A consumer in a group of the classic protocol: joins, takes what the leader gives it, goes on where the group was,
/// reads, commits, heartbeats; leaves, crashes and comes back, some under a static id.
class Member final : public Client {
 public:
  Member(Scene& scene, std::uint64_t seed, int number, std::string group, std::vector<std::string> topics,
         std::optional<std::string> instance_id);
  void start() override;
  std::optional<std::string> unfinished() const override;

  /// For the check of a group at rest.
  bool settled() const { return phase_ == Phase::kMember && owned_.size() == positions_.size(); }
  std::int32_t generation() const { return generation_; }
  const std::vector<TopicPartition>& owned() const { return owned_; }
  const std::string& group() const { return group_; }

 private:
  enum class Phase { kAway, kJoining, kMember };

  void join();
  void on_joined(std::optional<kafka::JoinGroupResponse> got);
  void sync(std::vector<kafka::JoinGroupResponse::Member> members);
  void on_synced(std::int32_t generation, std::optional<kafka::SyncGroupResponse> got);
  std::vector<kafka::SyncGroupRequest::Assignment> shared_out(
      const std::vector<kafka::JoinGroupResponse::Member>& members) const;
  void ask_positions();
  void ask_start(const TopicPartition& at);
  void beat();
  void poll();
  void commit();
  void live();
  void leave();
  void crash();
  void go_away();
  void again(kafka::KafkaError error);
  /// What belongs to one generation stops when the next begins.
  template <class Task>
  void later_in_life(env::Duration delay, Task task) {
    later(delay, [this, life = life_, task = std::move(task)]() mutable {
      if (life == life_) task();
    });
  }

  const std::string group_;
  const std::vector<std::string> topics_;
  const std::optional<std::string> instance_id_;
  Wire fetches_;
  Phase phase_ = Phase::kAway;
  std::string member_id_;
  std::string owner_;  ///< As the checker knows it: a program's life, or the static id.
  int incarnation_ = 0;
  int life_ = 0;  ///< Of this membership: what was begun in an earlier one is ignored.
  std::int32_t generation_ = -1;
  std::vector<TopicPartition> owned_;
  std::map<TopicPartition, std::int64_t> positions_;
  std::map<TopicPartition, std::int64_t> committed_;
};

}  // namespace weft::sim
