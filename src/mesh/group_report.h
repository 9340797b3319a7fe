#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/function.h"
#include "stream/observer.h"

namespace weft::mesh {

/// How far a group is in one partition of any topic.
struct GroupPartition {
  stream::TopicPartition partition;
  std::optional<Offset> committed;
  std::optional<std::int64_t> committed_at_ms;
  std::optional<stream::PartitionBounds> bounds;  ///< None when the partition is gone, or too many were asked for.
  std::optional<std::string> member;              ///< The id of the member that it was given to.

  std::optional<std::int64_t> lag() const;
};

/// A group with everything that it reads.
struct GroupReport {
  stream::GroupInfo info;
  std::vector<GroupPartition> partitions;  ///< By topic and partition.

  /// Over all partitions that have one.
  std::optional<std::int64_t> lag() const;
  std::vector<std::string> topics() const;
};

/// Partitions whose bounds are looked up for one answer; others have none.
inline constexpr std::size_t kReportPartitionsMax = 20'000;

/// Describes `groups` and looks up where their partitions end; unknown groups are left out. On the cluster's executor.
void report_groups(stream::Cluster& cluster, stream::Observer& observer, std::vector<std::string> groups, stream::Deadline deadline,
                   Callback<Result<std::vector<GroupReport>>> done);

}  // namespace weft::mesh
