#include "schema/json/change.h"

#include <array>

namespace weft::schema::json {
namespace {

enum class Allowed : std::uint8_t { kNever, kLenient, kAlways };

struct Rule {
  std::string_view name;
  Allowed allowed;
  std::string_view text;
};

constexpr std::array kRules = {
#define WEFT_JSON_SCHEMA_CHANGE(kind, name, allowed, text) Rule{name, Allowed::allowed, text},
    WEFT_JSON_SCHEMA_CHANGES(WEFT_JSON_SCHEMA_CHANGE)
#undef WEFT_JSON_SCHEMA_CHANGE
};

const Rule& rule(ChangeKind kind) { return kRules[static_cast<std::size_t>(kind)]; }

}  // namespace

std::string_view change_name(ChangeKind kind) { return rule(kind).name; }
std::string_view change_text(ChangeKind kind) { return rule(kind).text; }

bool is_allowed(ChangeKind kind, Policy policy) {
  return rule(kind).allowed == Allowed::kAlways ||
         (rule(kind).allowed == Allowed::kLenient && policy == Policy::kLenient);
}

}  // namespace weft::schema::json
