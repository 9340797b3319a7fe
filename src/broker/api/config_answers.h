#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/cluster_state.h"
#include "broker/options.h"
#include "kafka/ids.h"

namespace weft::broker {

/// One setting as DescribeConfigs, CreateTopics and the seam tell it.
struct ConfigAnswer {
  std::string_view name;
  std::string value;
  kafka::ConfigSource source;
  kafka::ConfigType type;
  bool read_only;
  std::string_view default_value;
  std::string_view default_name;  ///< What Kafka's brokers call the default; empty where it has no name of its own.
  std::string_view doc;
};

/// Every setting of a topic, by name.
std::vector<ConfigAnswer> describe_topic_configs(const Topic& topic);
/// The broker's own settings under Kafka's names, read-only: they come from weft's settings.
std::vector<ConfigAnswer> describe_broker_configs(const Options& options);

}  // namespace weft::broker
