#include "schema/protobuf/decode.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <unordered_map>

#include "base/base64.h"
#include "schema/json_text.h"
#include "schema/protobuf/message_indexes.h"
#include "schema/protobuf/sort_by.h"
#include "schema/protobuf/well_known_type.h"
#include "schema/protobuf/wire_fields.h"

namespace weft::schema::protobuf {
namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptor;
/// The values of one field, in the order of the bytes.
using Run = std::span<const WireField>;

class JsonWriter {
 public:
  JsonWriter(const pb::DescriptorPool& pool, JsonStyle style, const DecodeLimits& limits, std::string& out)
      : pool_(pool), style_(style), limits_(limits), out_(out), start_(out.size()) {}

  Result<void> write(const pb::Descriptor& type, ByteView message) {
    Result<void> written = this->message(type, message);
    if (written.ok()) written = check_size();
    if (written.ok()) return written;
    out_.resize(start_);
    Error why = written.error();
    why.message = fmt::format("{}{}: {}", type.full_name(), path_text(), why.message);
    return why;
  }

 private:
  bool plain() const { return style_ == JsonStyle::kPlain; }

  /// ".address.lines": left standing by a failure.
  std::string path_text() const {
    std::string text;
    for (const Field* field : path_) text += "." + field->name();
    return text;
  }

  Result<void> check_size() const {
    if (out_.size() - start_ <= limits_.json_bytes_max) return {};
    return error(ErrorCode::kTooLarge, "more than {} bytes of JSON", limits_.json_bytes_max);
  }

  Result<void> message(const pb::Descriptor& type, ByteView bytes) {
    if (++depth_ > limits_.depth_max) {
      return error(ErrorCode::kTooLarge, "messages nested deeper than {}", limits_.depth_max);
    }
    TRY(check_size());
    TRY_ASSIGN(std::vector<WireField> fields, scan_fields(type, bytes, pool_));
    drop_overruled(fields);
    // Fields of the type in its order, then extensions.
    const auto rank = [](const WireField& field) {
      return field.field->is_extension() ? std::pair(1, field.field->number()) : std::pair(0, field.field->index());
    };
    sort_by(fields, rank);
    TRY(well_known(type, fields));
    --depth_;
    return {};
  }

  /// Of the members of a oneof the last one counts; what stood before it is forgotten.
  static void drop_overruled(std::vector<WireField>& fields) {
    std::unordered_map<const pb::OneofDescriptor*, std::pair<const Field*, std::size_t>> since;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const pb::OneofDescriptor* oneof = fields[i].field->real_containing_oneof();
      if (oneof == nullptr) continue;
      auto& [member, first] = since[oneof];
      if (member != fields[i].field) first = i;
      member = fields[i].field;
    }
    if (since.empty()) return;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const pb::OneofDescriptor* oneof = fields[i].field->real_containing_oneof();
      if (oneof != nullptr && i < since[oneof].second) continue;
      fields[kept++] = fields[i];
    }
    fields.resize(kept);
  }

  static Run run_of(const std::vector<WireField>& fields, std::size_t from) {
    std::size_t end = from;
    while (end < fields.size() && fields[end].field == fields[from].field) ++end;
    return Run(fields).subspan(from, end - from);
  }
  static Run run_of(const std::vector<WireField>& fields, std::string_view name) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].field->name() == name) return run_of(fields, i);
    }
    return {};
  }

  Result<void> object(const pb::Descriptor& type, const std::vector<WireField>& fields) {
    out_ += '{';
    bool first = true;
    std::size_t at = 0;
    for (int i = 0; i < type.field_count(); ++i) {
      const Field& field = *type.field(i);
      const bool there = at < fields.size() && fields[at].field == &field;
      if (!there && (!plain() || field.has_presence())) continue;
      name(field, first);
      if (there) {
        const Run run = run_of(fields, at);
        at += run.size();
        TRY(value(field, run));
      } else {
        absent(field);
      }
    }
    while (at < fields.size()) {
      const Run run = run_of(fields, at);
      at += run.size();
      name(*run.front().field, first);
      TRY(value(*run.front().field, run));
    }
    out_ += '}';
    return {};
  }

  void name(const Field& field, bool& first) {
    if (!first) out_ += ',';
    first = false;
    append_json_string(out_, field.is_extension() ? "[" + field.full_name() + "]"
                             : plain()            ? field.name()
                                                  : field.json_name());
    out_ += ':';
  }

  void absent(const Field& field) {
    if (field.is_map()) {
      out_ += "{}";
    } else if (field.is_repeated()) {
      out_ += "[]";
    } else {
      default_scalar(field);
    }
  }
  void default_scalar(const Field& field) {
    if (field.cpp_type() == Field::CPPTYPE_STRING) {
      out_ += "\"\"";
    } else if (field.cpp_type() == Field::CPPTYPE_ENUM) {
      number(field, static_cast<std::uint64_t>(field.enum_type()->value(0)->number()));
    } else {
      number(field, 0);
    }
  }

  Result<void> value(const Field& field, Run run) {
    path_.push_back(&field);
    if (field.is_map()) {
      TRY(map(field, run));
    } else if (field.is_repeated()) {
      TRY(list(field, run));
    } else {
      TRY(singular(field, run));
    }
    path_.pop_back();
    return {};
  }

  Result<void> singular(const Field& field, Run run) {
    if (field.cpp_type() != Field::CPPTYPE_MESSAGE || run.size() == 1) return single(field, last(run));
    // Several values of a message field are merged, which is what their bytes behind each other mean.
    Buffer merged;
    for (const WireField& part : run) merged.insert(merged.end(), part.bytes.begin(), part.bytes.end());
    return message(*field.message_type(), merged);
  }

  static const WireField& last(Run run) { return run.back(); }

  Result<void> single(const Field& field, const WireField& wire) {
    switch (field.cpp_type()) {
      case Field::CPPTYPE_MESSAGE:
        return message(*field.message_type(), wire.bytes);
      case Field::CPPTYPE_STRING:
        if (field.type() == Field::TYPE_BYTES) {
          append_json_string(out_, base64(wire.bytes));
        } else {
          append_json_string(out_, as_text(wire.bytes));
        }
        return {};
      default:
        break;
    }
    if (!wire.packed) {
      number(field, wire.number);
      return {};
    }
    // A singular field may be written packed; the last number counts.
    TRY_ASSIGN(const auto numbers, unpack(wire));
    if (numbers.empty()) {
      default_scalar(field);
    } else {
      number(field, numbers.back());
    }
    return {};
  }

  Result<void> list(const Field& field, Run run) {
    out_ += '[';
    bool first = true;
    const auto comma = [&] {
      if (!first) out_ += ',';
      first = false;
    };
    for (const WireField& wire : run) {
      if (!wire.packed) {
        comma();
        TRY(single(field, wire));
        continue;
      }
      TRY_ASSIGN(const auto numbers, unpack(wire));
      for (const std::uint64_t bits : numbers) {
        comma();
        number(field, bits);
      }
    }
    out_ += ']';
    return {};
  }

  Result<void> map(const Field& field, Run run) {
    const Field& key_field = *field.message_type()->map_key();
    const Field& value_field = *field.message_type()->map_value();
    struct Entry {
      std::string key;
      std::vector<WireField> values;
    };
    std::vector<Entry> entries;
    std::unordered_map<std::string, std::size_t> place;
    for (const WireField& wire : run) {
      TRY_ASSIGN(const auto parts, scan_fields(*field.message_type(), wire.bytes, pool_));
      Entry entry{map_key(key_field, nullptr), {}};
      for (const WireField& part : parts) {
        if (part.field == &key_field) {
          entry.key = map_key(key_field, &part);
        } else {
          entry.values.push_back(part);
        }
      }
      const auto [at, added] = place.emplace(entry.key, entries.size());
      if (added) {
        entries.push_back(std::move(entry));
      } else {
        entries[at->second] = std::move(entry);  // of equal keys the last one counts
      }
    }
    out_ += '{';
    bool first = true;
    for (const Entry& entry : entries) {
      if (!first) out_ += ',';
      first = false;
      append_json_string(out_, entry.key);
      out_ += ':';
      if (!entry.values.empty()) {
        TRY(singular(value_field, entry.values));
      } else if (value_field.cpp_type() == Field::CPPTYPE_MESSAGE) {
        TRY(message(*value_field.message_type(), {}));
      } else {
        default_scalar(value_field);
      }
    }
    out_ += '}';
    return {};
  }

  static std::string map_key(const Field& field, const WireField* wire) {
    if (field.cpp_type() == Field::CPPTYPE_STRING) return wire == nullptr ? "" : std::string(as_text(wire->bytes));
    const std::uint64_t bits = wire == nullptr ? 0 : wire->number;
    if (field.cpp_type() == Field::CPPTYPE_BOOL) return bits == 0 ? "false" : "true";
    return integer_text(field, bits);
  }

  void number(const Field& field, std::uint64_t bits) {
    switch (field.cpp_type()) {
      case Field::CPPTYPE_BOOL:
        out_ += bits == 0 ? "false" : "true";
        return;
      case Field::CPPTYPE_FLOAT:
        return append_json_float(out_, static_cast<float>(real_value(field, bits)));
      case Field::CPPTYPE_DOUBLE:
        return append_json_double(out_, real_value(field, bits));
      case Field::CPPTYPE_ENUM: {
        const auto* constant = field.enum_type()->FindValueByNumber(static_cast<int>(bits));
        if (constant == nullptr) break;
        if (constant->full_name() == "google.protobuf.NULL_VALUE") {
          out_ += "null";
        } else {
          append_json_string(out_, constant->name());
        }
        return;
      }
      case Field::CPPTYPE_INT64:
      case Field::CPPTYPE_UINT64:
        if (plain()) break;
        out_ += '"';
        out_ += integer_text(field, bits);
        out_ += '"';
        return;
      default:
        break;
    }
    out_ += integer_text(field, bits);
  }

  // --- Messages with a form of their own

  Result<void> well_known(const pb::Descriptor& type, const std::vector<WireField>& fields) {
    switch (well_known_type(type)) {
      case WellKnownType::kNone:
        return object(type, fields);
      case WellKnownType::kTimestamp:
        return text_or_object(timestamp_text(seconds_and_nanos(fields)), type, fields);
      case WellKnownType::kDuration:
        return text_or_object(duration_text(seconds_and_nanos(fields)), type, fields);
      case WellKnownType::kFieldMask:
        return text_or_object(mask_text(fields), type, fields);
      case WellKnownType::kWrapper: {
        if (!fields.empty()) return singular(*type.field(0), fields);
        default_scalar(*type.field(0));
        return {};
      }
      case WellKnownType::kStruct: {
        const Run run = run_of(fields, "fields");
        return map(*type.FindFieldByName("fields"), run);
      }
      case WellKnownType::kListValue:
        return list(*type.FindFieldByName("values"), run_of(fields, "values"));
      case WellKnownType::kValue: {
        if (!fields.empty()) return singular(*fields.back().field, run_of(fields, fields.back().field->name()));
        out_ += "null";
        return {};
      }
      case WellKnownType::kAny:
        return any(type, fields);
    }
    return {};
  }

  Result<void> text_or_object(const std::optional<std::string>& text, const pb::Descriptor& type,
                              const std::vector<WireField>& fields) {
    if (!text) return object(type, fields);
    append_json_string(out_, *text);
    return {};
  }

  static SecondsAndNanos seconds_and_nanos(const std::vector<WireField>& fields) {
    SecondsAndNanos time;
    for (const WireField& field : fields) {
      if (field.field->name() == "seconds") time.seconds = static_cast<std::int64_t>(field.number);
      if (field.field->name() == "nanos") time.nanos = static_cast<std::int32_t>(field.number);
    }
    return time;
  }

  static std::optional<std::string> mask_text(const std::vector<WireField>& fields) {
    std::string text;
    for (const WireField& field : fields) {
      const auto path = camel_path(as_text(field.bytes));
      if (!path) return std::nullopt;
      text += (text.empty() ? "" : ",") + *path;
    }
    return text;
  }

  /// The message inside when its type is known here, else its bytes.
  Result<void> any(const pb::Descriptor& type, const std::vector<WireField>& fields) {
    const Run url_run = run_of(fields, "type_url"), value_run = run_of(fields, "value");
    if (url_run.empty()) return object(type, fields);
    const std::string url(as_text(url_run.back().bytes));
    const ByteView content = value_run.empty() ? ByteView() : value_run.back().bytes;
    const pb::Descriptor* inner = pool_.FindMessageTypeByName(url.substr(url.rfind('/') + 1));  // npos + 1 is 0
    out_ += "{\"@type\":";
    append_json_string(out_, url);
    if (inner == nullptr) {
      out_ += ",\"value\":";
      append_json_string(out_, base64(content));
      out_ += '}';
      return {};
    }
    out_ += ",\"value\":";
    const std::size_t value_at = out_.size();
    TRY(message(*inner, content));
    if (well_known_type(*inner) != WellKnownType::kNone) {
      out_ += '}';
      return {};
    }
    // A message of no special form lends its members to the object that names it.
    std::string members = out_.substr(value_at + 1);
    out_.resize(value_at - std::string_view("\"value\":").size() - (members == "}" ? 1 : 0));
    out_ += members;
    return {};
  }

  const pb::DescriptorPool& pool_;
  const JsonStyle style_;
  const DecodeLimits& limits_;
  std::string& out_;
  const std::size_t start_;
  int depth_ = 0;
  std::vector<const Field*> path_;
};

Result<void> write_json(const Schema& schema, const pb::Descriptor& type, ByteView message, JsonStyle style,
                        std::string& out, const DecodeLimits& limits) {
  return JsonWriter(schema.pool(), style, limits, out).write(type, message);
}

}  // namespace

Result<void> decode_json(const Schema& schema, std::string_view message_name, ByteView message, JsonStyle style,
                         std::string& out, const DecodeLimits& limits) {
  TRY_ASSIGN(const pb::Descriptor* type, message_called(schema, message_name));
  return write_json(schema, *type, message, style, out, limits);
}

Result<void> decode_indexed_json(const Schema& schema, ByteView payload, JsonStyle style, std::string& out,
                                 const DecodeLimits& limits) {
  TRY_ASSIGN(const IndexedMessage indexed, parse_message_indexes(payload));
  TRY_ASSIGN(const pb::Descriptor* type, message_at(schema, indexed.indexes));
  return write_json(schema, *type, indexed.message, style, out, limits);
}

}  // namespace weft::schema::protobuf
