#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kafka/ids.h"
#include "log/log.h"
#include "record/batch.h"

namespace weft::broker {

/// One setting of a topic: the only place where its name, type, default, bounds and meaning are written.
struct TopicConfigDefinition {
  std::string_view name;
  kafka::ConfigType type;
  std::string_view default_value;
  std::int64_t min;  ///< For numbers.
  std::int64_t max;
  /// For strings and lists: what is allowed, comma-separated; empty allows anything.
  std::string_view allowed;
  std::string_view doc;
};

/// All of them, by name.
std::span<const TopicConfigDefinition> topic_config_definitions();
/// Null for an unknown name.
const TopicConfigDefinition* find_topic_config(std::string_view name);
/// kInvalidArgument names the setting, what is wrong and what is allowed.
Result<void> check_topic_config(std::string_view name, std::string_view value);

/// What was set on a topic; anything else has its default.
using TopicConfigs = std::map<std::string, std::string, std::less<>>;

/// For topics that hold the broker's own state: compacted, in files small enough that little is read again at a start.
TopicConfigs state_topic_configs();

/// The settings that the broker acts on, parsed once.
struct EffectiveConfigs {
  explicit EffectiveConfigs(const TopicConfigs& configs);

  log::RetentionPolicy retention;
  std::int32_t batch_bytes_max;
  bool compacted;
  bool deletes;  ///< Retention may delete from it.
  bool log_append_time;
  std::optional<record::Codec> codec;  ///< What batches are stored under; none: as their producer compressed them.
  std::int64_t timestamp_before_ms_max;
  std::int64_t timestamp_after_ms_max;
};

}  // namespace weft::broker
