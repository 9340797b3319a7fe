#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weft::schema {

/// JSON as somebody wrote it: members keep their order, numbers their digits. Of members with the same name the last
/// one counts, in the place of the first, as Jackson has it.
class JsonNode {
 public:
  enum class Kind : std::uint8_t { kNull, kBoolean, kNumber, kString, kArray, kObject };
  struct Member;

  Kind kind = Kind::kNull;
  bool boolean = false;
  std::string text;  ///< A string's characters, or a number as written.
  std::vector<JsonNode> elements;
  std::vector<Member> members;

  bool is_null() const { return kind == Kind::kNull; }
  bool is_boolean() const { return kind == Kind::kBoolean; }
  bool is_number() const { return kind == Kind::kNumber; }
  bool is_string() const { return kind == Kind::kString; }
  bool is_array() const { return kind == Kind::kArray; }
  bool is_object() const { return kind == Kind::kObject; }
  /// A number written without point and exponent.
  bool is_integer() const { return is_number() && text.find_first_of(".eE") == std::string::npos; }
  /// The integer, when it is one and fits into 64 bits.
  std::optional<std::int64_t> integer() const;
  /// The nearest double of a number; 0 for everything else.
  double number() const;

  /// The member called `name`, or nothing; nothing as well when this is no object.
  const JsonNode* find(std::string_view name) const;

  /// Names the kind for a message: "an object", "a number", …
  std::string_view kind_text() const;
};

struct JsonNode::Member {
  std::string name;
  JsonNode value;
};

/// Bounds on a tree that somebody else wrote.
struct JsonLimits {
  std::size_t text_bytes_max = std::size_t{1} << 20;
  std::size_t depth_max = 500;  ///< Arrays and objects inside each other; every walker of a tree may recurse this deep.
  std::size_t values_max = 250'000;
};

/// Parses UTF-8 JSON (RFC 8259, one value, nothing after it). Errors: kTooLarge for a bound, kInvalidArgument
/// otherwise, with line and column.
Result<JsonNode> parse_json(std::string_view text, const JsonLimits& limits = {});

enum class MemberOrder { kAsWritten, kSorted };
/// Appends the tree as compact JSON. Numbers with a point or an exponent are printed as Java prints that double, which
/// is what a registry written in Java stores.
void append_json(std::string& out, const JsonNode& node, MemberOrder order = MemberOrder::kAsWritten);

}  // namespace weft::schema
