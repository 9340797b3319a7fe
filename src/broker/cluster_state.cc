#include "broker/cluster_state.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "broker/limits.h"

namespace weft::broker {
namespace {

using Json = nlohmann::json;

constexpr Logger kLog("broker");
constexpr std::string_view kTopicPrefix = "topic/";
constexpr std::string_view kQuotaPrefix = "quota/";

std::string quota_key(const QuotaEntity& entity) {
  Json key = Json::object();
  if (entity.user) key["user"] = *entity.user;
  if (entity.client_id) key["client-id"] = *entity.client_id;
  return std::string(kQuotaPrefix) + key.dump();
}

state::Record topic_record(std::string_view name, TopicId id, std::int32_t partition_count,
                           const TopicConfigs& configs) {
  const Json value = {{"id", id.get().to_string()}, {"partitions", partition_count}, {"configs", configs}};
  return {std::string(kTopicPrefix) + std::string(name), value.dump()};
}

}  // namespace

bool is_internal_topic(std::string_view name) {
  return name == kClusterTopic || name == kGroupsTopic || name == "__transaction_state" || name.starts_with("_weft_");
}

bool holds_own_state(std::string_view name) { return is_internal_topic(name) || name == "_schemas"; }

Result<void> check_topic_name(std::string_view name) {
  if (name.empty() || name.size() > kTopicNameBytesMax || name == "." || name == "..") {
    return error(ErrorCode::kInvalidArgument, "topic name: must have 1 to {} characters and be neither '.' nor '..'",
                 kTopicNameBytesMax);
  }
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  if (!std::all_of(name.begin(), name.end(), allowed)) {
    return error(ErrorCode::kInvalidArgument,
                 "topic name '{}': only ASCII letters, digits, '.', '_' and '-' are allowed", name);
  }
  return {};
}

std::vector<PartitionId> Topic::partition_ids() const {
  std::vector<PartitionId> ids;
  ids.reserve(static_cast<std::size_t>(partition_count));
  for (std::int32_t i = 0; i < partition_count; ++i) ids.push_back({id, PartitionIndex{i}});
  return ids;
}

// ---- Decisions

Result<state::Decision<ClusterState::NewTopic>> ClusterState::create_topic(NewTopic topic) const {
  TRY(check_topic_name(topic.name));
  if (find(topic.name)) return error(ErrorCode::kAlreadyExists, "topic {} exists already", topic.name);
  CHECK(!find(topic.id), "random topic ids do not repeat");
  if (topic.partition_count < 1 || topic.partition_count > kPartitionsPerTopicMax) {
    return error(ErrorCode::kInvalidArgument, "partitions: must be 1 to {}, is {}", kPartitionsPerTopicMax,
                 topic.partition_count);
  }
  if (partition_count_ + static_cast<std::size_t>(topic.partition_count) > kPartitionsMax) {
    return error(ErrorCode::kExhausted, "partitions: this broker holds at most {} in all", kPartitionsMax);
  }
  for (const auto& [name, value] : topic.configs) TRY(check_topic_config(name, value));
  auto record = topic_record(topic.name, topic.id, topic.partition_count, topic.configs);
  return state::Decision<NewTopic>{std::move(topic), {std::move(record)}};
}

Result<state::Decision<TopicId>> ClusterState::delete_topic(std::string_view name) const {
  const auto topic = find(name);
  if (!topic) return error(ErrorCode::kNotFound, "no topic {}", name);
  if (topic->internal) return error(ErrorCode::kForbidden, "topic {} is weft's own and can't be deleted", name);
  return state::Decision<TopicId>{topic->id, {{std::string(kTopicPrefix) + topic->name, std::nullopt}}};
}

Result<state::Decision<TopicId>> ClusterState::alter_configs(
    std::string_view name, const std::map<std::string, std::optional<std::string>>& changes) const {
  const auto topic = find(name);
  if (!topic) return error(ErrorCode::kNotFound, "no topic {}", name);
  if (topic->id == kClusterTopicId) return error(ErrorCode::kForbidden, "topic {} has fixed settings", name);
  auto configs = topic->configs;
  for (const auto& [key, value] : changes) {
    if (value) {
      TRY(check_topic_config(key, *value));
      configs[key] = *value;
    } else if (find_topic_config(key) == nullptr) {
      return error(ErrorCode::kInvalidArgument, "{}: no such topic setting", key.substr(0, 100));
    } else {
      configs.erase(key);
    }
  }
  return state::Decision<TopicId>{topic->id, {topic_record(topic->name, topic->id, topic->partition_count, configs)}};
}

Result<state::Decision<TopicId>> ClusterState::add_partitions(std::string_view name, std::int32_t count) const {
  const auto topic = find(name);
  if (!topic) return error(ErrorCode::kNotFound, "no topic {}", name);
  if (topic->internal) return error(ErrorCode::kForbidden, "topic {} is weft's own and keeps its partitions", name);
  if (count <= topic->partition_count || count > kPartitionsPerTopicMax) {
    return error(ErrorCode::kInvalidArgument,
                 "partitions: topic {} has {}; they can only become more, up to {}; asked for {}", name,
                 topic->partition_count, kPartitionsPerTopicMax, count);
  }
  if (partition_count_ + static_cast<std::size_t>(count - topic->partition_count) > kPartitionsMax) {
    return error(ErrorCode::kExhausted, "partitions: this broker holds at most {} in all", kPartitionsMax);
  }
  return state::Decision<TopicId>{topic->id, {topic_record(topic->name, topic->id, count, topic->configs)}};
}

Result<state::Decision<std::int64_t>> ClusterState::take_producer_ids() const {
  const Json value = {{"next", next_producer_id_ + kProducerIdBlock}};
  return state::Decision<std::int64_t>{next_producer_id_, {{"producer_ids", value.dump()}}};
}

Result<state::Decision<bool>> ClusterState::alter_quotas(
    const QuotaEntity& entity, const std::map<QuotaKind, std::optional<double>>& changes) const {
  const auto known = quotas_.all().find(entity);
  if (known == quotas_.all().end() && quotas_.all().size() >= kQuotasMax)
    return error(ErrorCode::kExhausted, "quotas: this broker holds at most {}", kQuotasMax);
  QuotaValues values = known == quotas_.all().end() ? QuotaValues{} : known->second;
  for (const auto& [kind, value] : changes) {
    if (!value) {
      values.erase(kind);
    } else if (!(*value > 0) || *value > static_cast<double>(INT64_MAX)) {
      return error(ErrorCode::kInvalidArgument, "{}: must be a positive number, is {}",
                   quota_name(kind), *value);
    } else {
      values[kind] = *value;
    }
  }
  if (values.empty()) return state::Decision<bool>{true, {{quota_key(entity), std::nullopt}}};
  Json record = Json::object();
  for (const auto& [kind, value] : values) record[std::string(quota_name(kind))] = value;
  return state::Decision<bool>{true, {{quota_key(entity), record.dump()}}};
}

Result<state::Decision<std::string>> ClusterState::name_cluster(const Uuid& fresh) const {
  if (!cluster_id_.empty()) return state::Decision<std::string>{cluster_id_, {}};
  const Json value = {{"id", fresh.to_string()}};
  return state::Decision<std::string>{fresh.to_string(), {{"cluster", value.dump()}}};
}

// ---- Machine

void ClusterState::replay(const state::Record& record, Offset offset, Timestamp) {
  const bool is_topic = record.key.starts_with(kTopicPrefix);
  if (is_topic && !record.value) return remove_topic(std::string_view(record.key).substr(kTopicPrefix.size()));

  const bool is_quota = record.key.starts_with(kQuotaPrefix);
  const auto value = record.value ? Json::parse(*record.value, nullptr, false) : is_quota ? Json::object() : Json();
  bool understood = value.is_object();
  if (understood && is_topic) {
    understood = replay_topic(std::string_view(record.key).substr(kTopicPrefix.size()), value);
  } else if (understood && is_quota) {
    understood = replay_quotas(std::string_view(record.key).substr(kQuotaPrefix.size()), value);
  } else if (understood && record.key == "cluster" && value.value("id", Json()).is_string()) {
    cluster_id_ = value["id"].get<std::string>();
  } else if (understood && record.key == "producer_ids" && value.value("next", Json()).is_number_integer()) {
    next_producer_id_ = std::max(next_producer_id_, value["next"].get<std::int64_t>());
  } else {
    understood = false;
  }
  if (!understood) {
    kLog.warn("a record of the cluster's state is ignored: it is none of ours",
              {{"topic", kClusterTopic}, {"offset", offset.get()}, {"key", record.key.substr(0, 100)}});
  }
}

bool ClusterState::replay_topic(std::string_view name, const Json& value) {
  if (!value.value("id", Json()).is_string() || !value.value("partitions", Json()).is_number_integer()) return false;
  const auto id = Uuid::parse(value["id"].get_ref<const std::string&>());
  if (!id.ok() || !check_topic_name(name).ok()) return false;
  TopicConfigs configs;
  const auto given = value.value("configs", Json::object());
  if (!given.is_object()) return false;
  for (const auto& [key, text] : given.items()) {
    // A setting of a later weft is kept out rather than acted on half-understood.
    if (text.is_string() && check_topic_config(key, text.get_ref<const std::string&>()).ok())
      configs[key] = text.get<std::string>();
  }
  auto topic = std::make_shared<Topic>(std::string(name), TopicId{*id}, value["partitions"].get<std::int32_t>(),
                                       std::move(configs));
  if (topic->partition_count < 1 || topic->name == kClusterTopic) return false;
  if (const auto before = find(name); before && before->id == topic->id) {
    topic->open_count = std::min(before->open_count, topic->partition_count);
    topic->traffic = before->traffic;
  }
  put(std::move(topic));
  return true;
}

bool ClusterState::replay_quotas(std::string_view entity, const Json& values) {
  const auto named = Json::parse(entity, nullptr, false);
  if (!named.is_object()) return false;
  QuotaEntity whose;
  if (const auto user = named.find("user"); user != named.end() && user->is_string()) whose.user = *user;
  if (const auto client = named.find("client-id"); client != named.end() && client->is_string())
    whose.client_id = *client;
  QuotaValues known;
  for (const auto& [name, value] : values.items()) {
    const auto kind = parse_quota(name);
    if (kind && value.is_number()) known[*kind] = value.get<double>();
  }
  quotas_.put(whose, std::move(known));
  return whose.user || whose.client_id;
}

void ClusterState::put(TopicPointer topic) {
  remove_topic(topic->name);
  partition_count_ += static_cast<std::size_t>(topic->partition_count);
  by_id_[topic->id] = topic;
  by_name_[topic->name] = topic;
  topics_[topic->name] = std::move(topic);
}

void ClusterState::remove_topic(std::string_view name) {
  const auto topic = find(name);
  if (!topic) return;
  partition_count_ -= static_cast<std::size_t>(topic->partition_count);
  by_id_.erase(topic->id);
  by_name_.erase(topic->name);
  topics_.erase(topic->name);
}

void ClusterState::reset() {
  quotas_.clear();
  topics_.clear();
  by_name_.clear();
  by_id_.clear();
  partition_count_ = 0;
  cluster_id_.clear();
  next_producer_id_ = 0;
  // The log has its partition before this state is read from it.
  auto own = std::make_shared<Topic>(std::string(kClusterTopic), kClusterTopicId, 1,
                                     state_topic_configs());
  own->open_count = 1;
  put(std::move(own));
}

TopicPointer ClusterState::find(std::string_view name) const {
  const auto at = by_name_.find(name);
  return at == by_name_.end() ? nullptr : at->second;
}

TopicPointer ClusterState::find(TopicId id) const {
  const auto at = by_id_.find(id);
  return at == by_id_.end() ? nullptr : at->second;
}

}  // namespace weft::broker
