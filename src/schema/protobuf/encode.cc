#include "schema/protobuf/encode.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <unordered_map>

#include "base/base64.h"
#include "base/varint.h"
#include "schema/protobuf/message_indexes.h"
#include "schema/protobuf/well_known_type.h"
#include "schema/protobuf/wire_fields.h"

namespace weft::schema::protobuf {
namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptor;

/// Messages inside each other, as in Protobuf's own parsers.
constexpr int kDepthMax = 100;

void append_little_endian(Buffer& out, std::uint64_t bits, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<std::byte>(bits >> (8 * i)));
}

/// A whole number as text, also when it is written 1.0 or 1e3.
template <class Int>
std::optional<Int> whole_number(std::string_view text) {
  Int value{};
  const char* end = text.data() + text.size();
  if (const auto read = std::from_chars(text.data(), end, value); read.ec == std::errc{} && read.ptr == end)
    return value;
  if (text.find_first_of(".eE") == std::string_view::npos) return std::nullopt;
  double real = 0;
  constexpr double kExactMax = 9'007'199'254'740'992;  // doubles hold every integer up to here
  if (const auto read = std::from_chars(text.data(), end, real); read.ec != std::errc{} || read.ptr != end)
    return std::nullopt;
  if (!(std::abs(real) <= kExactMax) || real != std::trunc(real)) return std::nullopt;
  if (real < static_cast<double>(std::numeric_limits<Int>::min()) ||
      real > static_cast<double>(std::numeric_limits<Int>::max())) {
    return std::nullopt;
  }
  return static_cast<Int>(real);
}

std::optional<double> real_number(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  double value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  // Words that only from_chars knows ("inf") are none of JSON's.
  const bool numeral =
      !text.empty() && ((text[0] >= '0' && text[0] <= '9') || (text[0] == '-' && text.size() > 1 && text[1] <= '9'));
  if (read.ptr != end || !numeral) return std::nullopt;
  if (read.ec == std::errc::result_out_of_range) return std::nullopt;
  return value;
}

std::optional<Buffer> base64_bytes(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string url(text);
  for (char& c : url) c = c == '+' ? '-' : c == '/' ? '_' : c;
  auto bytes = parse_base64url(url);
  if (!bytes.ok()) return std::nullopt;
  return std::move(*bytes);
}

class WireWriter {
 public:
  explicit WireWriter(const pb::DescriptorPool& pool) : pool_(pool) {}

  Result<void> message(const pb::Descriptor& type, const JsonNode& node, Buffer& out) {
    if (++depth_ > kDepthMax) return error(ErrorCode::kTooLarge, "{}: nested deeper than {}", path_, kDepthMax);
    TRY(well_known(type, node, out));
    --depth_;
    return {};
  }

 private:
  Error expected(std::string_view what, const JsonNode& node) const {
    return error(ErrorCode::kInvalidArgument, "{}: {} expected, not {}", path_, what, node.kind_text());
  }

  /// Runs `write` with the path one step longer.
  template <class Write>
  Result<void> inside(std::string_view step, Write write) {
    const std::size_t size = path_.size();
    path_ += step;
    TRY(write());
    path_.resize(size);
    return {};
  }

  // --- Objects

  Result<void> object(const pb::Descriptor& type, const JsonNode& node, Buffer& out, bool skip_type = false) {
    if (!node.is_object()) return expected("an object for " + type.full_name(), node);
    std::map<int, std::pair<const Field*, const JsonNode*>> by_number;
    std::unordered_map<const pb::OneofDescriptor*, const Field*> chosen;
    for (const auto& member : node.members) {
      if (skip_type && member.name == "@type") continue;
      const Field* field = find(type, member.name);
      if (field == nullptr) {
        return error(ErrorCode::kInvalidArgument, "{}: {} has no field \"{}\"", path_, type.full_name(), member.name);
      }
      if (member.value.is_null() && !takes_null(*field)) continue;
      if (!by_number.emplace(field->number(), std::pair(field, &member.value)).second) {
        return error(ErrorCode::kInvalidArgument, "{}: field \"{}\" stands twice", path_, field->name());
      }
      if (const auto* oneof = field->real_containing_oneof()) {
        if (!chosen.emplace(oneof, field).second) {
          return error(ErrorCode::kInvalidArgument, "{}: \"{}\" and \"{}\" exclude each other (oneof {})", path_,
                       chosen[oneof]->name(), field->name(), oneof->name());
        }
      }
    }
    for (int i = 0; i < type.field_count(); ++i) {
      if (type.field(i)->is_required() && by_number.count(type.field(i)->number()) == 0) {
        return error(ErrorCode::kInvalidArgument, "{}: required field \"{}\" is missing", path_, type.field(i)->name());
      }
    }
    for (const auto& [number, field] : by_number) {
      TRY(inside("." + field.first->name(), [&] { return value(*field.first, *field.second, out); }));
    }
    return {};
  }

  const Field* find(const pb::Descriptor& type, const std::string& name) {
    if (name.starts_with('[') && name.ends_with(']')) {
      const Field* extension = pool_.FindExtensionByName(name.substr(1, name.size() - 2));
      return extension != nullptr && extension->containing_type() == &type ? extension : nullptr;
    }
    if (const Field* field = type.FindFieldByName(name)) return field;
    auto& by_json_name = json_names_[&type];
    if (by_json_name.empty()) {
      for (int i = 0; i < type.field_count(); ++i) by_json_name.emplace(type.field(i)->json_name(), type.field(i));
    }
    const auto found = by_json_name.find(name);
    return found == by_json_name.end() ? nullptr : found->second;
  }

  static bool takes_null(const Field& field) {
    if (field.is_repeated()) return false;
    if (field.cpp_type() == Field::CPPTYPE_ENUM) return field.enum_type()->full_name() == "google.protobuf.NullValue";
    return field.cpp_type() == Field::CPPTYPE_MESSAGE &&
           well_known_type(*field.message_type()) == WellKnownType::kValue;
  }

  // --- Fields

  static void tag(const Field& field, WireType type, Buffer& out) {
    append_uvarint(out, static_cast<std::uint64_t>(field.number()) << 3 | static_cast<std::uint64_t>(type));
  }

  Result<void> value(const Field& field, const JsonNode& node, Buffer& out) {
    if (field.is_map()) return map(field, node, out);
    if (field.is_repeated()) return list(field, node, out);
    if (field.cpp_type() == Field::CPPTYPE_MESSAGE || field.cpp_type() == Field::CPPTYPE_STRING) {
      return delimited(field, node, out, !field.has_presence());
    }
    TRY_ASSIGN(const std::uint64_t bits, number(field, node));
    if (bits != 0 || field.has_presence()) tagged_number(field, bits, out);
    return {};
  }

  void tagged_number(const Field& field, std::uint64_t bits, Buffer& out) const {
    tag(field, wire_type(field), out);
    append_number(field, bits, out);
  }
  static void append_number(const Field& field, std::uint64_t bits, Buffer& out) {
    switch (wire_type(field)) {
      case WireType::kFixed64:
        return append_little_endian(out, bits, 8);
      case WireType::kFixed32:
        return append_little_endian(out, bits, 4);
      default:
        return append_uvarint(out, bits);
    }
  }

  /// A string, bytes or message with tag and length.
  Result<void> delimited(const Field& field, const JsonNode& node, Buffer& out, bool skip_empty) {
    Buffer content;
    if (field.cpp_type() == Field::CPPTYPE_MESSAGE) {
      TRY(message(*field.message_type(), node, content));
    } else {
      TRY(text_or_bytes(field, node, content));
    }
    if (skip_empty && content.empty()) return {};
    if (field.type() == Field::TYPE_GROUP) {
      tag(field, WireType::kGroupStart, out);
      append_bytes(out, content);
      tag(field, WireType::kGroupEnd, out);
      return {};
    }
    tag(field, WireType::kBytes, out);
    append_uvarint(out, content.size());
    append_bytes(out, content);
    return {};
  }

  Result<void> text_or_bytes(const Field& field, const JsonNode& node, Buffer& out) const {
    if (!node.is_string()) return expected("a string", node);
    if (field.type() == Field::TYPE_STRING) {
      append_bytes(out, as_bytes(node.text));
      return {};
    }
    const auto bytes = base64_bytes(node.text);
    if (!bytes) return expected("bytes in Base64", node);
    append_bytes(out, *bytes);
    return {};
  }

  Result<void> list(const Field& field, const JsonNode& node, Buffer& out) {
    if (!node.is_array()) return expected("an array", node);
    Buffer packed;
    for (std::size_t i = 0; i < node.elements.size(); ++i) {
      const JsonNode& element = node.elements[i];
      const auto write = [&]() -> Result<void> {
        if (field.cpp_type() == Field::CPPTYPE_MESSAGE || field.cpp_type() == Field::CPPTYPE_STRING) {
          return delimited(field, element, out, false);
        }
        TRY_ASSIGN(const std::uint64_t bits, number(field, element));
        if (field.is_packed()) {
          append_number(field, bits, packed);
        } else {
          tagged_number(field, bits, out);
        }
        return {};
      };
      TRY(inside(fmt::format("[{}]", i), write));
    }
    if (packed.empty()) return {};
    tag(field, WireType::kBytes, out);
    append_uvarint(out, packed.size());
    append_bytes(out, packed);
    return {};
  }

  Result<void> map(const Field& field, const JsonNode& node, Buffer& out) {
    if (!node.is_object()) return expected("an object", node);
    const Field& key_field = *field.message_type()->map_key();
    const Field& value_field = *field.message_type()->map_value();
    for (const auto& member : node.members) {
      const auto write = [&]() -> Result<void> {
        Buffer entry;
        TRY(map_key(key_field, member.name, entry));
        if (value_field.cpp_type() == Field::CPPTYPE_MESSAGE || value_field.cpp_type() == Field::CPPTYPE_STRING) {
          TRY(delimited(value_field, member.value, entry, false));
        } else {
          TRY_ASSIGN(const std::uint64_t bits, number(value_field, member.value));
          tagged_number(value_field, bits, entry);
        }
        tag(field, WireType::kBytes, out);
        append_uvarint(out, entry.size());
        append_bytes(out, entry);
        return {};
      };
      TRY(inside("[\"" + member.name + "\"]", write));
    }
    return {};
  }

  Result<void> map_key(const Field& field, const std::string& name, Buffer& out) const {
    JsonNode key;
    key.kind = JsonNode::Kind::kString;
    key.text = name;
    if (field.cpp_type() == Field::CPPTYPE_STRING) {
      tag(field, WireType::kBytes, out);
      append_uvarint(out, name.size());
      append_bytes(out, as_bytes(name));
      return {};
    }
    if (field.cpp_type() == Field::CPPTYPE_BOOL) {
      if (name != "true" && name != "false") return expected("true or false as key", key);
      key.kind = JsonNode::Kind::kBoolean;
      key.boolean = name == "true";
    }
    TRY_ASSIGN(const std::uint64_t bits, number(field, key));
    tagged_number(field, bits, out);
    return {};
  }

  // --- Numbers, as their bits on the wire

  Result<std::uint64_t> number(const Field& field, const JsonNode& node) const {
    switch (field.cpp_type()) {
      case Field::CPPTYPE_BOOL:
        if (!node.is_boolean()) return expected("true or false", node);
        return std::uint64_t{node.boolean};
      case Field::CPPTYPE_ENUM:
        return constant(*field.enum_type(), node);
      case Field::CPPTYPE_FLOAT:
      case Field::CPPTYPE_DOUBLE:
        return real(field, node);
      case Field::CPPTYPE_UINT32:
      case Field::CPPTYPE_UINT64: {
        const auto value = digits(node) ? whole_number<std::uint64_t>(node.text) : std::nullopt;
        const bool small = field.cpp_type() == Field::CPPTYPE_UINT32;
        if (!value || (small && *value > std::numeric_limits<std::uint32_t>::max())) return out_of_range(field, node);
        return *value;
      }
      default: {
        const auto value = digits(node) ? whole_number<std::int64_t>(node.text) : std::nullopt;
        const bool small = field.cpp_type() == Field::CPPTYPE_INT32;
        if (!value || (small && *value != static_cast<std::int32_t>(*value))) return out_of_range(field, node);
        return signed_bits(field, *value);
      }
    }
  }

  static bool digits(const JsonNode& node) { return node.is_number() || node.is_string(); }

  Error out_of_range(const Field& field, const JsonNode& node) const {
    if (!digits(node)) return expected(fmt::format("{} number", field.type_name()), node);
    return error(ErrorCode::kInvalidArgument, "{}: \"{}\" is no {}", path_, node.text.substr(0, 100),
                 field.type_name());
  }

  static std::uint64_t signed_bits(const Field& field, std::int64_t value) {
    switch (field.type()) {
      case Field::TYPE_SINT32:
      case Field::TYPE_SINT64:
        return zigzag(value);
      default:
        return static_cast<std::uint64_t>(value);
    }
  }

  Result<std::uint64_t> real(const Field& field, const JsonNode& node) const {
    const auto value = digits(node) ? real_number(node.text) : std::nullopt;
    if (!value) return out_of_range(field, node);
    if (field.cpp_type() == Field::CPPTYPE_DOUBLE) return std::bit_cast<std::uint64_t>(*value);
    const auto narrow = static_cast<float>(*value);
    if (std::isinf(narrow) && !std::isinf(*value)) return out_of_range(field, node);
    return std::uint64_t{std::bit_cast<std::uint32_t>(narrow)};
  }

  Result<std::uint64_t> constant(const pb::EnumDescriptor& type, const JsonNode& node) const {
    if (node.is_null() && type.full_name() == "google.protobuf.NullValue") return std::uint64_t{0};
    if (node.is_string()) {
      if (const auto* found = type.FindValueByName(node.text)) {
        return static_cast<std::uint64_t>(std::int64_t{found->number()});
      }
    }
    const auto value = digits(node) ? whole_number<std::int32_t>(node.text) : std::nullopt;
    if (value) return static_cast<std::uint64_t>(std::int64_t{*value});
    if (!node.is_string()) return expected("a constant of " + type.full_name(), node);
    return error(ErrorCode::kInvalidArgument, "{}: {} has no constant \"{}\"", path_, type.full_name(),
                 node.text.substr(0, 100));
  }

  // --- Messages with a form of their own

  Result<void> well_known(const pb::Descriptor& type, const JsonNode& node, Buffer& out) {
    switch (well_known_type(type)) {
      case WellKnownType::kNone:
        return object(type, node, out);
      case WellKnownType::kTimestamp:
        return node.is_object() ? object(type, node, out)
                                : time(type, node, node.is_string() ? parse_timestamp(node.text) : std::nullopt,
                                       "a time like \"2024-05-01T12:00:00Z\"", out);
      case WellKnownType::kDuration:
        return node.is_object() ? object(type, node, out)
                                : time(type, node, node.is_string() ? parse_duration(node.text) : std::nullopt,
                                       "a duration like \"1.5s\"", out);
      case WellKnownType::kFieldMask:
        return node.is_object() ? object(type, node, out) : field_mask(type, node, out);
      case WellKnownType::kWrapper:
        return value(*type.field(0), node, out);
      case WellKnownType::kStruct:
        return map(*type.FindFieldByName("fields"), node, out);
      case WellKnownType::kListValue:
        return list(*type.FindFieldByName("values"), node, out);
      case WellKnownType::kValue:
        return value(*type.FindFieldByName(value_field(node.kind)), node, out);
      case WellKnownType::kAny:
        return any(type, node, out);
    }
    return {};
  }

  static const char* value_field(JsonNode::Kind kind) {
    switch (kind) {
      case JsonNode::Kind::kNull:
        return "null_value";
      case JsonNode::Kind::kBoolean:
        return "bool_value";
      case JsonNode::Kind::kNumber:
        return "number_value";
      case JsonNode::Kind::kString:
        return "string_value";
      case JsonNode::Kind::kArray:
        return "list_value";
      case JsonNode::Kind::kObject:
        break;
    }
    return "struct_value";
  }

  Result<void> time(const pb::Descriptor& type, const JsonNode& node, const std::optional<SecondsAndNanos>& time,
                    std::string_view what, Buffer& out) const {
    if (!time) return expected(what, node);
    if (time->seconds != 0) {
      tagged_number(*type.FindFieldByName("seconds"), static_cast<std::uint64_t>(time->seconds), out);
    }
    if (time->nanos != 0) {
      tagged_number(*type.FindFieldByName("nanos"), static_cast<std::uint64_t>(std::int64_t{time->nanos}), out);
    }
    return {};
  }

  Result<void> field_mask(const pb::Descriptor& type, const JsonNode& node, Buffer& out) const {
    if (!node.is_string()) return expected("field paths in one string", node);
    std::string_view rest = node.text;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string path = snake_path(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      tag(*type.FindFieldByName("paths"), WireType::kBytes, out);
      append_uvarint(out, path.size());
      append_bytes(out, as_bytes(path));
    }
    return {};
  }

  Result<void> any(const pb::Descriptor& type, const JsonNode& node, Buffer& out) {
    const JsonNode* url = node.find("@type");
    if (url == nullptr || !url->is_string()) return object(type, node, out);
    Buffer content;
    const pb::Descriptor* inner = pool_.FindMessageTypeByName(url->text.substr(url->text.rfind('/') + 1));
    const JsonNode* inner_value = node.find("value");
    if (inner == nullptr) {
      const auto bytes =
          inner_value != nullptr && inner_value->is_string() ? base64_bytes(inner_value->text) : std::nullopt;
      if (!bytes) {
        return error(ErrorCode::kInvalidArgument,
                     "{}: type \"{}\" is not known here, so \"value\" has to be its bytes in Base64", path_,
                     url->text.substr(0, 200));
      }
      content = *bytes;
    } else if (well_known_type(*inner) == WellKnownType::kNone) {
      if (++depth_ > kDepthMax) return error(ErrorCode::kTooLarge, "{}: nested deeper than {}", path_, kDepthMax);
      TRY(object(*inner, node, content, true));
      --depth_;
    } else if (inner_value != nullptr) {
      TRY(inside(".value", [&] { return message(*inner, *inner_value, content); }));
    } else {
      return error(ErrorCode::kInvalidArgument, "{}: \"value\" is missing", path_);
    }
    tag(*type.FindFieldByName("type_url"), WireType::kBytes, out);
    append_uvarint(out, url->text.size());
    append_bytes(out, as_bytes(url->text));
    if (content.empty()) return {};
    tag(*type.FindFieldByName("value"), WireType::kBytes, out);
    append_uvarint(out, content.size());
    append_bytes(out, content);
    return {};
  }

  const pb::DescriptorPool& pool_;
  std::unordered_map<const pb::Descriptor*, std::unordered_map<std::string, const Field*>> json_names_;
  std::string path_ = "$";
  int depth_ = 0;
};

}  // namespace

Result<void> encode_json(const Schema& schema, std::string_view message_name, const JsonNode& value, Buffer& out) {
  TRY_ASSIGN(const pb::Descriptor* type, message_called(schema, message_name));
  const std::size_t size = out.size();
  Result<void> written = WireWriter(schema.pool()).message(*type, value, out);
  if (!written.ok()) out.resize(size);
  return written;
}

Result<void> encode_json(const Schema& schema, std::string_view message_name, std::string_view json, Buffer& out) {
  TRY_ASSIGN(const JsonNode value, parse_json(json));
  return encode_json(schema, message_name, value, out);
}

}  // namespace weft::schema::protobuf
