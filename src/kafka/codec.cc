#include "kafka/codec.h"

namespace weft::kafka {

Result<bool> check_version(ApiKey api, std::int16_t version) {
  const ApiInfo* info = find_api(api);
  CHECK(info != nullptr, "every message's API has a definition");
  if (!info->has(version)) {
    return error(ErrorCode::kUnsupported, "{} v{}: known are v{} to v{}", info->name, version, info->version_min,
                 info->version_max);
  }
  return info->is_flexible(version);
}

std::string message_name(ApiKey api, bool is_request, std::int16_t version) {
  return fmt::format("{}{} v{}", api_name(api), is_request ? "Request" : "Response", version);
}

Result<void> check_end(const Reader& in, ApiKey api, bool is_request, std::int16_t version) {
  TRY(in.status());
  if (in.remaining() > 0) {
    return error(ErrorCode::kCorrupt, "{} bytes follow the end of {}", in.remaining(),
                 message_name(api, is_request, version));
  }
  return {};
}

}  // namespace weft::kafka
