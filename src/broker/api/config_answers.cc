#include "broker/api/config_answers.h"

#include <algorithm>
#include <utility>

namespace weft::broker {

using kafka::ConfigSource;
using kafka::ConfigType;

namespace {

/// What topics fall back to, under the names that Kafka's brokers have for it.
constexpr std::pair<std::string_view, std::string_view> kBrokerNames[] = {
    {"cleanup.policy", "log.cleanup.policy"},
    {"compression.type", "compression.type"},
    {"delete.retention.ms", "log.cleaner.delete.retention.ms"},
    {"file.delete.delay.ms", "log.segment.delete.delay.ms"},
    {"flush.messages", "log.flush.interval.messages"},
    {"index.interval.bytes", "log.index.interval.bytes"},
    {"max.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms"},
    {"max.message.bytes", "message.max.bytes"},
    {"message.timestamp.after.max.ms", "log.message.timestamp.after.max.ms"},
    {"message.timestamp.before.max.ms", "log.message.timestamp.before.max.ms"},
    {"message.timestamp.type", "log.message.timestamp.type"},
    {"min.cleanable.dirty.ratio", "log.cleaner.min.cleanable.ratio"},
    {"min.compaction.lag.ms", "log.cleaner.min.compaction.lag.ms"},
    {"min.insync.replicas", "min.insync.replicas"},
    {"preallocate", "log.preallocate"},
    {"retention.bytes", "log.retention.bytes"},
    {"segment.bytes", "log.segment.bytes"},
    {"segment.index.bytes", "log.index.size.max.bytes"},
    {"unclean.leader.election.enable", "unclean.leader.election.enable"},
};

std::string_view broker_name(std::string_view topic_name) {
  const auto* const at = std::ranges::find(kBrokerNames, topic_name, [](const auto& names) { return names.first; });
  return at == std::end(kBrokerNames) ? std::string_view{} : at->second;
}

}  // namespace

std::vector<ConfigAnswer> describe_topic_configs(const Topic& topic) {
  std::vector<ConfigAnswer> answers;
  for (const auto& definition : topic_config_definitions()) {
    const auto set = topic.configs.find(definition.name);
    const bool is_set = set != topic.configs.end();
    answers.push_back({definition.name, is_set ? set->second : std::string(definition.default_value),
                       is_set ? ConfigSource::kTopic : ConfigSource::kDefault, definition.type, topic.id == kClusterTopicId,
                       definition.default_value, broker_name(definition.name), definition.doc});
  }
  return answers;
}

std::vector<ConfigAnswer> describe_broker_configs(const Options& options) {
  const auto fixed = [](std::string_view name, std::string value, ConfigType type, std::string_view doc) {
    return ConfigAnswer{name, std::move(value), ConfigSource::kStaticBroker, type, true, "", "", doc};
  };
  const auto flag = [](bool on) { return std::string(on ? "true" : "false"); };
  std::vector<ConfigAnswer> answers = {
      fixed("auto.create.topics.enable", flag(options.auto_create_topics), ConfigType::kBoolean,
            "Whether asking for a topic that does not exist creates it."),
      fixed("broker.id", std::to_string(options.node_id), ConfigType::kInt, "This broker's id."),
      fixed("default.replication.factor", "1", ConfigType::kInt, "There is one broker."),
      fixed("group.initial.rebalance.delay.ms", std::to_string(options.group_initial_rebalance_delay_ms), ConfigType::kInt,
            "How long an empty group waits for more members."),
      fixed("group.max.session.timeout.ms", std::to_string(options.group_session_timeout_ms_max), ConfigType::kInt,
            "The longest session timeout a member may ask for."),
      fixed("group.max.size", std::to_string(options.group_members_max), ConfigType::kInt, "Members a group may have."),
      fixed("group.min.session.timeout.ms", std::to_string(options.group_session_timeout_ms_min), ConfigType::kInt,
            "The shortest session timeout a member may ask for."),
      fixed("min.insync.replicas", "1", ConfigType::kInt, "There is one broker."),
      fixed("node.id", std::to_string(options.node_id), ConfigType::kInt, "This broker's id."),
      fixed("num.partitions", std::to_string(options.partition_count_default), ConfigType::kInt,
            "Partitions of a topic that was created without saying how many."),
      fixed("offset.metadata.max.bytes", std::to_string(options.offset_metadata_bytes_max), ConfigType::kInt,
            "Bytes a consumer may store beside a position."),
  };
  const auto fall_back = [&answers](std::string_view name, std::string_view topic_name) {
    const auto& definition = *find_topic_config(topic_name);
    answers.push_back({name, std::string(definition.default_value), ConfigSource::kDefault, definition.type, true,
                       definition.default_value, name, definition.doc});
  };
  for (const auto& [topic_name, name] : kBrokerNames) {
    if (name != "min.insync.replicas") fall_back(name, topic_name);  // set above
  }
  fall_back("log.retention.ms", "retention.ms");
  return answers;
}

}  // namespace weft::broker
