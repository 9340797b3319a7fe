#include "schema/avro/encode.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "schema/avro/binary_writer.h"
#include "schema/avro/logical_text.h"
#include "schema/avro/print.h"

namespace weft::schema::avro {
namespace {

constexpr int kDepthMax = 500;                                 // defaults of recursive records could go on for ever
constexpr std::size_t kDatumBytesMax = std::size_t{64} << 20;  // the same defaults can also grow in width
constexpr std::size_t kStepsMax = 4'000'000;                   // tries of union branches included

/// Functions return false after `fail`; each level adds its step to the path on the way out.
class Encoder {
 public:
  explicit Encoder(Buffer& out) : out_(out), writer_(out) {}

  Result<void> run(const Type& root, const JsonNode& node) {
    const std::size_t before = out_.size();
    if (value(root, node)) return {};
    out_.resize(before);
    return error(code_, "Avro value at ${}: {}", path_, why_);
  }

 private:
  bool fail(ErrorCode code, std::string why) {
    code_ = code;
    why_ = std::move(why);
    path_.clear();
    return false;
  }
  bool refuse(std::string why) { return fail(ErrorCode::kInvalidArgument, std::move(why)); }
  bool expected(const Type& type, const JsonNode& node) {
    return refuse(fmt::format("{} is expected, and this is {}", type_text(type), describe(node)));
  }
  static std::string describe(const JsonNode& node) {
    if (node.is_number()) return fmt::format("the number {}", std::string_view(node.text).substr(0, 40));
    if (node.is_string()) return fmt::format("the string \"{}\"", std::string_view(node.text).substr(0, 40));
    return std::string(node.kind_text());
  }
  bool inside(std::string_view step) {
    if (path_.size() < 500) path_.insert(0, step);
    return false;
  }

  bool value(const Type& type, const JsonNode& node) {
    if (++steps_ > kStepsMax || out_.size() > kDatumBytesMax)
      return fail(ErrorCode::kTooLarge, "the value is too large");
    switch (type.kind) {
      case Kind::kNull:
        return node.is_null() || expected(type, node);
      case Kind::kBoolean:
        if (!node.is_boolean()) return expected(type, node);
        writer_.boolean(node.boolean);
        return true;
      case Kind::kInt:
        return integer(type, node, INT32_MIN, INT32_MAX);
      case Kind::kLong:
        return integer(type, node, INT64_MIN, INT64_MAX);
      case Kind::kFloat:
      case Kind::kDouble:
        return floating(type, node);
      case Kind::kString:
        if (!node.is_string()) return expected(type, node);
        writer_.string(node.text);
        return true;
      case Kind::kBytes:
      case Kind::kFixed:
        return bytes(type, node);
      case Kind::kEnum:
        return symbol(type, node);
      default:
        return nested(type, node);
    }
  }

  bool nested(const Type& type, const JsonNode& node) {
    if (++depth_ > kDepthMax)
      return fail(ErrorCode::kTooLarge, fmt::format("values are nested deeper than {}", kDepthMax));
    bool ok = false;
    switch (type.kind) {
      case Kind::kRecord:
        ok = record(type, node);
        break;
      case Kind::kArray:
        ok = array(type, node);
        break;
      case Kind::kMap:
        ok = map(type, node);
        break;
      default:
        ok = union_value(type, node);
        break;
    }
    --depth_;
    return ok;
  }

  bool integer(const Type& type, const JsonNode& node, std::int64_t min, std::int64_t max) {
    std::optional<std::int64_t> number = node.integer();
    if (!number && node.is_string() && type.logical != LogicalType::kNone) {
      number = parse_logical_text(type.logical, node.text);
    }
    if (!number || *number < min || *number > max) return expected(type, node);
    writer_.integer(*number);
    return true;
  }

  bool floating(const Type& type, const JsonNode& node) {
    double number = node.number();
    if (node.is_string()) {
      if (node.text == "NaN") {
        number = std::numeric_limits<double>::quiet_NaN();
      } else if (node.text == "Infinity" || node.text == "-Infinity") {
        number = std::copysign(std::numeric_limits<double>::infinity(), node.text.front() == '-' ? -1.0 : 1.0);
      } else {
        return expected(type, node);
      }
    } else if (!node.is_number()) {
      return expected(type, node);
    }
    if (type.kind == Kind::kFloat) {
      writer_.real(static_cast<float>(number));
    } else {
      writer_.real(number);
    }
    return true;
  }

  /// Each character U+0000 to U+00FF is one byte.
  static bool bytes_of_text(std::string_view text, Buffer& bytes) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto lead = static_cast<unsigned char>(text[i]);
      if (lead < 0x80) {
        bytes.push_back(static_cast<std::byte>(lead));
      } else if ((lead == 0xC2 || lead == 0xC3) && i + 1 < text.size()) {
        bytes.push_back(static_cast<std::byte>(((lead & 0x3) << 6) | (static_cast<unsigned char>(text[++i]) & 0x3F)));
      } else {
        return false;
      }
    }
    return true;
  }

  static bool bytes_of_uuid(std::string_view text, Buffer& bytes) {
    if (text.size() != 36) return false;
    int high = -1;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (i == 8 || i == 13 || i == 18 || i == 23) {
        if (text[i] != '-') return false;
        continue;
      }
      const char c = text[i];
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return false;
      if (high < 0) {
        high = digit;
      } else {
        bytes.push_back(static_cast<std::byte>(high * 16 + digit));
        high = -1;
      }
    }
    return true;
  }

  bool bytes(const Type& type, const JsonNode& node) {
    Buffer raw;
    if (type.logical == LogicalType::kDecimal && node.is_number()) {
      auto unscaled = parse_decimal(node.text, type.scale);
      if (!unscaled) return expected(type, node);
      raw = std::move(*unscaled);
      if (type.kind == Kind::kFixed) {
        const auto size = static_cast<std::size_t>(type.size);
        if (raw.size() > size) return expected(type, node);
        const bool negative = std::to_integer<unsigned>(raw[0]) >= 0x80;
        raw.insert(raw.begin(), size - raw.size(), negative ? std::byte{0xFF} : std::byte{0});
      }
    } else if (!node.is_string()) {
      return expected(type, node);
    } else if (type.logical == LogicalType::kUuid && node.text.size() == 36) {
      if (!bytes_of_uuid(node.text, raw)) return expected(type, node);
    } else if (!bytes_of_text(node.text, raw)) {
      return refuse("bytes are written as characters from U+0000 to U+00FF, one for each byte");
    }
    if (type.kind == Kind::kBytes) {
      writer_.bytes(raw);
      return true;
    }
    if (raw.size() != static_cast<std::size_t>(type.size)) {
      return refuse(fmt::format("{} has {} bytes, and these are {}", type.name.full(), type.size, raw.size()));
    }
    writer_.fixed(raw);
    return true;
  }

  bool symbol(const Type& type, const JsonNode& node) {
    if (!node.is_string()) return expected(type, node);
    const auto at = std::find(type.symbols.begin(), type.symbols.end(), node.text);
    if (at == type.symbols.end()) {
      return refuse(fmt::format("\"{}\" is not a symbol of {}", node.text.substr(0, 100), type.name.full()));
    }
    writer_.integer(at - type.symbols.begin());
    return true;
  }

  bool record(const Type& type, const JsonNode& node) {
    if (!node.is_object()) return expected(type, node);
    std::size_t given = 0;
    for (const Field& field : type.fields) {
      const JsonNode* member = node.find(field.name);
      given += member != nullptr ? 1 : 0;
      if (member == nullptr) {
        if (!field.default_value) return refuse(fmt::format("field \"{}\" is missing and has no default", field.name));
        member = &*field.default_value;
      }
      if (!value(*field.type, *member)) return inside("." + field.name);
    }
    if (given == node.members.size()) return true;
    for (const auto& member : node.members) {
      if (type.find_field(member.name) == nullptr) {
        return refuse(fmt::format("{} has no field \"{}\"", type.name.full(), member.name.substr(0, 100)));
      }
    }
    return true;
  }

  bool array(const Type& type, const JsonNode& node) {
    if (!node.is_array()) return expected(type, node);
    if (!node.elements.empty()) writer_.block(node.elements.size());
    for (std::size_t i = 0; i < node.elements.size(); ++i) {
      if (!value(*type.element, node.elements[i])) return inside(fmt::format("[{}]", i));
    }
    writer_.end_blocks();
    return true;
  }

  bool map(const Type& type, const JsonNode& node) {
    if (!node.is_object()) return expected(type, node);
    if (!node.members.empty()) writer_.block(node.members.size());
    for (const auto& member : node.members) {
      writer_.string(member.name);
      if (!value(*type.element, member.value)) return inside(fmt::format("[\"{}\"]", member.name.substr(0, 100)));
    }
    writer_.end_blocks();
    return true;
  }

  /// A branch named in the value wins; then the first branch that takes the value by itself.
  bool union_value(const Type& type, const JsonNode& node) {
    std::string named_why, named_path;
    if (node.is_object() && node.members.size() == 1) {
      for (std::size_t i = 0; i < type.branches.size(); ++i) {
        const auto& [name, inner] = node.members[0];
        if (type.branches[i]->branch_name() != name) continue;
        if (branch(type, i, inner)) return true;
        if (code_ == ErrorCode::kTooLarge) return false;
        named_why = why_;
        named_path = "." + name + path_;
      }
    }
    for (std::size_t i = 0; i < type.branches.size(); ++i) {
      if (branch(type, i, node)) return true;
      if (code_ == ErrorCode::kTooLarge) return false;
    }
    if (!named_why.empty()) {
      refuse(std::move(named_why));
      return inside(named_path);
    }
    // With one branch beside null, the mistake inside it says most.
    if (type.branches.size() <= 2 && !path_.empty()) return false;
    return expected(type, node);
  }

  bool branch(const Type& type, std::size_t chosen, const JsonNode& node) {
    const std::size_t before = out_.size();
    writer_.integer(static_cast<std::int64_t>(chosen));
    if (value(*type.branches[chosen], node)) return true;
    out_.resize(before);
    return false;
  }

  Buffer& out_;
  BinaryWriter writer_;
  int depth_ = 0;
  std::size_t steps_ = 0;
  ErrorCode code_ = ErrorCode::kInvalidArgument;
  std::string why_;
  std::string path_;
};

}  // namespace

Result<void> encode_json(const Schema& schema, std::string_view json, Buffer& out) {
  const JsonLimits limits{.text_bytes_max = std::size_t{16} << 20, .values_max = 2'000'000};
  TRY_ASSIGN(const JsonNode value, parse_json(json, limits));
  return encode_json(schema, value, out);
}

Result<void> encode_json(const Schema& schema, const JsonNode& value, Buffer& out) {
  return Encoder(out).run(schema.root(), value);
}

}  // namespace weft::schema::avro
