#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/function.h"
#include "base/result.h"
#include "mesh/finding.h"
#include "schema/json_tree.h"

namespace weft::api {

inline constexpr std::size_t kBodyBytesMax = 1 << 20;
inline constexpr std::size_t kBodyDepthMax = 32;

/// Parses a request's body: one JSON object in UTF-8. kInvalidArgument names line and column, kTooLarge the bound.
Result<schema::JsonNode> parse_body(std::string_view body);

/// Reads the members of one object in a body. Whatever is missing, unknown or of another kind becomes a finding that
/// names the field and what to write instead; reading goes on, so that one answer lists them all.
class BodyObject {
 public:
  /// `findings` outlives this. `path` is empty for the body itself.
  BodyObject(const schema::JsonNode& node, std::string path, std::vector<mesh::Finding>& findings);

  enum class Need { kRequired, kOptional };

  std::optional<std::string> text(std::string_view name, Need need, std::size_t bytes_max);
  std::optional<std::int64_t> integer(std::string_view name, Need need, std::int64_t min, std::int64_t max);
  std::vector<std::string> texts(std::string_view name, Need need, std::size_t count_max, std::size_t bytes_max);
  std::map<std::string, std::string> text_map(std::string_view name, std::size_t count_max, std::size_t bytes_max);
  std::optional<BodyObject> object(std::string_view name, Need need);
  /// As object(), not needed; null is none.
  std::optional<BodyObject> maybe_object(std::string_view name);
  /// A list of objects.
  std::vector<BodyObject> objects(std::string_view name, Need need, std::size_t count_max);
  /// Members of any name: each goes to `take`, which says what is wrong with its kind.
  void each(Function<Result<void>(const std::string& name, const schema::JsonNode& value)> take);
  /// Members that were not asked for are findings. Call last.
  void end();

 private:
  const schema::JsonNode* find(std::string_view name, Need need);
  std::string place(std::string_view name) const;
  void wrong_kind(std::string_view place, const schema::JsonNode& node, std::string_view wanted);
  void fault(std::string_view place, std::string_view rule, std::string message, std::string fix);

  const schema::JsonNode& node_;
  std::string path_;
  std::vector<mesh::Finding>& findings_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace weft::api
