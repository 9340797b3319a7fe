#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/function.h"
#include "env/executor.h"
#include "stream/observer.h"

namespace weft::mesh {

class JsonWriter;

/// How far a group is in one partition.
struct PartitionProgress {
  PartitionIndex partition{0};
  std::optional<Offset> committed;
  std::optional<std::int64_t> committed_at_ms;
  stream::PartitionBounds bounds{Offset{0}, Offset{0}};
  std::optional<std::string> member;  ///< The id of the member that it was given to.

  /// Offsets between the committed position and the end, as Kafka's tools count it; none before the first commit.
  std::optional<std::int64_t> lag() const;
};

/// A group that has members or committed positions on a topic.
struct ConsumerGroup {
  std::string group;
  std::string state;          ///< Kafka's names: "Stable", "Empty", …
  std::string protocol_type;  ///< Empty when it only commits.
  std::int64_t since_ms = 0;  ///< When this weft first saw it on the topic; not before its own start.
  std::vector<stream::GroupMember> members;   ///< `assigned` is of this topic only.
  std::vector<PartitionProgress> partitions;  ///< Those it committed in or was given.

  /// Over all partitions that have one.
  std::optional<std::int64_t> lag() const;
  std::optional<std::int64_t> last_commit_ms() const;
};

/// Who reads and writes one topic, as the broker sees it.
struct TopicConsumers {
  std::int64_t measured_at_ms = 0;
  std::vector<ConsumerGroup> groups;  ///< By name.
  std::size_t groups_total = 0;       ///< More than `groups` where that was cut.
  bool groups_listed = false;         ///< Whether all groups of the cluster were looked at since the start.
  std::vector<stream::ObservedClient> clients;  ///< Read without a group.
  std::vector<stream::ObservedClient> writers;
  std::optional<std::string> groups_unknown;   ///< Why, where the cluster does not tell.
  std::optional<std::string> clients_unknown;
};

void write(JsonWriter& json, const PartitionProgress& progress);
void write(JsonWriter& json, const ConsumerGroup& group);
void write(JsonWriter& json, const TopicConsumers& consumers);

/// Who reads which topic. Groups are looked at in rounds, a few at a time, so that a cluster with very many never holds the
/// loop; what a page shows is asked for anew. On the loop of mesh.
class Consumers {
 public:
  struct Options {
    env::Duration round_interval = std::chrono::seconds(5);  ///< Between the end of one round and the next.
    env::Duration call_timeout = std::chrono::seconds(5);
    std::size_t groups_per_call = 16;
    std::size_t entries_max = 200'000;  ///< Pairs of topic and group; more are not remembered.
    std::size_t groups_max = 200;       ///< In one answer.
  };

  Consumers(env::EventLoop& loop, stream::Cluster& cluster, stream::Observer& observer, Options options);
  ~Consumers();
  Consumers(const Consumers&) = delete;
  Consumers& operator=(const Consumers&) = delete;

  void start();

  /// As it is now. Errors: there is no such topic, or the cluster could not be asked for it.
  void of(std::string topic, Callback<Result<TopicConsumers>> done);
  /// Groups on the topic as of the last round, by name, with when they were first seen (wall clock).
  const std::map<std::string, std::int64_t>& groups_on(std::string_view topic) const;

 private:
  struct Question;
  using GroupsByTopic = std::map<std::string, std::map<std::string, std::int64_t>, std::less<>>;

  void begin_round();
  void list_more(std::string after);
  void take(const std::vector<stream::GroupInfo>& infos);
  void end_round(bool complete);
  void ask_groups(const std::shared_ptr<Question>& question);
  std::optional<ConsumerGroup> on_topic(const stream::GroupInfo& info, const Question& question) const;

  env::EventLoop& loop_;
  stream::Cluster& cluster_;
  stream::Observer& observer_;
  const Options options_;
  GroupsByTopic groups_;  ///< As of the last round.
  GroupsByTopic next_;    ///< Of the round under way.
  std::size_t next_entries_ = 0;
  bool listed_ = false;
  std::optional<std::string> unknown_;  ///< Why the last round could not ask.
  std::optional<env::EventLoop::TimerId> timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace weft::mesh
