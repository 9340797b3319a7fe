#include "schema/avro/schema.h"

#include <array>

namespace weft::schema::avro {
namespace {

constexpr std::array<std::string_view, 14> kKindNames = {"null",   "boolean", "int",    "long",   "float",
                                                         "double", "bytes",   "string", "record", "enum",
                                                         "array",  "map",     "union",  "fixed"};
constexpr std::size_t kPrimitiveCount = 8;  // they stand first

}  // namespace

std::string_view kind_name(Kind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

std::optional<Kind> primitive_kind(std::string_view name) {
  for (std::size_t i = 0; i < kPrimitiveCount; ++i) {
    if (kKindNames[i] == name) return static_cast<Kind>(i);
  }
  return std::nullopt;
}

const Field* Type::find_field(std::string_view field_name) const {
  for (const Field& field : fields) {
    if (field.name == field_name) return &field;
  }
  return nullptr;
}

}  // namespace weft::schema::avro
