#include "schema/avro/logical_type.h"

#include <array>
#include <cmath>

namespace weft::schema::avro {
namespace {

struct LogicalRule {
  std::string_view name;
  LogicalType logical;
  Kind kind;
};

constexpr std::array kRules = {
    LogicalRule{"decimal", LogicalType::kDecimal, Kind::kBytes},
    LogicalRule{"decimal", LogicalType::kDecimal, Kind::kFixed},
    LogicalRule{"uuid", LogicalType::kUuid, Kind::kString},
    LogicalRule{"uuid", LogicalType::kUuid, Kind::kFixed},
    LogicalRule{"date", LogicalType::kDate, Kind::kInt},
    LogicalRule{"time-millis", LogicalType::kTimeMillis, Kind::kInt},
    LogicalRule{"time-micros", LogicalType::kTimeMicros, Kind::kLong},
    LogicalRule{"timestamp-millis", LogicalType::kTimestampMillis, Kind::kLong},
    LogicalRule{"timestamp-micros", LogicalType::kTimestampMicros, Kind::kLong},
    LogicalRule{"timestamp-nanos", LogicalType::kTimestampNanos, Kind::kLong},
    LogicalRule{"local-timestamp-millis", LogicalType::kLocalTimestampMillis, Kind::kLong},
    LogicalRule{"local-timestamp-micros", LogicalType::kLocalTimestampMicros, Kind::kLong},
    LogicalRule{"local-timestamp-nanos", LogicalType::kLocalTimestampNanos, Kind::kLong},
};

const JsonNode* property(const Type& type, std::string_view name) {
  for (const auto& member : type.properties) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

/// Digits that `size` bytes of two's complement always hold.
std::int64_t digits_of(std::int32_t size) {
  return size == 0 ? 0 : static_cast<std::int64_t>(std::floor(std::log10(2.0) * (8.0 * size - 1)));
}

/// Precision is at least 1 and fits a fixed's size; scale is from 0 to the precision.
bool decimal_fits(const Type& type, std::int32_t& scale_out) {
  const JsonNode* precision = property(type, "precision");
  const JsonNode* scale = property(type, "scale");
  const auto digits = precision == nullptr ? std::nullopt : precision->integer();
  const auto after_point = scale == nullptr ? std::optional<std::int64_t>(0) : scale->integer();
  if (!digits || !after_point || *digits < 1 || *digits > INT32_MAX || *after_point < 0 || *after_point > *digits)
    return false;
  if (type.kind == Kind::kFixed && *digits > digits_of(type.size)) return false;
  scale_out = static_cast<std::int32_t>(*after_point);
  return true;
}

}  // namespace

void set_logical_type(Type& type) {
  const JsonNode* written = property(type, "logicalType");
  if (written == nullptr || !written->is_string()) return;
  for (const LogicalRule& rule : kRules) {
    if (rule.name != written->text || rule.kind != type.kind) continue;
    if (rule.logical == LogicalType::kDecimal && !decimal_fits(type, type.scale)) return;
    if (rule.logical == LogicalType::kUuid && type.kind == Kind::kFixed && type.size != 16) return;
    type.logical = rule.logical;
    return;
  }
}

std::string_view logical_type_name(LogicalType logical) {
  for (const LogicalRule& rule : kRules) {
    if (rule.logical == logical) return rule.name;
  }
  return {};
}

}  // namespace weft::schema::avro
