#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weft::mesh {

/// A place in a text, for people: both count from 1.
struct TextPlace {
  std::size_t line = 1;
  std::size_t column = 1;

  bool operator==(const TextPlace&) const = default;
};

/// One value of a YAML (or JSON) text, with where it stands. Plain scalars have the kinds of YAML's core schema;
/// quoted ones are strings.
struct YamlNode {
  enum class Kind { kNull, kBoolean, kNumber, kString, kList, kMap };
  struct Member;

  Kind kind = Kind::kNull;
  std::string text;  ///< A scalar as written, without its quotes.
  TextPlace place;
  std::vector<YamlNode> elements;
  std::vector<Member> members;  ///< In the order of the text; a name may stand twice.

  /// Names the kind for a message: "a list", "a text", …
  std::string_view kind_text() const;
};

struct YamlNode::Member {
  std::string name;
  TextPlace place;
  YamlNode value;
};

struct YamlFault {
  TextPlace place;
  std::string message;
};

/// Bounds of a text that somebody else wrote; aliases count as often as they are used.
inline constexpr std::size_t kYamlBytesMax = 256 << 10;
inline constexpr std::size_t kYamlDepthMax = 32;
inline constexpr std::size_t kYamlValuesMax = 20'000;

/// Parses one document of YAML 1.2, of which JSON is a part.
std::variant<YamlNode, YamlFault> parse_yaml(std::string_view text);

}  // namespace weft::mesh
