#include "kafka/api.h"

#include <algorithm>

namespace weft::kafka {

const ApiInfo* find_api(ApiKey key) {
  const std::span<const ApiInfo> apis = all_apis();
  const auto at = std::ranges::lower_bound(apis, key, {}, &ApiInfo::key);
  return at != apis.end() && at->key == key ? &*at : nullptr;
}

std::string_view api_name(ApiKey key) {
  const ApiInfo* api = find_api(key);
  return api != nullptr ? api->name : "unknown";
}

}  // namespace weft::kafka
