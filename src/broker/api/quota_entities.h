#pragma once

#include "base/result.h"
#include "broker/client_quotas.h"

namespace weft::broker {

/// A list of {entity_type, entity_name} as requests have it. kInvalidArgument: a type that is not offered, or twice
/// one.
template <class Parts>
Result<QuotaEntity> entity_of(const Parts& parts) {
  QuotaEntity entity;
  for (const auto& part : parts) {
    auto* const into = part.entity_type == "user"        ? &entity.user
                       : part.entity_type == "client-id" ? &entity.client_id
                                                         : nullptr;
    if (into == nullptr || *into)
      return error(ErrorCode::kInvalidArgument, "entity type '{}': one user, one client-id or both are expected",
                   part.entity_type);
    if (part.entity_name && part.entity_name->empty())
      return error(ErrorCode::kInvalidArgument, "entity type '{}': an empty name; the default is null",
                   part.entity_type);
    *into = part.entity_name.value_or("");
  }
  if (!entity.user && !entity.client_id)
    return error(ErrorCode::kInvalidArgument, "a quota without user and client-id");
  return entity;
}

/// And back.
template <class Part>
std::vector<Part> parts_of(const QuotaEntity& entity) {
  std::vector<Part> parts;
  const auto add = [&](const char* type, const std::optional<std::string>& name) {
    if (name) parts.push_back({type, name->empty() ? std::nullopt : name});
  };
  add("user", entity.user);
  add("client-id", entity.client_id);
  return parts;
}

}  // namespace weft::broker
