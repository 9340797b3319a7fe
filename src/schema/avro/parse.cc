#include <algorithm>
#include <array>
#include <cctype>
#include <unordered_map>
#include <unordered_set>

#include "schema/avro/default_value.h"
#include "schema/avro/logical_type.h"
#include "schema/avro/print.h"
#include "schema/avro/schema.h"
#include "schema/json_text.h"

namespace weft::schema::avro {
namespace {

constexpr std::int64_t kFixedBytesMax = std::int64_t{1} << 30;

// Members that Avro knows; all others are properties.
using Members = std::span<const std::string_view>;
constexpr std::array<std::string_view, 11> kEnumMembers = {"doc",     "fields", "items", "name",    "namespace", "size",
                                                           "symbols", "values", "type",  "aliases", "default"};
constexpr Members kSchemaMembers = Members(kEnumMembers).first(10);  // all but "default"
constexpr std::array<std::string_view, 6> kFieldMembers = {"default", "doc", "name", "order", "type", "aliases"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// One part of a name: [A-Za-z_][A-Za-z0-9_]*; stored schemas may hold any letter beyond ASCII.
bool valid_name_part(std::string_view part, ParseRules rules) {
  const auto letter = [&](char c) {
    return is_letter(c) || (rules == ParseRules::kStored && static_cast<unsigned char>(c) >= 0x80);
  };
  return !part.empty() && letter(part.front()) &&
         std::all_of(part.begin(), part.end(), [&](char c) { return letter(c) || is_digit(c); });
}

bool valid_namespace(std::string_view space) {
  while (true) {
    const auto dot = space.find('.');
    if (!valid_name_part(space.substr(0, dot), ParseRules::kNew)) return false;
    if (dot == std::string_view::npos) return true;
    space.remove_prefix(dot + 1);
  }
}

}  // namespace

/// Depth first and left to right, as the specification defines which names are known where. Recursion is bounded by the
/// depth of the JSON tree.
class Parser {
 public:
  explicit Parser(ParseRules rules) : rules_(rules), schema_(new Schema()) {}

  Result<void> reference(std::string_view text) {
    TRY(document(text, ParseRules::kStored));
    for (Type& type : schema_->types_) type.referenced = true;
    return {};
  }

  Result<std::shared_ptr<const Schema>> schema(std::string_view text) {
    TRY_ASSIGN(schema_->root_, document(text, rules_));
    return std::shared_ptr<const Schema>(std::move(schema_));
  }

 private:
  /// Where in the document we are, for messages: grows by one step per level.
  class Step {
   public:
    Step(std::string& path, std::string_view step) : path_(path), size_(path.size()) { path_ += step; }
    Step(std::string& path, std::string_view list, std::size_t index) : path_(path), size_(path.size()) {
      path_ += fmt::format("{}[{}]", list, index);
    }
    ~Step() { path_.resize(size_); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    std::string& path_;
    std::size_t size_;
  };

  template <class... Args>
  Error refuse(fmt::format_string<Args...> text, Args&&... args) const {
    return error(ErrorCode::kInvalidArgument, "Avro schema at {}: {}", path_,
                 fmt::format(text, std::forward<Args>(args)...));
  }

  Result<const Type*> document(std::string_view text, ParseRules rules) {
    auto tree = parse_json(text);
    if (!tree.ok()) return error(tree.error().code, "Avro schema: {}", tree.error().message);
    rules_ = rules;
    path_ = "$";
    const std::size_t first_record = records_.size();
    TRY_ASSIGN(const Type* root, parse(*tree, ""));
    if (rules == ParseRules::kNew) {
      // Only now: a default may be of a type that was still being read.
      for (std::size_t i = first_record; i < records_.size(); ++i) TRY(check_defaults(*records_[i]));
    }
    return root;
  }

  Result<const Type*> parse(const JsonNode& node, const std::string& space) {
    switch (node.kind) {
      case JsonNode::Kind::kString:
        return find(node.text, space);
      case JsonNode::Kind::kArray:
        return parse_union(node, space);
      case JsonNode::Kind::kObject:
        return parse_object(node, space);
      default:
        return refuse("a schema is a type name, an object with \"type\", or an array of union branches; this is {}",
                      node.kind_text());
    }
  }

  Result<const Type*> parse_object(const JsonNode& node, const std::string& space) {
    const JsonNode* type = node.find("type");
    if (type == nullptr || !type->is_string()) {
      return refuse("\"type\" must be a string, and is {}", type == nullptr ? "missing" : type->kind_text());
    }
    const std::string& word = type->text;
    if (const auto primitive = primitive_kind(word)) return parse_primitive(node, *primitive);
    if (word == "record" || word == "error") return parse_record(node, space, word == "error");
    if (word == "enum") return parse_enum(node, space);
    if (word == "fixed") return parse_fixed(node, space);
    if (word == "array") return parse_element(node, space, Kind::kArray, "items");
    if (word == "map") return parse_element(node, space, Kind::kMap, "values");
    return find(word, space);
  }

  Result<const Type*> find(const std::string& word, const std::string& space) {
    if (const auto primitive = primitive_kind(word)) return plain(*primitive);
    if (!space.empty() && word.find('.') == std::string::npos) {
      if (const auto known = names_.find(space + "." + word); known != names_.end()) return known->second;
    }
    if (const auto known = names_.find(word); known != names_.end()) return known->second;
    return refuse("type \"{}\" is not known here: define it before its first use, or refer to the schema that has it",
                  word.substr(0, 200));
  }

  /// One node per primitive without properties.
  const Type* plain(Kind kind) {
    const Type*& known = plain_[static_cast<std::size_t>(kind)];
    if (known == nullptr) known = &add(kind);
    return known;
  }

  Type& add(Kind kind) {
    Type& type = schema_->types_.emplace_back();
    type.kind = kind;
    return type;
  }

  Result<const Type*> parse_primitive(const JsonNode& node, Kind kind) {
    auto properties = take_properties(node, kSchemaMembers);
    if (properties.empty()) return plain(kind);
    Type& type = add(kind);
    type.properties = std::move(properties);
    set_logical_type(type);
    return &type;
  }

  Result<const Type*> parse_element(const JsonNode& node, const std::string& space, Kind kind,
                                    std::string_view member) {
    const JsonNode* element = node.find(member);
    if (element == nullptr) return refuse("{} needs \"{}\"", kind == Kind::kArray ? "an array" : "a map", member);
    Type& type = add(kind);
    {
      const Step step(path_, kind == Kind::kArray ? ".items" : ".values");
      TRY_ASSIGN(type.element, parse(*element, space));
    }
    type.properties = take_properties(node, kSchemaMembers);
    return &type;
  }

  Result<const Type*> parse_union(const JsonNode& node, const std::string& space) {
    Type& type = add(Kind::kUnion);
    std::unordered_set<std::string> seen;
    for (std::size_t i = 0; i < node.elements.size(); ++i) {
      const Step step(path_, "", i);
      TRY_ASSIGN(const Type* branch, parse(node.elements[i], space));
      if (branch->kind == Kind::kUnion) return refuse("a union may not directly hold another union");
      if (!seen.insert(branch->branch_name()).second) {
        return refuse("{} stands twice in this union; branches are told apart by type, and named types by name",
                      branch->branch_name());
      }
      type.branches.push_back(branch);
    }
    return &type;
  }

  Result<const Type*> parse_fixed(const JsonNode& node, const std::string& space) {
    TRY_ASSIGN(Type * type, parse_named(node, space, Kind::kFixed));
    const JsonNode* size = node.find("size");
    const auto bytes = size == nullptr ? std::nullopt : size->integer();
    if (!bytes || *bytes < 0 || *bytes > kFixedBytesMax) {
      return refuse("a fixed needs \"size\", a whole number of bytes from 0 to {}", kFixedBytesMax);
    }
    type->size = static_cast<std::int32_t>(*bytes);
    type->properties = take_properties(node, kSchemaMembers);
    set_logical_type(*type);
    return define(*type);
  }

  Result<const Type*> parse_enum(const JsonNode& node, const std::string& space) {
    TRY_ASSIGN(Type * type, parse_named(node, space, Kind::kEnum));
    const JsonNode* symbols = node.find("symbols");
    if (symbols == nullptr || !symbols->is_array()) return refuse("an enum needs \"symbols\", an array of names");
    std::unordered_set<std::string_view> seen;
    for (std::size_t i = 0; i < symbols->elements.size(); ++i) {
      const Step step(path_, ".symbols", i);
      const JsonNode& symbol = symbols->elements[i];
      if (!symbol.is_string()) return refuse("a symbol is a string, and this is {}", symbol.kind_text());
      TRY(check_name_part(symbol.text, "symbol"));
      if (!seen.insert(symbol.text).second) return refuse("symbol \"{}\" stands twice", symbol.text);
      type->symbols.push_back(symbol.text);
    }
    if (const JsonNode* chosen = node.find("default"); chosen != nullptr && chosen->is_string()) {
      if (!seen.contains(chosen->text)) return refuse("the default \"{}\" is not among the symbols", chosen->text);
      type->enum_default = chosen->text;
    }
    type->properties = take_properties(node, kEnumMembers);
    return define(*type);
  }

  Result<const Type*> parse_record(const JsonNode& node, const std::string& space, bool is_error) {
    TRY_ASSIGN(Type * type, parse_named(node, space, Kind::kRecord));
    type->is_error = is_error;
    const JsonNode* fields = node.find("fields");
    if (fields == nullptr || !fields->is_array()) return refuse("a record needs \"fields\", an array of fields");
    // Known from here on: fields may be of the record itself.
    const auto before = names_.find(type->name.full());
    const Type* const known = before == names_.end() ? nullptr : before->second;
    if (known == nullptr) names_.emplace(type->name.full(), type);
    open_.insert(type);
    const std::string inner_space = type->name.space;
    std::unordered_set<std::string_view> seen;
    type->fields.reserve(fields->elements.size());
    for (std::size_t i = 0; i < fields->elements.size(); ++i) {
      const Step step(path_, ".fields", i);
      TRY_ASSIGN(Field field, parse_field(fields->elements[i], inner_space));
      type->fields.push_back(std::move(field));
      if (!seen.insert(fields->elements[i].find("name")->text).second) {
        return refuse("field \"{}\" stands twice in this record", type->fields.back().name);
      }
    }
    type->properties = take_properties(node, kSchemaMembers);
    open_.erase(type);
    if (known != nullptr) return same_or_refuse(*known, *type);
    records_.push_back(type);
    return type;
  }

  Result<Field> parse_field(const JsonNode& node, const std::string& space) {
    const JsonNode* name = node.find("name");
    if (name == nullptr || !name->is_string())
      return refuse("a field is an object with \"name\", a string, and \"type\"");
    TRY(check_name_part(name->text, "field name"));
    Field field;
    field.name = name->text;
    append_json_string(field.json_key, field.name);
    field.json_key += ':';
    field.doc = optional_text(node, "doc");
    const JsonNode* type = node.find("type");
    if (type == nullptr) return refuse("field \"{}\" needs \"type\"", field.name);
    {
      const Step step(path_, ".type");
      TRY_ASSIGN(field.type, parse(*type, space));
    }
    if (const JsonNode* order = node.find("order")) {
      TRY_ASSIGN(field.order, parse_order(*order));
    }
    if (const JsonNode* value = node.find("default")) {
      field.default_value = *value;
      // Java's library reads a text as the number it spells.
      if ((field.type->kind == Kind::kDouble || field.type->kind == Kind::kFloat) && value->is_string()) {
        JsonNode number;
        number.kind = JsonNode::Kind::kNumber;
        if (auto parsed = parse_json(value->text); parsed.ok() && parsed->is_number()) {
          append_java_double(number.text, parsed->number());
          field.default_value = std::move(number);
        }
      }
    }
    TRY_ASSIGN(field.aliases, parse_aliases(node));
    field.properties = take_properties(node, kFieldMembers);
    return field;
  }

  Result<FieldOrder> parse_order(const JsonNode& node) const {
    std::string word = node.text;
    std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
    if (node.is_string() && word == "ascending") return FieldOrder::kAscending;
    if (node.is_string() && word == "descending") return FieldOrder::kDescending;
    if (node.is_string() && word == "ignore") return FieldOrder::kIgnore;
    return refuse("\"order\" is \"ascending\", \"descending\" or \"ignore\"");
  }

  /// Name, doc and aliases of a record, enum or fixed.
  Result<Type*> parse_named(const JsonNode& node, const std::string& space, Kind kind) {
    const JsonNode* written = node.find("name");
    if (written == nullptr || !written->is_string()) return refuse("{} needs \"name\", a string", kind_name(kind));
    Name name = qualify(written->text, optional_text(node, "namespace").value_or(space));
    TRY(check_name_part(name.name, "name"));
    if (rules_ == ParseRules::kNew && !name.space.empty() && !valid_namespace(name.space)) {
      return refuse("namespace \"{}\" is not a row of names ([A-Za-z_][A-Za-z0-9_]*) with dots between", name.space);
    }
    if (primitive_kind(name.full()))
      return refuse("a {} may not be named after a primitive: {}", kind_name(kind), name.full());
    Type& type = add(kind);
    type.doc = optional_text(node, "doc");
    TRY_ASSIGN(const auto aliases, parse_aliases(node));
    for (const std::string& alias : aliases) {
      Name full = qualify(alias, name.space);
      TRY(check_name_part(full.name, "alias"));
      if (std::find(type.aliases.begin(), type.aliases.end(), full) == type.aliases.end())
        type.aliases.push_back(std::move(full));
    }
    type.name = std::move(name);
    return &type;
  }

  static Name qualify(const std::string& written, const std::string& space) {
    const auto dot = written.rfind('.');
    if (dot == std::string::npos) return {written, space};
    return {written.substr(dot + 1), written.substr(0, dot)};
  }

  Result<void> check_name_part(const std::string& part, std::string_view what) const {
    if (valid_name_part(part, rules_)) return {};
    return refuse("{} \"{}\" is not a name: it starts with a letter or _, then letters, digits and _ follow", what,
                  part.substr(0, 200));
  }

  Result<const Type*> define(Type& type) {
    const auto [known, added] = names_.try_emplace(type.name.full(), &type);
    if (added) return &type;
    return same_or_refuse(*known->second, type);
  }

  /// The same definition twice is harmless and common in generated schemas; the first one is meant. Anything else under
  /// a name that is taken is not.
  Result<const Type*> same_or_refuse(const Type& known, const Type& again) {
    if (!open_.contains(&known) && same_definition(known, again)) return &known;
    return refuse("{} is defined twice, and not the same both times", again.name.full());
  }

  static std::optional<std::string> optional_text(const JsonNode& node, std::string_view member) {
    const JsonNode* value = node.find(member);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return value->text;
  }

  Result<std::vector<std::string>> parse_aliases(const JsonNode& node) const {
    std::vector<std::string> aliases;
    const JsonNode* list = node.find("aliases");
    if (list == nullptr) return aliases;
    if (!list->is_array()) return refuse("\"aliases\" is an array of names, and this is {}", list->kind_text());
    std::unordered_set<std::string_view> seen;
    for (const JsonNode& alias : list->elements) {
      if (!alias.is_string()) return refuse("an alias is a string, and this is {}", alias.kind_text());
      if (seen.insert(alias.text).second) aliases.push_back(alias.text);
    }
    return aliases;
  }

  static std::vector<JsonNode::Member> take_properties(const JsonNode& node, Members known) {
    std::vector<JsonNode::Member> properties;
    for (const auto& member : node.members) {
      if (std::find(known.begin(), known.end(), member.name) == known.end()) properties.push_back(member);
    }
    return properties;
  }

  Result<void> check_defaults(const Type& record) const {
    for (const Field& field : record.fields) {
      if (!field.default_value) continue;
      const auto fits = default_fits(*field.type, *field.default_value);
      if (fits.ok() && *fits) continue;
      std::string value;
      append_json(value, *field.default_value);
      const std::string where = fmt::format("Avro schema, record {}: the default {} of field \"{}\"",
                                            record.name.full(), value.substr(0, 200), field.name);
      if (!fits.ok()) return error(fits.error().code, "{}: {}", where, fits.error().message);
      return error(ErrorCode::kInvalidArgument, "{} is no {}", where, type_text(*field.type));
    }
    return {};
  }

  ParseRules rules_;
  std::string path_;
  std::unique_ptr<Schema> schema_;
  std::unordered_map<std::string, const Type*> names_;
  std::array<const Type*, 8> plain_{};
  std::unordered_set<const Type*> open_;  // records whose fields are still being read
  std::vector<const Type*> records_;      // of this document, for the checks that need whole types
};

Result<std::shared_ptr<const Schema>> Schema::parse(std::string_view text, ParseRules rules,
                                                    std::span<const std::string_view> references) {
  Parser parser(rules);
  for (const std::string_view reference : references) TRY(parser.reference(reference));
  return parser.schema(text);
}

}  // namespace weft::schema::avro
