#include "broker/topic_config.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>

namespace weft::broker {
namespace {

using kafka::ConfigType;

constexpr std::int64_t kIntMax = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kLongMax = std::numeric_limits<std::int64_t>::max();

constexpr TopicConfigDefinition kDefinitions[] = {
    {"cleanup.policy", ConfigType::kList, "delete", 0, 0, "delete,compact",
     "What happens to old records: deleted by retention, compacted to the last one per key, or both."},
    {"compression.type", ConfigType::kString, "producer", 0, 0, "uncompressed,zstd,lz4,snappy,gzip,producer",
     "How batches are stored; producer: as they came, without being opened."},
    {"delete.retention.ms", ConfigType::kLong, "86400000", 0, kLongMax, "",
     "How long compaction keeps tombstones, so that consumers can see them."},
    {"file.delete.delay.ms", ConfigType::kLong, "60000", 0, kLongMax, "",
     "Kept for tools: files are removed when nobody reads them any more."},
    {"flush.messages", ConfigType::kLong, "1", 1, kLongMax, "",
     "Kept for tools: everything acknowledged is on disk here."},
    {"flush.ms", ConfigType::kLong, "0", 0, kLongMax, "", "Kept for tools: everything acknowledged is on disk here."},
    {"follower.replication.throttled.replicas", ConfigType::kList, "", 0, 0, "",
     "Kept for tools: there are no followers."},
    {"index.interval.bytes", ConfigType::kInt, "4096", 0, kIntMax, "",
     "Kept for tools: the offset index has an entry for every 4 KiB."},
    {"leader.replication.throttled.replicas", ConfigType::kList, "", 0, 0, "",
     "Kept for tools: there are no followers."},
    {"max.compaction.lag.ms", ConfigType::kLong, "9223372036854775807", 1, kLongMax, "",
     "How long a record may stay uncompacted at most."},
    {"max.message.bytes", ConfigType::kInt, "1048588", 0, kIntMax, "",
     "The largest batch accepted, as it arrives (compressed)."},
    {"message.timestamp.after.max.ms", ConfigType::kLong, "9223372036854775807", 0, kLongMax, "",
     "How far in the future a record's timestamp may lie."},
    {"message.timestamp.before.max.ms", ConfigType::kLong, "9223372036854775807", 0, kLongMax, "",
     "How far in the past a record's timestamp may lie."},
    {"message.timestamp.type", ConfigType::kString, "CreateTime", 0, 0, "CreateTime,LogAppendTime",
     "CreateTime: records keep their producer's timestamps; LogAppendTime: the broker stamps every batch."},
    {"min.cleanable.dirty.ratio", ConfigType::kDouble, "0.5", 0, 1, "",
     "How much of a compacted partition is uncompacted before compaction runs."},
    {"min.compaction.lag.ms", ConfigType::kLong, "0", 0, kLongMax, "", "How long a record stays uncompacted at least."},
    {"min.insync.replicas", ConfigType::kInt, "1", 1, kIntMax, "",
     "Kept for tools: there is one replica, and acks=all means on its disk."},
    {"preallocate", ConfigType::kBoolean, "false", 0, 0, "", "Kept for tools: has no effect."},
    {"retention.bytes", ConfigType::kLong, "-1", -1, kLongMax, "", "Bytes kept per partition; -1: no bound."},
    {"retention.ms", ConfigType::kLong, "604800000", -1, kLongMax, "",
     "How long records are kept, by the largest timestamp of their segment; -1: for ever."},
    {"segment.bytes", ConfigType::kInt, "1073741824", 14, kIntMax, "",
     "The size at which a partition begins a new file."},
    {"segment.index.bytes", ConfigType::kInt, "10485760", 4, kIntMax, "",
     "Kept for tools: indexes take what they need."},
    {"segment.jitter.ms", ConfigType::kLong, "0", 0, kLongMax, "", "Kept for tools: has no effect."},
    {"segment.ms", ConfigType::kLong, "604800000", 1, kLongMax, "", "The age at which a partition begins a new file."},
    {"unclean.leader.election.enable", ConfigType::kBoolean, "false", 0, 0, "",
     "Kept for tools: there is nobody to elect."},
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Calls `see` with every element of a comma-separated list.
template <class See>
void each_element(std::string_view list, See see) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    see(trimmed(list.substr(0, comma)));
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
  }
}

bool list_has(std::string_view list, std::string_view what) {
  bool found = false;
  each_element(list, [&](std::string_view element) { found = found || element == what; });
  return found;
}

Result<void> check_number(const TopicConfigDefinition& definition, std::string_view value) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (problem != std::errc{} || end != value.data() + value.size()) {
    return error(ErrorCode::kInvalidArgument, "{}: '{}' is not a whole number", definition.name, value);
  }
  if (number < definition.min || number > definition.max) {
    return error(ErrorCode::kInvalidArgument, "{}: {} is not between {} and {}", definition.name, number,
                 definition.min, definition.max);
  }
  return {};
}

Result<void> check_double(const TopicConfigDefinition& definition, std::string_view value) {
  double number = 0;
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (problem != std::errc{} || end != value.data() + value.size() ||
      !(number >= static_cast<double>(definition.min)) || !(number <= static_cast<double>(definition.max))) {
    return error(ErrorCode::kInvalidArgument, "{}: '{}' is not a number between {} and {}", definition.name, value,
                 definition.min, definition.max);
  }
  return {};
}

std::string_view value_of(const TopicConfigs& configs, std::string_view name) {
  const auto at = configs.find(name);
  if (at != configs.end()) return at->second;
  const auto* definition = find_topic_config(name);
  CHECK(definition != nullptr, "a setting that the broker acts on is in the table");
  return definition->default_value;
}

std::int64_t number_of(const TopicConfigs& configs, std::string_view name) {
  const auto value = value_of(configs, name);
  std::int64_t number = 0;
  std::from_chars(value.data(), value.data() + value.size(), number);
  return number;
}

std::optional<record::Codec> codec_of(std::string_view compression_type) {
  if (compression_type == "uncompressed") return record::Codec::kNone;
  for (const auto codec : {record::Codec::kGzip, record::Codec::kSnappy, record::Codec::kLz4, record::Codec::kZstd}) {
    if (compression_type == record::codec_name(codec)) return codec;
  }
  return std::nullopt;
}

}  // namespace

std::span<const TopicConfigDefinition> topic_config_definitions() { return kDefinitions; }

const TopicConfigDefinition* find_topic_config(std::string_view name) {
  const auto* at =
      std::lower_bound(std::begin(kDefinitions), std::end(kDefinitions), name,
                       [](const auto& definition, std::string_view wanted) { return definition.name < wanted; });
  return at != std::end(kDefinitions) && at->name == name ? at : nullptr;
}

Result<void> check_topic_config(std::string_view name, std::string_view value) {
  const auto* definition = find_topic_config(name);
  if (definition == nullptr) {
    return error(ErrorCode::kInvalidArgument, "{}: no such topic setting", name.substr(0, 100));
  }
  switch (definition->type) {
    case ConfigType::kInt:
    case ConfigType::kLong:
      return check_number(*definition, value);
    case ConfigType::kDouble:
      return check_double(*definition, value);
    case ConfigType::kBoolean:
      if (value == "true" || value == "false") return {};
      return error(ErrorCode::kInvalidArgument, "{}: '{}' is neither true nor false", name, value);
    default:
      break;
  }
  if (definition->allowed.empty()) return {};
  bool allowed = !trimmed(value).empty();
  std::size_t count = 0;
  each_element(value, [&](std::string_view element) {
    ++count;
    allowed = allowed && list_has(definition->allowed, element);
  });
  if (!allowed || (definition->type == ConfigType::kString && count > 1)) {
    return error(ErrorCode::kInvalidArgument, "{}: '{}' is not offered; allowed: {}", name, value, definition->allowed);
  }
  return {};
}

TopicConfigs state_topic_configs() { return {{"cleanup.policy", "compact"}, {"segment.bytes", "16777216"}}; }

EffectiveConfigs::EffectiveConfigs(const TopicConfigs& configs)
    : batch_bytes_max(static_cast<std::int32_t>(number_of(configs, "max.message.bytes"))),
      compacted(list_has(value_of(configs, "cleanup.policy"), "compact")),
      deletes(list_has(value_of(configs, "cleanup.policy"), "delete")),
      log_append_time(value_of(configs, "message.timestamp.type") == "LogAppendTime"),
      codec(codec_of(value_of(configs, "compression.type"))),
      timestamp_before_ms_max(number_of(configs, "message.timestamp.before.max.ms")),
      timestamp_after_ms_max(number_of(configs, "message.timestamp.after.max.ms")) {
  // Retention deletes only where the policy says delete: a compacted topic keeps the last record of every key.
  retention.retention_ms = deletes ? number_of(configs, "retention.ms") : -1;
  retention.retention_bytes = deletes ? number_of(configs, "retention.bytes") : -1;
  retention.segment_bytes = number_of(configs, "segment.bytes");
  retention.segment_ms = number_of(configs, "segment.ms");
  retention.compact = compacted;
  retention.dirty_ratio_min = std::strtod(std::string(value_of(configs, "min.cleanable.dirty.ratio")).c_str(), nullptr);
  retention.compaction_lag_ms_min = number_of(configs, "min.compaction.lag.ms");
  retention.compaction_lag_ms_max = number_of(configs, "max.compaction.lag.ms");
  retention.delete_retention_ms = number_of(configs, "delete.retention.ms");
}

}  // namespace weft::broker
