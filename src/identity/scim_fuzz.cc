#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/check.h"
#include "identity/scim_filter.h"
#include "identity/scim_patch.h"

/// A filter, a path, and a patch message, all from the same bytes. Whatever is taken is taken again just so.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft::identity;
  using nlohmann::json;
  static const json kUser = json::parse(
      R"({"userName":"ana","displayName":"Ana","active":true,"name":{"familyName":"E"},"emails":[{"value":"a@b","type":"work"}]})");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto filter = ScimFilter::parse(text); filter.ok()) (void)filter->matches(kUser);
  (void)ScimPath::parse(text);
  const json message = json::parse(text, nullptr, false);
  if (message.is_discarded()) return 0;
  for (const ScimType type : {ScimType::kUser, ScimType::kGroup}) {
    json resource = type == ScimType::kUser ? kUser : json{{"displayName", "t"}, {"members", {{{"value", "1"}}}}};
    if (patch_scim(type, message, resource)) continue;
    json again;
    CHECK(!take_scim_attributes(type, resource, again) && again == resource, "what a patch leaves is as it is kept");
  }
  return 0;
}
