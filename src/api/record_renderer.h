#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/function.h"
#include "base/result.h"
#include "mesh/schemas.h"

namespace weft::api {

/// A record as it was read, owned.
struct RawRecord {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;

  std::size_t bytes() const;  ///< Of key, value and headers.
};

/// Payload texts in lists are cut above this; one record alone may have more.
inline constexpr std::size_t kListTextBytesMax = 64 << 10;
inline constexpr std::size_t kRecordTextBytesMax = 4 << 20;

/// Writes each record as the `Record` object of the API, in their order. Values with a schema id become their JSON,
/// digit for digit, whatever language the schema is written in; what does not decode is shown as text or base64 with
/// the reason. `subject` tells which schema version an id is. What the registry can't tell is a reason, not an error.
/// On the loop of `schemas`.
void render_records(mesh::Schemas& schemas, std::string subject, std::vector<RawRecord> records,
                    std::size_t text_bytes_max, Callback<std::vector<std::string>> done);

}  // namespace weft::api
