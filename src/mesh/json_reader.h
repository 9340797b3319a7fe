#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/json_tree.h"

namespace weft::mesh {

/// Reads members of one object that we wrote ourselves: kCorrupt names a member that is missing or of another kind.
/// (Bodies from outside go through api/json_body.h, which collects findings.)
class JsonReader {
 public:
  explicit JsonReader(const schema::JsonNode& object) : object_(object) {}

  Result<std::string> text(std::string_view name) const;
  Result<std::optional<std::string>> maybe_text(std::string_view name) const;
  Result<std::int64_t> integer(std::string_view name) const;
  Result<std::vector<std::string>> texts(std::string_view name) const;
  Result<const schema::JsonNode*> object(std::string_view name) const;
  Result<const schema::JsonNode*> array(std::string_view name) const;

 private:
  const schema::JsonNode& object_;
};

}  // namespace weft::mesh
