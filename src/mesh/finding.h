#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weft::schema {
class JsonNode;
}

namespace weft::mesh {

class JsonWriter;

/// kExcepted: it fails, and a governor lets it until a day.
enum class Severity { kBlocks, kWarns, kExcepted, kPasses };
std::string_view severity_name(Severity severity);

/// What one rule says about one field.
struct Finding {
  std::string field;  ///< Dotted path in the request: "ports[0].topic", "tags[2]"; empty for the whole.
  std::string rule;   ///< "description-length": stable, for people and programs.
  Severity severity = Severity::kBlocks;
  std::string title;                               ///< The rule in a few words.
  std::string message;                             ///< What is.
  std::optional<std::string> fix;                  ///< What to do; none when it passes.
  std::optional<std::string> suggestion;           ///< A value for the field that would pass.
  std::optional<std::string> owner = {};           ///< The team whose rule it is; empty: nobody's; none: weft's own.
  std::optional<std::string> excepted_until = {};  ///< "2027-01-31", with kExcepted.
  std::size_t line = 0;                            ///< Of a document, from 1; 0: it is about no text.
  std::size_t column = 0;

  bool operator==(const Finding&) const = default;
};

bool blocks(std::span<const Finding> findings);
std::size_t count(std::span<const Finding> findings, Severity severity);

void write(JsonWriter& json, const Finding& finding);
Result<std::vector<Finding>> parse_findings(const schema::JsonNode& node);

}  // namespace weft::mesh
