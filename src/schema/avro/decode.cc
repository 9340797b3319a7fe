#include "schema/avro/decode.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/utf8.h"
#include "base/varint.h"
#include "schema/avro/logical_text.h"
#include "schema/json_text.h"

namespace weft::schema::avro {
namespace {

constexpr std::size_t kPathStepMax = 100;  // of a map's key
constexpr std::size_t kPathMax = 500;

/// Walks schema and bytes together. Functions return false after `fail`; on the way out each level adds its step to the
/// path, so that a datum without mistakes pays nothing for it.
class JsonDecoder {
 public:
  JsonDecoder(ByteView datum, JsonStyle style, std::string& out, const DecodeLimits& limits)
      : begin_(datum.data()),
        at_(datum.data()),
        end_(datum.data() + datum.size()),
        style_(style),
        out_(out),
        limits_(limits),
        out_bytes_max_(out.size() + limits.json_bytes_max) {}

  Result<void> run(const Type& root) {
    const std::size_t before = out_.size();
    if (value(root) && at_ != end_) {
      fail(ErrorCode::kCorrupt, fmt::format("{} bytes are left over after the value", end_ - at_));
    }
    if (why_.empty()) return {};
    out_.resize(before);
    return error(code_, "Avro data{}{}, byte {}: {}", path_.empty() ? "" : " at ", path_, failed_at_, why_);
  }

 private:
  bool fail(ErrorCode code, std::string why) {
    code_ = code;
    why_ = std::move(why);
    failed_at_ = at_ - begin_;
    return false;
  }
  bool corrupt(std::string why) { return fail(ErrorCode::kCorrupt, std::move(why)); }
  /// Adds the way to here, from the inside out.
  bool inside(std::string step) {
    if (path_.size() > kPathMax) return false;
    const bool joined = path_.empty() || path_.front() == '[';
    path_ = std::move(step) + (joined ? "" : ".") + path_;
    return false;
  }

  bool value(const Type& type) {
    if (out_.size() > out_bytes_max_) {
      return fail(ErrorCode::kTooLarge,
                  fmt::format("the value is longer than {} bytes of JSON", limits_.json_bytes_max));
    }
    switch (type.kind) {
      case Kind::kNull:
        out_ += "null";
        return true;
      case Kind::kBoolean:
        return boolean();
      case Kind::kInt:
        return integer(type, true);
      case Kind::kLong:
        return integer(type, false);
      case Kind::kFloat:
        return floating<float>();
      case Kind::kDouble:
        return floating<double>();
      case Kind::kBytes:
        return bytes(type);
      case Kind::kString:
        return string();
      case Kind::kFixed:
        return fixed(type);
      case Kind::kEnum:
        return symbol(type);
      default:
        return nested(type);
    }
  }

  bool nested(const Type& type) {
    if (++depth_ > limits_.depth_max)
      return corrupt(fmt::format("values are nested deeper than {}", limits_.depth_max));
    bool ok = false;
    switch (type.kind) {
      case Kind::kRecord:
        ok = record(type);
        break;
      case Kind::kArray:
        ok = blocks(type, '[', ']');
        break;
      case Kind::kMap:
        ok = blocks(type, '{', '}');
        break;
      default:
        ok = union_value(type);
        break;
    }
    --depth_;
    return ok;
  }

  bool varint(std::int64_t& value, std::string_view what) {
    std::uint64_t bits = 0;
    const std::byte* at = at_;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      if (at == end_) return corrupt(fmt::format("the data ends inside {}", what));
      const auto part = std::to_integer<std::uint64_t>(*at++);
      if (shift == 63 && part > 1) break;
      bits |= (part & 0x7F) << shift;
      if (part < 0x80) {
        at_ = at;
        value = unzigzag(bits);
        return true;
      }
    }
    return corrupt(fmt::format("{} has more than 64 bits", what));
  }

  bool take(std::size_t count, ByteView& taken, std::string_view what) {
    if (static_cast<std::size_t>(end_ - at_) < count) {
      return corrupt(fmt::format("{} has {} bytes, and {} are left", what, count, end_ - at_));
    }
    taken = {at_, count};
    at_ += count;
    return true;
  }
  bool take_sized(ByteView& taken, std::string_view what) {
    std::int64_t size = 0;
    if (!varint(size, what)) return false;
    if (size < 0) return corrupt(fmt::format("{} has a negative length, {}", what, size));
    return take(static_cast<std::size_t>(size), taken, what);
  }

  bool boolean() {
    ByteView byte;
    if (!take(1, byte, "a boolean")) return false;
    if (std::to_integer<unsigned>(byte[0]) > 1) {
      --at_;
      return corrupt(fmt::format("a boolean is 0 or 1, not {}", std::to_integer<unsigned>(byte[0])));
    }
    out_ += byte[0] == std::byte{1} ? "true" : "false";
    return true;
  }

  bool integer(const Type& type, bool is_int) {
    const std::byte* const start = at_;
    std::int64_t number = 0;
    if (!varint(number, is_int ? "an int" : "a long")) return false;
    if (is_int && (number < INT32_MIN || number > INT32_MAX)) {
      at_ = start;
      return corrupt(fmt::format("{} does not fit into an int", number));
    }
    if (style_ == JsonStyle::kPlain && type.logical != LogicalType::kNone &&
        append_logical_text(out_, type.logical, number)) {
      return true;
    }
    char digits[24];
    out_.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
    return true;
  }

  template <class Float>
  bool floating() {
    ByteView raw;
    if (!take(sizeof(Float), raw, sizeof(Float) == 4 ? "a float" : "a double")) return false;
    Float number;  // little-endian, as the machines we run on
    std::memcpy(&number, raw.data(), sizeof number);
    if constexpr (sizeof(Float) == 4) {
      append_json_float(out_, number);
    } else {
      append_json_double(out_, number);
    }
    return true;
  }

  bool string() {
    const std::byte* const start = at_;
    ByteView raw;
    if (!take_sized(raw, "a string")) return false;
    const std::string_view text = as_text(raw);
    if (!is_utf8(text)) {
      at_ = start;
      return corrupt("a string is not UTF-8");
    }
    append_json_string(out_, text);
    return true;
  }

  bool bytes(const Type& type) {
    ByteView raw;
    if (!take_sized(raw, "bytes")) return false;
    append_bytes_text(type, raw);
    return true;
  }
  bool fixed(const Type& type) {
    ByteView raw;
    if (!take(static_cast<std::size_t>(type.size), raw, "a fixed")) return false;
    append_bytes_text(type, raw);
    return true;
  }

  void append_bytes_text(const Type& type, ByteView raw) {
    if (style_ == JsonStyle::kPlain && type.logical == LogicalType::kDecimal && append_decimal(out_, raw, type.scale))
      return;
    if (style_ == JsonStyle::kPlain && type.logical == LogicalType::kUuid) return append_uuid(raw);
    std::string text;  // each byte is the character of that number
    text.reserve(raw.size() + raw.size() / 2);
    for (const std::byte byte : raw) {
      const auto code = std::to_integer<unsigned>(byte);
      if (code >= 0x80) text += static_cast<char>(0xC0 | (code >> 6));
      text += static_cast<char>(code >= 0x80 ? 0x80 | (code & 0x3F) : code);
    }
    append_json_string(out_, text);
  }

  void append_uuid(ByteView raw) {
    out_ += '"';
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (i == 4 || i == 6 || i == 8 || i == 10) out_ += '-';
      fmt::format_to(std::back_inserter(out_), "{:02x}", std::to_integer<unsigned>(raw[i]));
    }
    out_ += '"';
  }

  bool index(std::size_t count, std::size_t& chosen, std::string_view what) {
    const std::byte* const start = at_;
    std::int64_t number = 0;
    if (!varint(number, what)) return false;
    if (number < 0 || static_cast<std::uint64_t>(number) >= count) {
      at_ = start;
      return corrupt(fmt::format("{} {} does not exist: there are {}", what, number, count));
    }
    chosen = static_cast<std::size_t>(number);
    return true;
  }

  bool symbol(const Type& type) {
    std::size_t chosen = 0;
    if (!index(type.symbols.size(), chosen, "enum symbol")) return false;
    append_json_string(out_, type.symbols[chosen]);
    return true;
  }

  bool union_value(const Type& type) {
    std::size_t chosen = 0;
    if (!index(type.branches.size(), chosen, "union branch")) return false;
    const Type& branch = *type.branches[chosen];
    if (style_ == JsonStyle::kPlain || branch.kind == Kind::kNull) return value(branch);
    out_ += '{';
    append_json_string(out_, branch.branch_name());
    out_ += ':';
    if (!value(branch)) return false;
    out_ += '}';
    return true;
  }

  bool record(const Type& type) {
    char before = '{';
    for (const Field& field : type.fields) {
      out_ += before;
      before = ',';
      out_ += field.json_key;
      if (!value(*field.type)) return inside(field.name);
    }
    if (before == '{') out_ += '{';
    out_ += '}';
    return true;
  }

  /// Arrays and maps come in blocks, each a count of items, ended by a count of 0. Before a negative count's items
  /// stands their size in bytes, which is of use only for skipping. Each item appends at least one character, so that
  /// the limit on `out_` also ends a huge count of items without bytes.
  bool blocks(const Type& type, char open, char close) {
    out_ += open;
    const bool is_map = type.kind == Kind::kMap;
    for (std::uint64_t done = 0;;) {
      std::int64_t count = 0;
      if (!varint(count, "a block count")) return false;
      if (count == 0) break;
      std::uint64_t items = static_cast<std::uint64_t>(count);
      if (count < 0) {
        items = ~items + 1;
        std::int64_t size = 0;
        if (!varint(size, "a block size")) return false;
        if (size < 0 || size > end_ - at_)
          return corrupt(fmt::format("a block of {} bytes, and {} are left", size, end_ - at_));
      }
      for (; items > 0; --items, ++done) {
        if (done > 0) out_ += ',';
        if (is_map) {
          const std::size_t key = out_.size();
          if (!string()) return inside(fmt::format("[key {}]", done));
          const std::size_t key_size = out_.size() - key;
          out_ += ':';
          if (!value(*type.element)) return inside("[" + out_.substr(key, std::min(key_size, kPathStepMax)) + "]");
        } else if (!value(*type.element)) {
          return inside(fmt::format("[{}]", done));
        }
      }
    }
    out_ += close;
    return true;
  }

  const std::byte* begin_;
  const std::byte* at_;
  const std::byte* end_;
  JsonStyle style_;
  std::string& out_;
  const DecodeLimits& limits_;
  std::size_t out_bytes_max_;
  int depth_ = 0;
  ErrorCode code_ = ErrorCode::kCorrupt;
  std::string why_;
  std::string path_;
  std::ptrdiff_t failed_at_ = 0;
};

}  // namespace

Result<void> decode_json(const Schema& schema, ByteView datum, JsonStyle style, std::string& out,
                         const DecodeLimits& limits) {
  return JsonDecoder(datum, style, out, limits).run(schema.root());
}

}  // namespace weft::schema::avro
