#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/client_quotas.h"
#include "broker/topic_config.h"
#include "record/ids.h"
#include "state/shard.h"

namespace weft::broker {

/// Where the cluster's own state lies. Its id is fixed, because the ids of all others are recorded in it.
inline constexpr std::string_view kClusterTopic = "_weft_cluster";
inline constexpr TopicId kClusterTopicId{Uuid{{'w', 'e', 'f', 't', 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}}};
/// Groups' positions and generations, in Apache Kafka's record format.
inline constexpr std::string_view kGroupsTopic = "__consumer_offsets";

/// Topics that belong to the broker: read-only for clients and marked in Metadata.
bool is_internal_topic(std::string_view name);
/// weft's own state, schemas included: what it writes there itself may use the reserve of a full disk.
bool holds_own_state(std::string_view name);
/// kInvalidArgument unless 1 to 249 of [a-zA-Z0-9._-], and neither "." nor "..".
Result<void> check_topic_name(std::string_view name);

class TopicTraffic;

struct Topic {
  Topic(std::string its_name, TopicId its_id, std::int32_t partitions, TopicConfigs its_configs)
      : name(std::move(its_name)),
        id(its_id),
        partition_count(partitions),
        internal(is_internal_topic(name)),
        configs(std::move(its_configs)),
        effective(configs) {}

  /// Whether the partition exists in the log: from the moment that everything about it is durable.
  bool has(PartitionIndex partition) const { return partition.get() >= 0 && partition.get() < open_count; }
  PartitionId partition(PartitionIndex index) const { return {id, index}; }
  std::vector<PartitionId> partition_ids() const;

  std::string name;
  TopicId id;
  std::int32_t partition_count;
  bool internal;
  TopicConfigs configs;
  EffectiveConfigs effective;
  /// Soft: how many of its partitions exist in the log. While there is none clients are told to try again.
  std::int32_t open_count = 0;
  /// Soft: what happened of late.
  std::shared_ptr<TopicTraffic> traffic;
};
/// Shared with requests under way, which may outlive a deletion.
using TopicPointer = std::shared_ptr<Topic>;

/// Topics, the cluster's id, how far producer ids have been handed out, and quotas. Records are JSON under the keys
/// "cluster", "producer_ids", "topic/NAME" and "quota/{"user":…,"client-id":…}".
class ClusterState final : public state::Machine {
 public:
  ClusterState() { reset(); }

  struct NewTopic {
    std::string name;
    TopicId id;  ///< Random.
    std::int32_t partition_count;
    TopicConfigs configs;
  };

  // ---- Decisions
  Result<state::Decision<NewTopic>> create_topic(NewTopic topic) const;
  /// The id of what was deleted.
  Result<state::Decision<TopicId>> delete_topic(std::string_view name) const;
  /// Null values go back to the default.
  Result<state::Decision<TopicId>> alter_configs(
      std::string_view name, const std::map<std::string, std::optional<std::string>>& changes) const;
  Result<state::Decision<TopicId>> add_partitions(std::string_view name, std::int32_t count) const;
  /// The first id of a block of kProducerIdBlock that nobody had before.
  Result<state::Decision<std::int64_t>> take_producer_ids() const;
  /// The entity's quotas with some changed; none removes one. kInvalidArgument: not a positive number.
  Result<state::Decision<bool>> alter_quotas(const QuotaEntity& entity,
                                             const std::map<QuotaKind, std::optional<double>>& changes) const;
  /// The cluster's id: `fresh` the first time, the recorded one ever after.
  Result<state::Decision<std::string>> name_cluster(const Uuid& fresh) const;

  // ---- Machine
  void replay(const state::Record& record, Offset offset, Timestamp timestamp) override;
  void reset() override;

  // ---- Reading
  TopicPointer find(std::string_view name) const;
  TopicPointer find(TopicId id) const;
  /// By name.
  const std::map<std::string, TopicPointer, std::less<>>& topics() const { return topics_; }
  const std::string& cluster_id() const { return cluster_id_; }
  const QuotaTable& quotas() const { return quotas_; }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  void put(TopicPointer topic);
  bool replay_topic(std::string_view name, const nlohmann::json& value);
  bool replay_quotas(std::string_view entity, const nlohmann::json& values);
  void remove_topic(std::string_view name);

  std::map<std::string, TopicPointer, std::less<>> topics_;
  std::unordered_map<std::string, TopicPointer, TextHash, std::equal_to<>> by_name_;
  std::unordered_map<TopicId, TopicPointer> by_id_;
  std::size_t partition_count_ = 0;
  std::string cluster_id_;
  std::int64_t next_producer_id_ = 0;
  QuotaTable quotas_;
};

}  // namespace weft::broker
