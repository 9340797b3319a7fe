#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

/// A `.proto` file as somebody wrote it: names as they stand there, before anything is looked up, in the order in which
/// they stand there. This is what a registry prints, normalises and compares; libprotobuf's descriptors, which know
/// more and remember less, serve for data.
namespace weft::schema::protobuf {

/// What stands after the `=` of an option, or inside it.
struct OptionValue {
  enum class Kind : std::uint8_t { kString, kNumber, kWord, kMap, kList };
  struct Member;

  Kind kind = Kind::kWord;
  std::string text;  ///< A string's bytes; a number or a word (`true`, an enum's constant, `inf`) as written.
  std::vector<Member> members;        ///< Of kMap; a name that was written several times stands once, with a kList.
  std::vector<OptionValue> elements;  ///< Of kList.

  bool operator==(const OptionValue&) const;
};
struct OptionValue::Member {
  std::string name;  ///< "doc", or "[acme.tags]" for an extension.
  OptionValue value;

  bool operator==(const Member&) const = default;
};
inline bool OptionValue::operator==(const OptionValue& other) const {
  return kind == other.kind && text == other.text && members == other.members && elements == other.elements;
}

/// `(acme.limits).range.max = 3`: the first part is an extension's name, the others lead into its value.
struct Option {
  struct Part {
    std::string name;
    bool extension = false;  ///< Written in parentheses.
  };
  std::vector<Part> name;
  OptionValue value;

  bool custom() const { return name.front().extension; }
};

enum class Label : std::uint8_t { kNone, kOptional, kRequired, kRepeated };

struct Message;

struct Field {
  Label label = Label::kNone;  ///< As written: kNone for plain proto3 fields, members of a oneof, maps.
  std::string type;            ///< As written: "int32", "Address", ".acme.Address"; of a map its values' type.
  std::string map_key_type;    ///< Empty unless the field is written `map<K, V>`.
  std::string name;
  std::int32_t number = 0;
  std::vector<Option> options;  ///< Without `default` and `json_name`.
  std::optional<OptionValue> default_value;
  std::optional<std::string> json_name;
  std::vector<Message> group;  ///< One body when this is a proto2 group; `type` is its name then.

  bool is_map() const { return !map_key_type.empty(); }
  bool is_group() const { return !group.empty(); }
};

struct Oneof {
  std::string name;
  std::vector<Option> options;
  std::vector<Field> fields;
};

/// Numbers from first to last, both included.
struct NumberRange {
  std::int32_t first = 0;
  std::int32_t last = 0;
  bool to = false;  ///< Written "5 to 7" (or "5 to 5"), not "5".
};
/// What `max` stands for in a message's ranges (an enum's: the greatest int32).
inline constexpr std::int32_t kFieldNumberMax = 536'870'911;

/// One `reserved` statement: numbers or names.
struct Reserved {
  std::vector<NumberRange> ranges;
  std::vector<std::string> names;
};

struct Extensions {
  std::vector<NumberRange> ranges;
  std::vector<Option> options;
};

struct EnumConstant {
  std::string name;
  std::int32_t number = 0;
  std::vector<Option> options;
};

struct Enum {
  std::string name;
  std::vector<Reserved> reserved;
  std::vector<Option> options;
  std::vector<EnumConstant> constants;
};

/// One `extend` block.
struct Extend {
  std::string extendee;
  std::vector<Field> fields;
};

struct Message {
  std::string name;
  std::vector<Reserved> reserved;
  std::vector<Option> options;
  std::vector<Field> fields;  ///< Without the members of oneofs.
  std::vector<Oneof> oneofs;
  std::vector<Extensions> extensions;
  std::vector<Extend> extends;
  std::vector<Message> messages;  ///< Without groups' bodies and the entries that `map<>` stands for.
  std::vector<Enum> enums;
  bool map_entry = false;  ///< Written out with `option map_entry = true`, as generated descriptors have it.
};

struct Method {
  std::string name;
  std::string request_type, response_type;
  bool request_stream = false, response_stream = false;
  std::vector<Option> options;
};

struct Service {
  std::string name;
  std::vector<Option> options;
  std::vector<Method> methods;
};

struct ProtoFile {
  std::string syntax;   ///< "proto2", "proto3"; empty when the file does not say, which means proto2.
  std::string package;  ///< Empty when there is none.
  std::vector<std::string> imports, public_imports, weak_imports;
  std::vector<Option> options;
  std::vector<Message> messages;
  std::vector<Enum> enums;
  std::vector<Extend> extends;
  std::vector<Service> services;

  bool proto3() const { return syntax == "proto3"; }
};

/// The first member or own message called `name`, or nothing.
const Field* find_field(const Message& message, const std::string& name);

}  // namespace weft::schema::protobuf
