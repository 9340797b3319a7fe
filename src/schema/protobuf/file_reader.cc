#include "schema/protobuf/file_reader.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/stubs/strutil.h>

#include <algorithm>
#include <cmath>

#include "schema/json_text.h"
#include "schema/protobuf/nesting.h"
#include "schema/protobuf/option_text.h"
#include "schema/protobuf/sort_by.h"
#include "schema/protobuf/wire_fields.h"

namespace weft::schema::protobuf {
namespace {

namespace pb = google::protobuf;
using Path = SourceMap::Path;

Path child(Path path, std::initializer_list<int> parts) {
  path.insert(path.end(), parts);
  return path;
}

OptionValue text_value(OptionValue::Kind kind, std::string text) {
  OptionValue value;
  value.kind = kind;
  value.text = std::move(text);
  return value;
}

/// Options that were read from bytes: extensions and all. Their print follows the bytes, so order is restored.
class OptionBytes {
 public:
  explicit OptionBytes(const pb::DescriptorPool& pool) : pool_(pool) {}

  Result<std::vector<Option>> read(const pb::Message& options) const {
    std::vector<Option> found;
    const pb::Descriptor* type = pool_.FindMessageTypeByName(options.GetDescriptor()->full_name());
    CHECK(type != nullptr, "descriptor.proto is well known");
    const std::string bytes = options.SerializePartialAsString();
    TRY_ASSIGN(std::vector<WireField> fields, scan_fields(*type, as_bytes(bytes), pool_));
    sort_by(fields, [](const WireField& field) { return rank(*field.field); });
    for (const WireField& field : fields) {
      if (field.field->number() == pb::FieldOptions::kUninterpretedOptionFieldNumber) continue;
      TRY_ASSIGN(OptionValue option_value, value(field, 0));
      const bool extension = field.field->is_extension();
      found.push_back(
          {{{extension ? field.field->full_name() : field.field->name(), extension}}, std::move(option_value)});
    }
    return found;
  }

 private:
  /// Where Confluent's registry prints an option of a descriptor; the others follow by number.
  static int rank(const pb::FieldDescriptor& field) {
    const std::string& type = field.containing_type()->name();
    static constexpr int kFile[] = {1, 8, 10, 20, 27, 9, 11, 16, 17, 18}, kField[] = {1, 2, 6, 3};
    const auto place = [&](const auto& order) {
      const auto at = std::find(std::begin(order), std::end(order), field.number());
      return at == std::end(order) ? field.number() : static_cast<int>(at - std::end(order));
    };
    return type == "FileOptions" ? place(kFile) : type == "FieldOptions" ? place(kField) : field.number();
  }

  Result<OptionValue> value(const WireField& wire, int depth) const {
    const pb::FieldDescriptor& field = *wire.field;
    switch (field.cpp_type()) {
      case pb::FieldDescriptor::CPPTYPE_STRING:
        return text_value(OptionValue::Kind::kString, std::string(as_text(wire.bytes)));
      case pb::FieldDescriptor::CPPTYPE_MESSAGE:
        return message(*field.message_type(), wire.bytes, depth + 1);
      default:
        break;
    }
    if (!wire.packed) return number(field, wire.number);
    OptionValue list;
    list.kind = OptionValue::Kind::kList;
    TRY_ASSIGN(const std::vector<std::uint64_t> numbers, unpack(wire));
    for (const std::uint64_t bits : numbers) list.elements.push_back(number(field, bits));
    return list;
  }

  Result<OptionValue> message(const pb::Descriptor& type, ByteView bytes, int depth) const {
    if (depth > kOptionDepthMax) {
      return error(ErrorCode::kTooLarge, "option value nested deeper than {}", kOptionDepthMax);
    }
    OptionValue map;
    map.kind = OptionValue::Kind::kMap;
    TRY_ASSIGN(const std::vector<WireField> fields, scan_fields(type, bytes, pool_));
    for (const WireField& field : fields) {
      TRY_ASSIGN(OptionValue member, value(field, depth));
      if (field.field->is_repeated() && !field.packed) {
        OptionValue list;
        list.kind = OptionValue::Kind::kList;
        list.elements.push_back(std::move(member));
        member = std::move(list);
      }
      add_member(map, field.field->is_extension() ? "[" + field.field->full_name() + "]" : field.field->name(),
                 std::move(member));
    }
    return map;
  }

  static OptionValue number(const pb::FieldDescriptor& field, std::uint64_t bits) {
    switch (field.cpp_type()) {
      case pb::FieldDescriptor::CPPTYPE_BOOL:
        return text_value(OptionValue::Kind::kWord, bits == 0 ? "false" : "true");
      case pb::FieldDescriptor::CPPTYPE_ENUM: {
        const auto* constant = field.enum_type()->FindValueByNumber(static_cast<int>(bits));
        if (constant != nullptr) return text_value(OptionValue::Kind::kWord, constant->name());
        break;
      }
      case pb::FieldDescriptor::CPPTYPE_FLOAT:
      case pb::FieldDescriptor::CPPTYPE_DOUBLE: {
        const double real = real_value(field, bits);
        if (std::isnan(real)) return text_value(OptionValue::Kind::kWord, "nan");
        if (std::isinf(real)) return text_value(OptionValue::Kind::kNumber, real < 0 ? "-inf" : "inf");
        std::string text;
        if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_FLOAT) {
          append_json_float(text, static_cast<float>(real));
        } else {
          append_json_double(text, real);
        }
        return text_value(OptionValue::Kind::kNumber, std::move(text));
      }
      default:
        break;
    }
    return text_value(OptionValue::Kind::kNumber, integer_text(field, bits));
  }

  const pb::DescriptorPool& pool_;
};

class FileReader {
 public:
  FileReader(const SourceMap* source, const pb::DescriptorPool& pool) : source_(source), option_bytes_(pool) {}

  Result<ProtoFile> read(const pb::FileDescriptorProto& in) {
    ProtoFile out;
    out.syntax = in.syntax();
    proto3_ = out.proto3();
    out.package = in.package();
    read_imports(in, out);
    TRY(read_options(in.options(), {pb::FileDescriptorProto::kOptionsFieldNumber}, out.options));
    TRY(read_types(in.message_type(), in.extension(), {}, pb::FileDescriptorProto::kMessageTypeFieldNumber,
                   out.messages));
    TRY(read_enums(in.enum_type(), {pb::FileDescriptorProto::kEnumTypeFieldNumber}, out.enums));
    TRY(read_extends(in.extension(), in.message_type(), {}, pb::FileDescriptorProto::kExtensionFieldNumber,
                     pb::FileDescriptorProto::kMessageTypeFieldNumber, out.extends));
    for (int i = 0; i < in.service_size(); ++i) {
      TRY(read_service(in.service(i), {pb::FileDescriptorProto::kServiceFieldNumber, i}, out.services.emplace_back()));
    }
    return out;
  }

 private:
  template <class Proto>
  using Repeated = pb::RepeatedPtrField<Proto>;

  static void read_imports(const pb::FileDescriptorProto& in, ProtoFile& out) {
    for (int i = 0; i < in.dependency_size(); ++i) {
      const auto listed = [i](const auto& indexes) {
        return std::find(indexes.begin(), indexes.end(), i) != indexes.end();
      };
      auto& imports = listed(in.public_dependency()) ? out.public_imports
                      : listed(in.weak_dependency()) ? out.weak_imports
                                                     : out.imports;
      imports.push_back(in.dependency(i));
    }
  }

  // --- Options

  template <class Options>
  Result<void> read_options(const Options& in, const Path& path, std::vector<Option>& out) {
    if (source_ == nullptr && in.ByteSizeLong() > 0) {
      TRY_ASSIGN(out, option_bytes_.read(in));
    }
    for (int i = 0; i < in.uninterpreted_option_size(); ++i) {
      const pb::UninterpretedOption& written = in.uninterpreted_option(i);
      Option option;
      for (const auto& part : written.name()) {
        option.name.push_back({part.name_part(), part.is_extension()});
      }
      if (option.name.empty())
        return error(ErrorCode::kInvalidArgument, "Protobuf schema has an option without a name");
      Result<OptionValue> read = written_value(written, child(path, {Options::kUninterpretedOptionFieldNumber, i}));
      if (!read.ok()) {
        return error(read.error().code, "Protobuf schema: option {}: {}", option.name.back().name,
                     read.error().message);
      }
      option.value = std::move(*read);
      out.push_back(std::move(option));
    }
    return {};
  }

  /// From the text where there is one: descriptors forget how a number was written.
  Result<OptionValue> written_value(const pb::UninterpretedOption& option, const Path& path) {
    const int depth = option.name_size();
    if (source_ != nullptr) {
      if (const auto text = source_->text(path)) return parse_option_value(behind_equals(*text), depth);
    }
    if (option.has_string_value()) return text_value(OptionValue::Kind::kString, option.string_value());
    if (option.has_identifier_value()) return text_value(OptionValue::Kind::kWord, option.identifier_value());
    if (option.has_aggregate_value()) return parse_option_value("{" + option.aggregate_value() + "}", depth);
    if (option.has_positive_int_value()) {
      return text_value(OptionValue::Kind::kNumber, std::to_string(option.positive_int_value()));
    }
    if (option.has_negative_int_value()) {
      return text_value(OptionValue::Kind::kNumber, std::to_string(option.negative_int_value()));
    }
    return text_value(OptionValue::Kind::kNumber, fmt::format("{}", option.double_value()));
  }

  /// The value in "option (a.b) /* = */ = 3;".
  static std::string_view behind_equals(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size() && text[at] != '=') {
      if (text.substr(at, 2) == "//") {
        at = std::min(text.find('\n', at), text.size());
      } else if (text.substr(at, 2) == "/*") {
        at = std::min(text.find("*/", at + 2), text.size() - 2) + 2;
      } else {
        ++at;
      }
    }
    text.remove_prefix(std::min(at + 1, text.size()));
    const std::size_t last = text.find_last_not_of(" \t\r\n\v\f");
    if (last != std::string_view::npos && text[last] == ';') text = text.substr(0, last);
    return text;
  }

  // --- Types

  /// Bodies of groups and implicit map entries stand among a message's nested types, but are written elsewhere.
  bool is_implicit_entry(const pb::DescriptorProto& type) const {
    return source_ != nullptr && type.options().map_entry();
  }

  /// Reads the messages of a scope that are written as messages; `fields` are the scope's fields or extensions.
  Result<void> read_types(const Repeated<pb::DescriptorProto>& types, const Repeated<pb::FieldDescriptorProto>& fields,
                          const Path& path, int number, std::vector<Message>& out,
                          const Repeated<pb::FieldDescriptorProto>* more_fields = nullptr) {
    std::vector<std::string> groups;
    const auto collect = [&](const Repeated<pb::FieldDescriptorProto>& from) {
      for (const auto& field : from) {
        if (field.type() != pb::FieldDescriptorProto::TYPE_GROUP) continue;
        groups.push_back(field.type_name().substr(field.type_name().rfind('.') + 1));
      }
    };
    collect(fields);
    if (more_fields != nullptr) collect(*more_fields);
    std::sort(groups.begin(), groups.end());
    for (int i = 0; i < types.size(); ++i) {
      if (is_implicit_entry(types[i]) || std::binary_search(groups.begin(), groups.end(), types[i].name())) continue;
      TRY(read_message(types[i], child(path, {number, i}), out.emplace_back()));
    }
    return {};
  }

  Result<void> read_message(const pb::DescriptorProto& in, const Path& path, Message& out) {
    if (++depth_ > kNestingMax) {
      return error(ErrorCode::kTooLarge, "Protobuf schema: messages nested deeper than {}", kNestingMax);
    }
    out.name = in.name();
    TRY(read_options(in.options(), child(path, {pb::DescriptorProto::kOptionsFieldNumber}), out.options));
    out.map_entry = in.options().map_entry();
    for (const Option& option : out.options) {
      const bool named = option.name.size() == 1 && !option.custom() && option.name.front().name == "map_entry";
      if (named && option.value.text == "true") out.map_entry = true;
    }
    read_reserved(in, path, pb::DescriptorProto::kReservedRangeFieldNumber,
                  pb::DescriptorProto::kReservedNameFieldNumber, 1, out.reserved);
    for (const auto& oneof : in.oneof_decl()) out.oneofs.emplace_back().name = oneof.name();
    for (int i = 0; i < in.oneof_decl_size(); ++i) {
      TRY(read_options(
          in.oneof_decl(i).options(),
          child(path, {pb::DescriptorProto::kOneofDeclFieldNumber, i, pb::OneofDescriptorProto::kOptionsFieldNumber}),
          out.oneofs[static_cast<std::size_t>(i)].options));
    }
    Nested nested{in.nested_type(), child(path, {pb::DescriptorProto::kNestedTypeFieldNumber})};
    for (int i = 0; i < in.field_size(); ++i) {
      const auto& field = in.field(i);
      const bool in_oneof = field.has_oneof_index() && !field.proto3_optional();
      if (field.has_oneof_index() && (field.oneof_index() < 0 || field.oneof_index() >= in.oneof_decl_size())) {
        return error(ErrorCode::kInvalidArgument, "Protobuf schema: field {} is in a oneof that does not exist",
                     field.name());
      }
      Field& read =
          (in_oneof ? out.oneofs[static_cast<std::size_t>(field.oneof_index())].fields : out.fields).emplace_back();
      TRY(read_field(field, child(path, {pb::DescriptorProto::kFieldFieldNumber, i}), nested, read));
      if (in_oneof) read.label = Label::kNone;
    }
    // Oneofs without members are those that stand for `optional`.
    std::erase_if(out.oneofs, [](const Oneof& oneof) { return oneof.fields.empty(); });
    TRY(read_extensions(in, path, out.extensions));
    TRY(read_extends(in.extension(), in.nested_type(), path, pb::DescriptorProto::kExtensionFieldNumber,
                     pb::DescriptorProto::kNestedTypeFieldNumber, out.extends));
    TRY(read_types(in.nested_type(), in.field(), path, pb::DescriptorProto::kNestedTypeFieldNumber, out.messages,
                   &in.extension()));
    TRY(read_enums(in.enum_type(), child(path, {pb::DescriptorProto::kEnumTypeFieldNumber}), out.enums));
    --depth_;
    return {};
  }

  /// The messages that stand beside a field, and where.
  struct Nested {
    const Repeated<pb::DescriptorProto>& types;
    Path path;
    std::unordered_map<std::string_view, int> by_name = {};

    int find(const std::string& type_name) {
      if (by_name.empty()) {
        for (int i = 0; i < types.size(); ++i) by_name.emplace(types[i].name(), i);
      }
      const auto found = by_name.find(std::string_view(type_name).substr(type_name.rfind('.') + 1));
      return found == by_name.end() ? -1 : found->second;
    }
  };

  Result<void> read_field(const pb::FieldDescriptorProto& in, const Path& path, Nested& nested, Field& out) {
    out.name = in.name();
    out.number = in.number();
    out.label = label(in);
    out.type = in.has_type_name() ? in.type_name()
                                  : pb::FieldDescriptor::TypeName(static_cast<pb::FieldDescriptor::Type>(in.type()));
    const int type = in.has_type_name() ? nested.find(in.type_name()) : -1;
    if (in.type() == pb::FieldDescriptorProto::TYPE_GROUP) {
      if (type < 0) return error(ErrorCode::kInvalidArgument, "Protobuf schema: group {} has no body", in.name());
      out.type = nested.types[type].name();
      TRY(read_message(nested.types[type], child(nested.path, {type}), out.group.emplace_back()));
    } else if (type >= 0 && is_implicit_entry(nested.types[type]) && nested.types[type].field_size() == 2) {
      const auto& value = nested.types[type].field(1);
      out.map_key_type =
          pb::FieldDescriptor::TypeName(static_cast<pb::FieldDescriptor::Type>(nested.types[type].field(0).type()));
      out.type = value.has_type_name()
                     ? value.type_name()
                     : pb::FieldDescriptor::TypeName(static_cast<pb::FieldDescriptor::Type>(value.type()));
      out.label = Label::kNone;
    }
    TRY(read_options(in.options(), child(path, {pb::FieldDescriptorProto::kOptionsFieldNumber}), out.options));
    if (in.has_json_name()) out.json_name = in.json_name();
    if (in.has_default_value()) {
      TRY_ASSIGN(out.default_value,
                 default_value(in, child(path, {pb::FieldDescriptorProto::kDefaultValueFieldNumber})));
    }
    return {};
  }

  Label label(const pb::FieldDescriptorProto& in) const {
    if (in.label() == pb::FieldDescriptorProto::LABEL_REPEATED) return Label::kRepeated;
    if (in.proto3_optional()) return Label::kOptional;
    if (proto3_) return Label::kNone;
    return in.label() == pb::FieldDescriptorProto::LABEL_REQUIRED ? Label::kRequired : Label::kOptional;
  }

  Result<OptionValue> default_value(const pb::FieldDescriptorProto& in, const Path& path) const {
    if (source_ != nullptr) {
      if (const auto text = source_->text(path)) return parse_option_value(*text);
    }
    const std::string& text = in.default_value();
    switch (in.type()) {
      case pb::FieldDescriptorProto::TYPE_STRING:
        return text_value(OptionValue::Kind::kString, text);
      case pb::FieldDescriptorProto::TYPE_BYTES:
        return text_value(OptionValue::Kind::kString, pb::UnescapeCEscapeString(text));
      case pb::FieldDescriptorProto::TYPE_BOOL:
      case pb::FieldDescriptorProto::TYPE_ENUM:
        return text_value(OptionValue::Kind::kWord, text);
      default:
        return text_value(OptionValue::Kind::kNumber, text);
    }
  }

  /// `past_end`: 1 when a range's end is the number behind it (messages), 0 when it is the last (enums).
  template <class Proto>
  void read_reserved(const Proto& in, const Path& path, int ranges, int names, int past_end,
                     std::vector<Reserved>& out) {
    struct Item {
      std::size_t statement = 0;
      int index = 0;
      bool name = false;
    };
    std::vector<Item> items;
    const auto collect = [&](int count, int number, bool name) {
      const auto statements =
          source_ == nullptr ? std::vector<SourceMap::Span>{} : source_->spans(child(path, {number}));
      for (int i = 0; i < count; ++i) {
        const std::size_t none = items.size();
        items.push_back({source_ == nullptr ? none : statement_of(child(path, {number, i}), statements), i, name});
      }
    };
    collect(in.reserved_range_size(), ranges, false);
    collect(in.reserved_name_size(), names, true);
    sort_by(items, [](const Item& item) { return item.statement; });
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i == 0 || items[i].statement != items[i - 1].statement) out.emplace_back();
      if (items[i].name) {
        out.back().names.push_back(in.reserved_name(items[i].index));
      } else {
        const auto& range = in.reserved_range(items[i].index);
        out.back().ranges.push_back(number_range(range, past_end, child(path, {ranges, items[i].index})));
      }
    }
  }

  /// Where the statement begins that holds an element.
  std::size_t statement_of(const Path& element, const std::vector<SourceMap::Span>& statements) const {
    const auto spans = source_->spans(element);
    if (spans.empty()) return 0;
    const auto behind = std::upper_bound(statements.begin(), statements.end(), spans.front().begin,
                                         [](std::size_t at, const SourceMap::Span& span) { return at < span.begin; });
    return behind == statements.begin() ? 0 : (behind - 1)->begin;
  }

  template <class Range>
  NumberRange number_range(const Range& range, int past_end, const Path& path) const {
    NumberRange out{range.start(), range.end() - past_end, false};
    out.to = out.first != out.last;
    if (source_ != nullptr) {
      const auto text = source_->text(path);
      out.to = out.to || (text && text->find("to") != std::string_view::npos);
    }
    return out;
  }

  Result<void> read_extensions(const pb::DescriptorProto& in, const Path& path, std::vector<Extensions>& out) {
    constexpr int kNumber = pb::DescriptorProto::kExtensionRangeFieldNumber;
    const auto statements =
        source_ == nullptr ? std::vector<SourceMap::Span>{} : source_->spans(child(path, {kNumber}));
    std::size_t last_statement = 0;
    for (int i = 0; i < in.extension_range_size(); ++i) {
      const auto& range = in.extension_range(i);
      const std::size_t statement = source_ == nullptr ? 0 : statement_of(child(path, {kNumber, i}), statements);
      if (source_ == nullptr || out.empty() || statement != last_statement) {
        out.emplace_back();
        TRY(read_options(range.options(),
                         child(path, {kNumber, i, pb::DescriptorProto::ExtensionRange::kOptionsFieldNumber}),
                         out.back().options));
      }
      last_statement = statement;
      out.back().ranges.push_back(number_range(range, 1, child(path, {kNumber, i})));
    }
    return {};
  }

  Result<void> read_extends(const Repeated<pb::FieldDescriptorProto>& fields,
                            const Repeated<pb::DescriptorProto>& types, const Path& path, int number, int types_number,
                            std::vector<Extend>& out) {
    const auto blocks = source_ == nullptr ? std::vector<SourceMap::Span>{} : source_->spans(child(path, {number}));
    Nested nested{types, child(path, {types_number})};
    std::unordered_map<std::string, std::size_t> block_index;  // by place in the text, or by extendee
    for (int i = 0; i < fields.size(); ++i) {
      const auto& field = fields[i];
      const std::string block =
          source_ == nullptr ? field.extendee() : std::to_string(statement_of(child(path, {number, i}), blocks));
      const auto [at, added] = block_index.emplace(block, out.size());
      if (added) out.push_back({field.extendee(), {}});
      TRY(read_field(field, child(path, {number, i}), nested, out[at->second].fields.emplace_back()));
    }
    return {};
  }

  Result<void> read_enums(const Repeated<pb::EnumDescriptorProto>& enums, const Path& path, std::vector<Enum>& out) {
    for (int i = 0; i < enums.size(); ++i) {
      const pb::EnumDescriptorProto& in = enums[i];
      const Path at = child(path, {i});
      Enum& read = out.emplace_back();
      read.name = in.name();
      TRY(read_options(in.options(), child(at, {pb::EnumDescriptorProto::kOptionsFieldNumber}), read.options));
      read_reserved(in, at, pb::EnumDescriptorProto::kReservedRangeFieldNumber,
                    pb::EnumDescriptorProto::kReservedNameFieldNumber, 0, read.reserved);
      for (int k = 0; k < in.value_size(); ++k) {
        EnumConstant& constant = read.constants.emplace_back();
        constant.name = in.value(k).name();
        constant.number = in.value(k).number();
        TRY(read_options(in.value(k).options(),
                         child(at, {pb::EnumDescriptorProto::kValueFieldNumber, k,
                                    pb::EnumValueDescriptorProto::kOptionsFieldNumber}),
                         constant.options));
      }
    }
    return {};
  }

  Result<void> read_service(const pb::ServiceDescriptorProto& in, const Path& path, Service& out) {
    out.name = in.name();
    TRY(read_options(in.options(), child(path, {pb::ServiceDescriptorProto::kOptionsFieldNumber}), out.options));
    for (int i = 0; i < in.method_size(); ++i) {
      const pb::MethodDescriptorProto& method = in.method(i);
      Method& read = out.methods.emplace_back();
      read.name = method.name();
      read.request_type = method.input_type();
      read.response_type = method.output_type();
      read.request_stream = method.client_streaming();
      read.response_stream = method.server_streaming();
      TRY(read_options(method.options(),
                       child(path, {pb::ServiceDescriptorProto::kMethodFieldNumber, i,
                                    pb::MethodDescriptorProto::kOptionsFieldNumber}),
                       read.options));
    }
    return {};
  }

  const SourceMap* source_;
  OptionBytes option_bytes_;
  bool proto3_ = false;
  int depth_ = 0;
};

}  // namespace

Result<ProtoFile> read_file(const pb::FileDescriptorProto& descriptor, const SourceMap* source,
                            const pb::DescriptorPool& pool) {
  return FileReader(source, pool).read(descriptor);
}

}  // namespace weft::schema::protobuf
