#include "schema/avro/print.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "schema/avro/logical_type.h"
#include "schema/json_text.h"

namespace weft::schema::avro {
namespace {

constexpr int kTypeTextDepthMax = 4;
constexpr int kCanonicalFormDepthMax = 1'000;

/// Words that stand for kinds: a named type called so is always written with its namespace.
bool is_kind_word(std::string_view name) {
  constexpr std::array<std::string_view, 6> kComplex = {"record", "enum", "array", "map", "union", "fixed"};
  return primitive_kind(name) || std::find(kComplex.begin(), kComplex.end(), name) != kComplex.end();
}

std::string qualified(const Name& name, const std::string& space) {
  return !name.space.empty() && name.space == space && !is_kind_word(name.name) ? name.name : name.full();
}

std::string_view order_name(FieldOrder order) {
  switch (order) {
    case FieldOrder::kAscending:
      return "ascending";
    case FieldOrder::kDescending:
      return "descending";
    case FieldOrder::kIgnore:
      return "ignore";
  }
  return "ascending";
}

void append_member(std::string& out, std::string_view name) {
  if (out.back() != '{') out += ',';
  append_json_string(out, name);
  out += ':';
}
void append_text_member(std::string& out, std::string_view name, std::string_view text) {
  append_member(out, name);
  append_json_string(out, text);
}

void append_texts(std::string& out, const std::vector<std::string>& texts) {
  out += '[';
  for (const std::string& text : texts) {
    if (out.back() != '[') out += ',';
    append_json_string(out, text);
  }
  out += ']';
}

/// A default as its type writes it: 2 for a double is 2.0, and a double in a float's place loses what a float cannot
/// hold. Bounded like default_fits: one level down in the value per step.
void append_typed_default(std::string& out, const Type& type, const JsonNode& value) {
  switch (type.kind) {
    case Kind::kDouble:
      if (value.is_number()) return append_java_double(out, value.number());
      break;
    case Kind::kFloat:
      if (value.is_number()) return append_java_float(out, static_cast<float>(value.number()));
      break;
    case Kind::kArray:
      if (!value.is_array()) break;
      out += '[';
      for (const JsonNode& item : value.elements) {
        if (&item != &value.elements.front()) out += ',';
        append_typed_default(out, *type.element, item);
      }
      out += ']';
      return;
    default:
      break;
  }
  append_json(out, value);
}

class Printer {
 public:
  explicit Printer(bool normalize) : normalize_(normalize) {}

  std::string print(const Type& type) {
    append(type, "");
    return std::move(out_);
  }
  /// The types of referenced schemas in full as well.
  Result<std::string> print_resolved(const Type& type) {
    resolve_ = true;
    append(type, "");
    if (too_deep_) return error(ErrorCode::kTooLarge, "types are nested deeper than {}", kCanonicalFormDepthMax);
    return std::move(out_);
  }
  /// One definition in full, and every other named type by name.
  std::string print_definition(const Type& type) {
    names_only_ = true;
    append_definition(type, "");
    return std::move(out_);
  }

 private:
  void append(const Type& type, const std::string& space) {
    switch (type.kind) {
      case Kind::kRecord:
      case Kind::kEnum:
      case Kind::kFixed:
        // Referenced schemas may nest theirs in each other, and so be deeper than any text.
        too_deep_ = too_deep_ || (resolve_ && depth_ == kCanonicalFormDepthMax);
        if (names_only_ || (type.referenced && !resolve_) || too_deep_ || !defined_.insert(type.name.full()).second) {
          return append_json_string(out_, qualified(type.name, space));
        }
        ++depth_;
        append_definition(type, space);
        --depth_;
        return;
      case Kind::kUnion:
        out_ += '[';
        for (const Type* branch : type.branches) {
          if (branch != type.branches.front()) out_ += ',';
          append(*branch, space);
        }
        out_ += ']';
        return;
      case Kind::kArray:
      case Kind::kMap:
        out_ += type.kind == Kind::kArray ? R"({"type":"array","items":)" : R"({"type":"map","values":)";
        append(*type.element, space);
        append_properties(type.properties, false);
        out_ += '}';
        return;
      default:
        if (type.properties.empty()) return append_json_string(out_, kind_name(type.kind));
        out_ += '{';
        append_text_member(out_, "type", kind_name(type.kind));
        append_properties(type.properties, type.logical == LogicalType::kDecimal);
        out_ += '}';
    }
  }

  void append_definition(const Type& type, const std::string& space) {
    out_ += '{';
    append_text_member(out_, "type", type.is_error && !normalize_ ? "error" : kind_name(type.kind));
    append_text_member(out_, "name", type.name.name);
    if (type.name.space != space) append_text_member(out_, "namespace", type.name.space);
    if (type.doc) append_text_member(out_, "doc", *type.doc);
    if (type.kind == Kind::kRecord) append_fields(type);
    if (type.kind == Kind::kEnum) {
      append_member(out_, "symbols");
      append_texts(out_, type.symbols);
      if (type.enum_default) append_text_member(out_, "default", *type.enum_default);
    }
    if (type.kind == Kind::kFixed) {
      append_member(out_, "size");
      out_ += std::to_string(type.size);
    }
    std::vector<std::string> aliases;
    for (const Name& alias : type.aliases) aliases.push_back(qualified(alias, type.name.space));
    if (normalize_) append_aliases(std::move(aliases));
    append_properties(type.properties, type.logical == LogicalType::kDecimal);
    if (!normalize_) append_aliases(std::move(aliases));
    out_ += '}';
  }

  void append_aliases(std::vector<std::string> aliases) {
    if (aliases.empty()) return;
    if (normalize_) std::sort(aliases.begin(), aliases.end());
    append_member(out_, "aliases");
    append_texts(out_, aliases);
  }

  void append_fields(const Type& record) {
    append_member(out_, "fields");
    out_ += '[';
    for (const Field& field : record.fields) {
      if (&field != &record.fields.front()) out_ += ',';
      out_ += '{';
      append_text_member(out_, "name", field.name);
      append_member(out_, "type");
      append(*field.type, record.name.space);
      if (field.doc) append_text_member(out_, "doc", *field.doc);
      if (field.default_value) {
        append_member(out_, "default");
        if (normalize_) {
          append_typed_default(out_, *field.type, *field.default_value);
        } else {
          append_json(out_, *field.default_value);
        }
      }
      if (field.order != FieldOrder::kAscending) append_text_member(out_, "order", order_name(field.order));
      append_aliases(field.aliases);
      append_properties(field.properties, false);
      out_ += '}';
    }
    out_ += ']';
  }

  void append_properties(const std::vector<JsonNode::Member>& properties, bool is_decimal) {
    std::vector<const JsonNode::Member*> members;
    for (const auto& member : properties) {
      const bool default_scale = normalize_ && is_decimal && member.name == "scale" && member.value.text == "0";
      if (!default_scale) members.push_back(&member);
    }
    if (normalize_) {
      std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
    }
    for (const auto* member : members) {
      append_member(out_, member->name);
      append_json(out_, member->value, normalize_ ? MemberOrder::kSorted : MemberOrder::kAsWritten);
    }
  }

  bool normalize_;
  bool names_only_ = false;
  bool resolve_ = false;
  int depth_ = 0;
  bool too_deep_ = false;
  std::string out_;
  std::unordered_set<std::string> defined_;  // full names
};

/// Names and fixed sizes need no escaping: they have been checked.
class CanonicalFormPrinter {
 public:
  Result<std::string> print(const Type& type) {
    append(type);
    if (too_deep_) return error(ErrorCode::kTooLarge, "types are nested deeper than {}", kCanonicalFormDepthMax);
    return std::move(out_);
  }

 private:
  void append(const Type& type) {
    too_deep_ = too_deep_ || depth_ == kCanonicalFormDepthMax;
    if (too_deep_) return;
    ++depth_;
    append_type(type);
    --depth_;
  }

  void append_type(const Type& type) {
    switch (type.kind) {
      case Kind::kUnion:
        out_ += '[';
        for (const Type* branch : type.branches) {
          if (branch != type.branches.front()) out_ += ',';
          append(*branch);
        }
        out_ += ']';
        return;
      case Kind::kArray:
      case Kind::kMap:
        out_ += type.kind == Kind::kArray ? R"({"type":"array","items":)" : R"({"type":"map","values":)";
        append(*type.element);
        out_ += '}';
        return;
      case Kind::kRecord:
      case Kind::kEnum:
      case Kind::kFixed:
        return append_named(type);
      default:
        append_json_string(out_, kind_name(type.kind));
    }
  }

  void append_named(const Type& type) {
    const std::string name = type.name.full();
    if (!defined_.insert(&type).second) return append_json_string(out_, name);
    out_ += '{';
    append_text_member(out_, "name", name);
    append_text_member(out_, "type", kind_name(type.kind));
    if (type.kind == Kind::kEnum) {
      append_member(out_, "symbols");
      append_texts(out_, type.symbols);
    } else if (type.kind == Kind::kFixed) {
      append_member(out_, "size");
      out_ += std::to_string(type.size);
    } else {
      append_member(out_, "fields");
      out_ += '[';
      for (const Field& field : type.fields) {
        if (&field != &type.fields.front()) out_ += ',';
        out_ += '{';
        append_text_member(out_, "name", field.name);
        append_member(out_, "type");
        append(*field.type);
        out_ += '}';
      }
      out_ += ']';
    }
    out_ += '}';
  }

  std::string out_;
  std::unordered_set<const Type*> defined_;
  int depth_ = 0;
  bool too_deep_ = false;
};

std::string short_type_text(const Type& type, int depth) {
  if (depth == kTypeTextDepthMax) return "…";
  switch (type.kind) {
    case Kind::kArray:
      return "array of " + short_type_text(*type.element, depth + 1);
    case Kind::kMap:
      return "map of " + short_type_text(*type.element, depth + 1);
    case Kind::kUnion: {
      if (type.branches.empty()) return "empty union";
      std::string text;
      for (const Type* branch : type.branches) {
        if (!text.empty()) text += " or ";
        if (text.size() > 200) return text + "…";
        text += short_type_text(*branch, depth + 1);
      }
      return text;
    }
    default:
      break;
  }
  const std::string base = type.is_named() ? type.name.name : std::string(kind_name(type.kind));
  if (type.logical == LogicalType::kNone) return base;
  return fmt::format("{} ({})", logical_type_name(type.logical), base);
}

}  // namespace

std::string canonical_text(const Schema& schema) { return Printer(false).print(schema.root()); }
Result<std::string> resolved_text(const Schema& schema) { return Printer(false).print_resolved(schema.root()); }

std::string normalized_text(const Schema& schema) { return Printer(true).print(schema.root()); }
Result<std::string> parsing_canonical_form(const Schema& schema) { return CanonicalFormPrinter().print(schema.root()); }

bool same_definition(const Type& a, const Type& b) {
  return a.kind == b.kind && Printer(false).print_definition(a) == Printer(false).print_definition(b);
}

std::string type_text(const Type& type) { return short_type_text(type, 0); }

}  // namespace weft::schema::avro
