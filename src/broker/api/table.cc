#include <algorithm>
#include <array>

#include "broker/api/api.h"

namespace weft::broker {
namespace {

constexpr std::array kHandlers = {
    &kProduce,
    &kFetch,
    &kListOffsets,
    &kMetadata,
    &kOffsetCommit,
    &kOffsetFetch,
    &kFindCoordinator,
    &kJoinGroup,
    &kHeartbeat,
    &kLeaveGroup,
    &kSyncGroup,
    &kDescribeGroups,
    &kListGroups,
    &kApiVersions,
    &kCreateTopics,
    &kDeleteTopics,
    &kInitProducerId,
    &kDescribeConfigs,
    &kCreatePartitions,
    &kDeleteGroups,
    &kIncrementalAlterConfigs,
    &kDescribeCluster,
    &kAlterConfigs,
    &kDeleteRecords,
    &kOffsetDelete,
    &kDescribeLogDirs,
    &kOffsetForLeaderEpoch,
    &kDescribeClientQuotas,
    &kAlterClientQuotas,
    &kElectLeaders,
    &kAlterPartitionReassignments,
    &kListPartitionReassignments,
};

}  // namespace

std::span<const ApiHandler* const> all_handlers() { return kHandlers; }

const ApiHandler* find_handler(kafka::ApiKey key) {
  const auto at =
      std::find_if(kHandlers.begin(), kHandlers.end(), [key](const ApiHandler* each) { return each->key == key; });
  return at == kHandlers.end() ? nullptr : *at;
}

}  // namespace weft::broker
