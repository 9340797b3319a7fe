#include "broker/api/config_answers.h"

namespace weft::broker {

using kafka::ConfigSource;
using kafka::ConfigType;

std::vector<ConfigAnswer> describe_topic_configs(const Topic& topic) {
  std::vector<ConfigAnswer> answers;
  for (const auto& definition : topic_config_definitions()) {
    const auto set = topic.configs.find(definition.name);
    const bool is_set = set != topic.configs.end();
    answers.push_back({definition.name, is_set ? set->second : std::string(definition.default_value),
                       is_set ? ConfigSource::kTopic : ConfigSource::kDefault, definition.type, topic.id == kClusterTopicId,
                       definition.default_value, definition.doc});
  }
  return answers;
}

std::vector<ConfigAnswer> describe_broker_configs(const Options& options) {
  const auto fixed = [](std::string_view name, std::string value, ConfigType type, std::string_view doc) {
    return ConfigAnswer{name, std::move(value), ConfigSource::kStaticBroker, type, true, "", doc};
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
  // What topics fall back to, under the names that Kafka's brokers have for it.
  static constexpr std::pair<std::string_view, std::string_view> kTopicDefaults[] = {
      {"compression.type", "compression.type"},   {"log.cleanup.policy", "cleanup.policy"},
      {"log.message.timestamp.type", "message.timestamp.type"}, {"log.retention.bytes", "retention.bytes"},
      {"log.retention.ms", "retention.ms"},       {"log.segment.bytes", "segment.bytes"},
      {"message.max.bytes", "max.message.bytes"}};
  for (const auto& [name, topic_name] : kTopicDefaults) {
    const auto& definition = *find_topic_config(topic_name);
    answers.push_back({name, std::string(definition.default_value), ConfigSource::kDefault, definition.type, true,
                       definition.default_value, definition.doc});
  }
  return answers;
}

}  // namespace weft::broker
