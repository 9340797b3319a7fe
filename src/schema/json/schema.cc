#include "schema/json/schema.h"

#include <algorithm>

#include "base/utf8.h"
#include "schema/json/pattern.h"

namespace weft::schema::json {
namespace {

constexpr std::array<std::string_view, 7> kTypeNames = {"null",   "boolean", "integer", "number",
                                                        "string", "array",   "object"};

}  // namespace

Schema::Schema() = default;
Schema::~Schema() = default;

std::string_view type_name(Type type) { return kTypeNames[static_cast<std::size_t>(type)]; }

std::span<const Child> Subschema::all(Keyword keyword) const {
  const auto [first, last] = std::ranges::equal_range(children, keyword, {}, &Child::keyword);
  return {first, last};
}

const Subschema* Subschema::one(Keyword keyword) const {
  const JsonNode* value = word(keyword);
  if (value == nullptr || value->is_array()) return nullptr;
  const auto found = all(keyword);
  return found.empty() ? nullptr : found.front().schema;
}

bool Subschema::constrains(Keyword keyword) const {
  if (keyword < Keyword::kType || !has(keyword)) return false;
  const bool properties = keyword == Keyword::kProperties || keyword == Keyword::kPatternProperties;
  return draft <= Draft::k7 || !properties || !word(keyword)->members.empty();
}

std::vector<Type> Subschema::types() const {
  std::vector<Type> types;
  const auto add = [&](const JsonNode& name) {
    const auto known = std::find(kTypeNames.begin(), kTypeNames.end(), name.text);
    const auto type = static_cast<Type>(known - kTypeNames.begin());
    if (std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
  };
  const JsonNode* value = word(Keyword::kType);
  if (value != nullptr && value->is_string()) add(*value);
  if (value != nullptr) std::for_each(value->elements.begin(), value->elements.end(), add);
  return types;
}

Result<void> check_field_names(const Schema& schema) {
  for (const Child& property : schema.root().all(Keyword::kProperties)) {
    if (!property.name.starts_with("$$")) continue;
    return error(ErrorCode::kInvalidArgument, "JSON schema at #/properties/{}: a field's name may not begin with $$",
                 utf8_prefix(property.name, 200));
  }
  return {};
}

}  // namespace weft::schema::json
