#include "broker/api/operations.h"

#include <span>

namespace weft::broker {
namespace {

// AclOperation (org.apache.kafka.common.acl), as bits.
constexpr std::int32_t kMayRead = 1 << 3, kMayWrite = 1 << 4, kMayCreate = 1 << 5, kMayDelete = 1 << 6, kMayAlter = 1 << 7,
                       kMayDescribe = 1 << 8, kMayActForCluster = 1 << 9, kMayDescribeConfigs = 1 << 10,
                       kMayAlterConfigs = 1 << 11, kMayWriteIdempotently = 1 << 12;

struct Meaning {
  access::Right right;
  std::int32_t operations;
};

std::int32_t operations(const Request& request, access::ResourceType type, std::string_view name,
                        std::span<const Meaning> meanings) {
  std::int32_t bits = 0;
  for (const auto& meaning : meanings) {
    if (allowed(request, meaning.right, type, name)) bits |= meaning.operations;
  }
  return bits;
}

}  // namespace

std::int32_t topic_operations(const Request& request, std::string_view topic) {
  static constexpr Meaning kMeanings[] = {
      {access::Right::kRead, kMayRead},     {access::Right::kWrite, kMayWrite},
      {access::Right::kCreate, kMayCreate}, {access::Right::kDelete, kMayDelete},
      {access::Right::kAlter, kMayAlter | kMayAlterConfigs}, {access::Right::kDescribe, kMayDescribe | kMayDescribeConfigs}};
  return operations(request, access::ResourceType::kTopic, topic, kMeanings);
}

std::int32_t group_operations(const Request& request, std::string_view group) {
  static constexpr Meaning kMeanings[] = {
      {access::Right::kRead, kMayRead}, {access::Right::kDescribe, kMayDescribe}, {access::Right::kDelete, kMayDelete}};
  return operations(request, access::ResourceType::kGroup, group, kMeanings);
}

std::int32_t cluster_operations(const Request& request) {
  static constexpr Meaning kMeanings[] = {{access::Right::kCreate, kMayCreate | kMayWriteIdempotently},
                                          {access::Right::kAlter, kMayAlter | kMayAlterConfigs | kMayActForCluster},
                                          {access::Right::kDescribe, kMayDescribe | kMayDescribeConfigs}};
  return operations(request, access::ResourceType::kCluster, "", kMeanings);
}

}  // namespace weft::broker
