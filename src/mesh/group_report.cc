#include "mesh/group_report.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

namespace weft::mesh {

namespace {

GroupReport report_of(stream::GroupInfo info) {
  std::map<stream::TopicPartition, GroupPartition> partitions;
  const auto at = [&](const stream::TopicPartition& partition) -> GroupPartition& {
    GroupPartition& each = partitions[partition];
    each.partition = partition;
    return each;
  };
  for (const stream::GroupPosition& each : info.positions) {
    at(each.partition).committed = each.offset;
    at(each.partition).committed_at_ms = each.committed_at_ms;
  }
  for (const stream::GroupMember& member : info.members)
    for (const stream::TopicPartition& each : member.assigned) at(each).member = member.member_id;
  GroupReport report{std::move(info), {}};
  for (auto& [partition, each] : partitions) report.partitions.push_back(std::move(each));
  return report;
}

}  // namespace

std::optional<std::int64_t> GroupPartition::lag() const {
  if (!committed || !bounds) return std::nullopt;
  return std::max<std::int64_t>(bounds->high_watermark - *committed, 0);
}

std::optional<std::int64_t> GroupReport::lag() const {
  std::optional<std::int64_t> sum;
  for (const GroupPartition& each : partitions)
    if (const auto lag = each.lag()) sum = sum.value_or(0) + *lag;
  return sum;
}

std::vector<std::string> GroupReport::topics() const {
  std::vector<std::string> names;
  for (const GroupPartition& each : partitions)
    if (names.empty() || names.back() != each.partition.topic) names.push_back(each.partition.topic);
  return names;
}

void report_groups(stream::Cluster& cluster, stream::Observer& observer, std::vector<std::string> groups, stream::Deadline deadline,
                   Callback<Result<std::vector<GroupReport>>> done) {
  using Reports = std::vector<GroupReport>;
  observer.describe_groups(
      std::move(groups), deadline,
      [&cluster, deadline, done = std::move(done)](Result<std::vector<stream::GroupInfo>> infos) mutable {
        if (!infos.ok()) return done(std::move(infos).error());
        Reports reports;
        std::set<stream::TopicPartition> wanted;
        for (stream::GroupInfo& info : *infos) {
          reports.push_back(report_of(std::move(info)));
          for (const GroupPartition& each : reports.back().partitions)
            if (wanted.size() < kReportPartitionsMax) wanted.insert(each.partition);
        }
        std::vector<stream::TopicPartition> partitions(wanted.begin(), wanted.end());
        cluster.bounds(partitions, deadline,
                       [partitions, reports = std::move(reports), done = std::move(done)](
                           Result<std::vector<stream::PartitionBounds>> bounds) mutable {
                         // A topic that was deleted just now takes the bounds away, not the groups.
                         std::map<stream::TopicPartition, stream::PartitionBounds> known;
                         for (std::size_t i = 0; bounds.ok() && i < partitions.size(); ++i) known.emplace(partitions[i], (*bounds)[i]);
                         for (GroupReport& report : reports)
                           for (GroupPartition& each : report.partitions)
                             if (const auto at = known.find(each.partition); at != known.end()) each.bounds = at->second;
                         done(std::move(reports));
                       });
      });
}

}  // namespace weft::mesh
