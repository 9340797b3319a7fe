#include "api/registry/setting_body.h"

#include "api/registry/register_body.h"
#include "registry/refusal.h"
#include "schema/json_tree.h"

namespace weft::api {

using registry::Refusal;
using registry::refuse;

Result<registry::ConfigUpdate> parse_config_body(std::string_view body) {
  TRY_ASSIGN(const schema::JsonNode tree, parse_registry_body(body));
  return registry::ConfigUpdate::parse(tree);
}

Result<std::string> parse_mode_body(std::string_view body) {
  TRY_ASSIGN(const schema::JsonNode tree, parse_registry_body(body));
  const schema::JsonNode* mode = tree.find("mode");
  for (const auto& [name, value] : tree.members) {
    if (name != "mode") return refuse(Refusal::kInvalidRequest, "Unrecognized field: {}", name.substr(0, 100));
  }
  if (mode == nullptr || (!mode->is_null() && !mode->is_string())) {
    return refuse(Refusal::kInvalidMode, "the body must name a \"mode\", such as READONLY");
  }
  return mode->text;
}

}  // namespace weft::api
