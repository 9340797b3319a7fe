#include "schema/avro/default_value.h"

#include <algorithm>
#include <cstdint>

namespace weft::schema::avro {
namespace {

constexpr std::size_t kStepsMax = 1'000'000;

/// Every step goes one level down in the value, or from a union to a branch that is no union: no deeper than the JSON
/// is.
class DefaultCheck {
 public:
  bool too_large() const { return steps_ > kStepsMax; }

  bool fits(const Type& type, const JsonNode& value) {
    if (++steps_ > kStepsMax) return false;
    switch (type.kind) {
      case Kind::kNull:
        return value.is_null();
      case Kind::kBoolean:
        return value.is_boolean();
      case Kind::kInt: {
        const auto number = value.integer();
        return number && *number >= INT32_MIN && *number <= INT32_MAX;
      }
      case Kind::kLong:
        return value.integer().has_value();
      case Kind::kFloat:
      case Kind::kDouble:
        return value.is_number();
      case Kind::kBytes:
      case Kind::kString:
      case Kind::kEnum:
      case Kind::kFixed:
        return value.is_string();
      case Kind::kArray:
        return value.is_array() && std::all_of(value.elements.begin(), value.elements.end(),
                                               [&](const JsonNode& item) { return fits(*type.element, item); });
      case Kind::kMap:
        return value.is_object() && std::all_of(value.members.begin(), value.members.end(),
                                                [&](const auto& member) { return fits(*type.element, member.value); });
      case Kind::kUnion:
        return std::any_of(type.branches.begin(), type.branches.end(),
                           [&](const Type* branch) { return fits(*branch, value); });
      case Kind::kRecord:
        return fits_record(type, value);
    }
    return false;
  }

 private:
  bool fits_record(const Type& type, const JsonNode& value) {
    if (!value.is_object()) return false;
    return std::all_of(type.fields.begin(), type.fields.end(), [&](const Field& field) {
      ++steps_;
      const JsonNode* given = value.find(field.name);
      // The field's own default is checked with its own record; looking into it here could go round in circles.
      return given != nullptr ? fits(*field.type, *given) : field.default_value.has_value();
    });
  }

  std::size_t steps_ = 0;
};

}  // namespace

Result<bool> default_fits(const Type& type, const JsonNode& value) {
  DefaultCheck check;
  const bool fits = check.fits(type, value);
  if (check.too_large()) return error(ErrorCode::kTooLarge, "checking it takes more than {} steps", kStepsMax);
  return fits;
}

}  // namespace weft::schema::avro
