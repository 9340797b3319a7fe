#pragma once

#include <string_view>

#include "access/principal.h"
#include "base/result.h"

namespace weft::access {

enum class ResourceType { kCluster, kTopic, kGroup, kSubject, kProduct, kQuery };

enum class Right { kDescribe, kRead, kWrite, kCreate, kDelete, kAlter };

struct Resource {
  ResourceType type;
  std::string_view name;
};

/// Decides, everywhere: Kafka protocol, REST, registry, samples, SQL. Thread-safe.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  /// Success, or kForbidden naming the missing right and how to get it.
  virtual Result<void> check(const Principal& principal, Right right, const Resource& resource) const = 0;
};

/// Until sign-in exists: loopback only, everybody may do what is not a team's own.
class OpenAuthorizer final : public Authorizer {
 public:
  Result<void> check(const Principal&, Right, const Resource&) const override { return {}; }
};

}  // namespace weft::access
