#include <algorithm>
#include <unordered_map>

#include "schema/protobuf/option_text.h"
#include "schema/protobuf/print.h"
#include "schema/protobuf/sort_by.h"

namespace weft::schema::protobuf {
namespace {

class Normalizer {
 public:
  explicit Normalizer(const Schema& schema)
      : types_(schema.types()), folds_maps_(schema.descriptor().ok()), file_(schema.file()) {}

  Result<ProtoFile> normalize() {
    const std::string& package = file_.package;
    if (!file_.proto3()) file_.syntax.clear();
    for (auto* imports : {&file_.imports, &file_.public_imports, &file_.weak_imports}) {
      std::sort(imports->begin(), imports->end());
      imports->erase(std::unique(imports->begin(), imports->end()), imports->end());
    }
    options(file_.options, package);
    TRY(messages(file_.messages, package));
    for (Enum& enumeration : file_.enums) normalize(enumeration, package);
    TRY(extends(file_.extends, package));
    for (Service& service : file_.services) TRY(normalize(service, package));
    return std::move(file_);
  }

 private:
  // --- Types

  Result<void> messages(std::vector<Message>& messages, const std::string& scope) {
    for (Message& message : messages) TRY(normalize(message, join_name(scope, message.name)));
    // What stands for a map's entry is folded into `map<>` where it is used.
    if (folds_maps_) std::erase_if(messages, [](const Message& message) { return message.map_entry; });
    return {};
  }

  Result<void> normalize(Message& message, const std::string& scope) {
    normalize(message.reserved);
    options(message.options, scope);
    TRY(fields(message.fields, scope));
    for (Oneof& oneof : message.oneofs) {
      options(oneof.options, scope);
      TRY(fields(oneof.fields, scope));
    }
    sort_by(message.oneofs, [](const Oneof& oneof) { return oneof.fields.front().number; });
    std::vector<Extensions> single;
    for (Extensions& extensions : message.extensions) {
      options(extensions.options, scope);
      for (const NumberRange& range : extensions.ranges) single.push_back({{one(range)}, extensions.options});
    }
    sort_by(single, [](const Extensions& extensions) { return extensions.ranges.front().first; });
    message.extensions = std::move(single);
    TRY(extends(message.extends, scope));
    for (Enum& enumeration : message.enums) normalize(enumeration, scope);
    return messages(message.messages, scope);
  }

  static NumberRange one(NumberRange range) {
    range.to = range.first != range.last;
    return range;
  }

  static void normalize(std::vector<Reserved>& statements) {
    std::vector<NumberRange> ranges;
    std::vector<std::string> names;
    for (const Reserved& statement : statements) {
      for (const NumberRange& range : statement.ranges) ranges.push_back(one(range));
      names.insert(names.end(), statement.names.begin(), statement.names.end());
    }
    sort_by(ranges, [](const NumberRange& range) { return std::pair(range.first, range.last); });
    std::sort(names.begin(), names.end());
    statements.clear();
    for (const NumberRange& range : ranges) statements.push_back({{range}, {}});
    for (std::string& name : names) statements.push_back({{}, {std::move(name)}});
  }

  void normalize(Enum& enumeration, const std::string& scope) {
    const std::string own = join_name(scope, enumeration.name);
    normalize(enumeration.reserved);
    options(enumeration.options, own);
    for (EnumConstant& constant : enumeration.constants) options(constant.options, own);
    sort_by(enumeration.constants,
            [](const EnumConstant& constant) { return std::pair(constant.number, constant.name); });
  }

  Result<void> fields(std::vector<Field>& fields, const std::string& scope) {
    for (Field& field : fields) TRY(normalize(field, scope));
    sort_by(fields, [](const Field& field) { return field.number; });
    return {};
  }

  Result<void> normalize(Field& field, const std::string& scope) {
    options(field.options, scope);
    sort_default_and_json_name(field);
    if (field.is_group()) return normalize(field.group.front(), join_name(scope, field.type));
    if (is_scalar(field.type)) return {};
    TRY_ASSIGN(const NamedType* type, resolved(field.type, scope));
    field.type = "." + type->full_name;
    if (type->message == nullptr || !type->message->map_entry || !folds_maps_) return {};
    const Field* key = find_field(*type->message, "key");
    const Field* value = find_field(*type->message, "value");
    if (key == nullptr || value == nullptr) return {};
    field.label = Label::kNone;
    field.map_key_type = key->type;
    field.type = value->type;
    if (is_scalar(value->type)) return {};
    TRY_ASSIGN(const NamedType* value_type, resolved(value->type, type->full_name));
    field.type = "." + value_type->full_name;
    return {};
  }

  /// `default` and `json_name` take their places among the other options.
  static void sort_default_and_json_name(Field& field) {
    const auto add = [&](std::string name, OptionValue value) {
      normalize(value);
      const auto behind = std::find_if(field.options.begin(), field.options.end(),
                                       [&](const Option& option) { return option.name.front().name > name; });
      field.options.insert(behind, Option{{{name, false}}, std::move(value)});
    };
    if (field.default_value) add("default", *std::exchange(field.default_value, std::nullopt));
    if (field.json_name) {
      OptionValue name;
      name.kind = OptionValue::Kind::kString;
      name.text = *std::exchange(field.json_name, std::nullopt);
      add("json_name", std::move(name));
    }
  }

  Result<const NamedType*> resolved(const std::string& name, const std::string& scope) const {
    if (const NamedType* type = types_.type(name, scope)) return type;
    return error(ErrorCode::kInvalidArgument, "Protobuf schema: type \"{}\" in {} is declared nowhere", name,
                 scope.empty() ? "the file" : scope);
  }

  /// One block for each extended message.
  Result<void> extends(std::vector<Extend>& blocks, const std::string& scope) {
    std::vector<Extend> merged;
    std::unordered_map<std::string, std::size_t> place;
    for (Extend& block : blocks) {
      TRY_ASSIGN(const NamedType* extendee, resolved(block.extendee, scope));
      const auto [at, added] = place.emplace(extendee->full_name, merged.size());
      if (added) merged.push_back({"." + extendee->full_name, {}});
      auto& into = merged[at->second].fields;
      std::move(block.fields.begin(), block.fields.end(), std::back_inserter(into));
    }
    for (Extend& block : merged) TRY(fields(block.fields, scope));
    blocks = std::move(merged);
    return {};
  }

  Result<void> normalize(Service& service, const std::string& scope) {
    options(service.options, scope);
    for (Method& method : service.methods) {
      options(method.options, scope);
      for (std::string* type : {&method.request_type, &method.response_type}) {
        TRY_ASSIGN(const NamedType* found, resolved(*type, scope));
        *type = "." + found->full_name;
      }
    }
    return {};
  }

  // --- Options

  /// Names in full, sorted; several assignments into one extension become one.
  void options(std::vector<Option>& options, const std::string& scope) const {
    for (Option& option : options) normalize(option, scope);
    sort_by(options, [](const Option& option) -> const std::string& { return option.name.front().name; });
    std::vector<Option> merged;
    for (Option& option : options) {
      const Field* field = nullptr;
      if (option.custom() && !merged.empty() && merged.back().custom() &&
          merged.back().name.front().name == option.name.front().name) {
        const NamedExtension* extension = types_.extension("." + option.name.front().name, "");
        field = extension == nullptr ? nullptr : extension->field;
      }
      if (field != nullptr && field->label != Label::kRepeated) {
        OptionValue& into = merged.back().value;
        if (into.kind == OptionValue::Kind::kMap && option.value.kind == OptionValue::Kind::kMap) {
          merge_maps(message_of(*field, option.name.front().name), into, std::move(option.value));
        } else {
          merged.back() = std::move(option);
        }
      } else {
        merged.push_back(std::move(option));
      }
    }
    for (Option& option : merged) normalize(option.value, scope);
    options = std::move(merged);
  }

  /// `(limits).range.max = 3` becomes `(acme.limits) = {range: {max: 3}}` when the extension is known.
  void normalize(Option& option, const std::string& scope) const {
    if (!option.custom()) return;
    const NamedExtension* extension = types_.extension(option.name.front().name, scope);
    if (extension == nullptr) return;
    option.name.front().name = extension->full_name;
    while (option.name.size() > 1) {
      const Option::Part part = option.name.back();
      option.name.pop_back();
      OptionValue map;
      map.kind = OptionValue::Kind::kMap;
      map.members.push_back({part.extension ? "[" + part.name + "]" : part.name, std::move(option.value)});
      option.value = std::move(map);
    }
  }

  struct MessageType {
    const Message* message = nullptr;
    std::string scope;
  };
  /// The message that a field holds; `owner` is the full name of what declares the field.
  MessageType message_of(const Field& field, const std::string& owner) const {
    if (is_scalar(field.type) || field.is_map()) return {};
    const NamedType* type = types_.type(field.type, owner);
    return type == nullptr ? MessageType{} : MessageType{type->message, type->full_name};
  }

  void merge_maps(const MessageType& type, OptionValue& into, OptionValue from) const {
    for (auto& member : from.members) {
      const auto at = std::find_if(into.members.begin(), into.members.end(),
                                   [&](const auto& existing) { return existing.name == member.name; });
      if (at == into.members.end()) {
        into.members.push_back(std::move(member));
        continue;
      }
      const Field* field = type.message == nullptr ? nullptr : find_field(*type.message, member.name);
      const bool singular = field != nullptr && field->label != Label::kRepeated && !field->is_map();
      if (!singular) {
        merge_lists(at->value, std::move(member.value));
      } else if (at->value.kind == OptionValue::Kind::kMap && member.value.kind == OptionValue::Kind::kMap) {
        merge_maps(message_of(*field, type.scope), at->value, std::move(member.value));
      } else {
        at->value = std::move(member.value);
      }
    }
  }

  /// Values of a repeated field, each once.
  static void merge_lists(OptionValue& into, OptionValue from) {
    const auto elements = [](OptionValue value) {
      if (value.kind == OptionValue::Kind::kList) return std::move(value.elements);
      std::vector<OptionValue> single;
      single.push_back(std::move(value));
      return single;
    };
    OptionValue list;
    list.kind = OptionValue::Kind::kList;
    for (auto& part : {elements(std::move(into)), elements(std::move(from))}) {
      for (const OptionValue& element : part) {
        // Long lists are left as they are: looking for doubles compares each with all.
        constexpr std::size_t kComparedMax = 1'000;
        if (list.elements.size() < kComparedMax &&
            std::find(list.elements.begin(), list.elements.end(), element) != list.elements.end()) {
          continue;
        }
        list.elements.push_back(element);
      }
    }
    into = std::move(list);
  }

  /// Members sorted and without empty lists, extensions in full, a list of one as that one, numbers in one form.
  void normalize(OptionValue& value, const std::string& scope) const {
    for (OptionValue& element : value.elements) normalize(element, scope);
    std::erase_if(value.members, [](const auto& member) {
      return member.value.kind == OptionValue::Kind::kList && member.value.elements.empty();
    });
    for (auto& member : value.members) {
      normalize(member.value, scope);
      if (!member.name.starts_with('[')) continue;
      const std::string name = member.name.substr(1, member.name.size() - 2);
      if (const NamedExtension* extension = types_.extension(name, scope))
        member.name = "[" + extension->full_name + "]";
    }
    sort_by(value.members, [](const auto& member) -> const std::string& { return member.name; });
    normalize(value);
    for (auto& member : value.members) {
      if (member.value.kind != OptionValue::Kind::kList || member.value.elements.size() != 1) continue;
      OptionValue single = std::move(member.value.elements.front());
      member.value = std::move(single);
    }
  }
  static void normalize(OptionValue& value) {
    if (value.kind == OptionValue::Kind::kNumber) value.text = normalized_number(value.text);
  }

  const TypeIndex& types_;
  const bool folds_maps_;  ///< Only linking tells whether an entry has the shape of one, and is used as such.
  ProtoFile file_;
};

}  // namespace

Result<std::string> normalized_text(const Schema& schema) {
  TRY_ASSIGN(const ProtoFile file, Normalizer(schema).normalize());
  return print_file(file);
}

}  // namespace weft::schema::protobuf
