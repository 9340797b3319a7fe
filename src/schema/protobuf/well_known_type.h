#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace google::protobuf {
class Descriptor;
}

namespace weft::schema::protobuf {

/// Messages that Protobuf's JSON mapping writes in a form of their own.
enum class WellKnownType : std::uint8_t {
  kNone,
  kTimestamp,
  kDuration,
  kFieldMask,
  kWrapper,  ///< google.protobuf.Int32Value and the like: the value itself.
  kStruct,
  kValue,
  kListValue,
  kAny,
};
/// Only for the well-known file's own types, not for others of the same name.
WellKnownType well_known_type(const google::protobuf::Descriptor& type);

struct SecondsAndNanos {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
};

/// "2024-05-01T12:00:00.5Z"; nothing outside the years 1 to 9999.
std::optional<std::string> timestamp_text(SecondsAndNanos time);
/// RFC 3339, with any offset.
std::optional<SecondsAndNanos> parse_timestamp(std::string_view text);

/// "-1.500s"; nothing when out of range or when the signs differ.
std::optional<std::string> duration_text(SecondsAndNanos duration);
std::optional<SecondsAndNanos> parse_duration(std::string_view text);

/// "user_name" as "userName"; nothing when that does not lead back.
std::optional<std::string> camel_path(std::string_view path);
std::string snake_path(std::string_view path);

}  // namespace weft::schema::protobuf
