#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/function.h"
#include "base/result.h"
#include "env/executor.h"
#include "record/ids.h"
#include "stream/batch.h"

namespace weft::stream {

struct TopicPartition {
  std::string topic;
  PartitionIndex partition;

  auto operator<=>(const TopicPartition&) const = default;
};

/// Which cluster this is; a product's port names all three.
struct ClusterIdentity {
  std::string name;         ///< Ours, from settings: "local".
  std::string environment;  ///< "prod", "dev", …
  std::string region;       ///< "eu-west-1", "local", …
  std::string cluster_id;   ///< The cluster's own, stable (Metadata v2+).
};

struct PartitionInfo {
  PartitionIndex partition;
  std::int32_t leader = -1;
  LeaderEpoch leader_epoch{0};
};

struct TopicInfo {
  std::string name;
  TopicId id;  ///< Zero where the cluster has none (before KIP-516).
  bool internal = false;
  std::vector<PartitionInfo> partitions;
};

struct TopicSpec {
  std::string name;
  std::int32_t partition_count = -1;     ///< -1: the cluster's default.
  std::int16_t replication_factor = -1;  ///< -1: the cluster's default.
  std::map<std::string, std::string> configs;
};

/// One setting of a topic as the cluster sees it (KIP-226 sources).
struct ConfigEntry {
  enum class Source { kTopic, kDynamicBroker, kStaticBroker, kDefault };
  std::optional<std::string> value;  ///< None when sensitive.
  Source source = Source::kDefault;
  bool read_only = false;
  bool sensitive = false;
};

struct ConfigChange {
  std::string name;
  std::optional<std::string> value;  ///< None: back to the default.
};

/// Where a partition begins and ends.
struct PartitionBounds {
  Offset log_start;
  Offset high_watermark;  ///< One past the last readable record.
};

struct Appended {
  Offset base_offset;
  Offset last_offset;
};

struct AppendBatch {
  TopicPartition partition;
  std::unique_ptr<BatchBuilder> records;
};

/// How far a consumer of `group` has come.
struct Position {
  TopicPartition partition;
  Offset offset;
  std::string metadata;
};

struct GroupPositions {
  std::string group;
  std::vector<Position> positions;
};

struct FetchRequest {
  TopicPartition partition;
  Offset offset;
  std::int32_t bytes_max = 1 << 20;  ///< Soft: the first batch is returned whole (KIP-74).
  /// Waits until something is there or the wait is over; zero answers at once.
  std::chrono::milliseconds wait_max{0};
};

struct Fetched {
  std::vector<BatchPointer> batches;  ///< May begin below the asked offset; skip by RecordView::offset.
  PartitionBounds bounds;
  Offset next_offset;  ///< Where to go on: past the last batch, and past what holds nothing to visit (control batches).
};

/// Looks a position up by time or end.
struct OffsetQuery {
  enum class At { kEarliest, kLatest, kTimestamp };
  TopicPartition partition;
  At at = At::kLatest;
  Timestamp timestamp = kNoTimestamp;  ///< With kTimestamp: the first record at or after it.
};

struct FoundOffset {
  Offset offset;  ///< kTimestamp with nothing so late: the high watermark.
  Timestamp timestamp = kNoTimestamp;
};

/// Who writes atomically: a newer life of the same name fences the older (Kafka: a transactional id).
struct Writer {
  std::string name;
  std::int64_t life = 0;
};

/// What storage holds for a topic: only some clusters know (embedded; DescribeLogDirs elsewhere).
struct StorageFacts {
  std::uint64_t bytes = 0;
  std::uint64_t segment_count = 0;
};

/// Every call's deadline, from now; passing it completes the call with kTimeout.
using Deadline = env::MonotonicTime;

/// THE SEAM. Kafka's own terms and nothing else: no sockets, no segments. Everything above reaches records through here.
///
/// Calls may come from any thread, never block, and complete exactly once on the executor the cluster was made
/// with (the one event loop of the layers above; embedded, the loop that owns the partitions). Implementations: LocalCluster
/// (broker/), RemoteCluster (stream/remote/). All pass tests/contract.
class Cluster {
 public:
  virtual ~Cluster() = default;

  virtual const ClusterIdentity& identity() const = 0;

  // ---- Topics
  /// All topics, or those named (unknown ones are left out).
  virtual void describe_topics(std::optional<std::vector<std::string>> names, Deadline deadline,
                               Callback<Result<std::vector<TopicInfo>>> done) = 0;
  /// kAlreadyExists; kInvalidArgument for names and unknown settings. Done when durable and visible.
  virtual void create_topic(TopicSpec spec, Deadline deadline, Callback<Result<TopicInfo>> done) = 0;
  virtual void delete_topic(std::string name, Deadline deadline, Callback<Result<void>> done) = 0;
  virtual void describe_configs(std::string topic, Deadline deadline,
                                Callback<Result<std::map<std::string, ConfigEntry>>> done) = 0;
  /// Changes only what is named (IncrementalAlterConfigs, KIP-339).
  virtual void alter_configs(std::string topic, std::vector<ConfigChange> changes, Deadline deadline,
                             Callback<Result<void>> done) = 0;

  // ---- Records
  virtual std::unique_ptr<BatchBuilder> make_builder() const = 0;
  /// `placed` runs as soon as the batch has its offsets, `durable` when it is on disk (acks=all) and visible; a failure
  /// goes to `durable` only, or to both when it was never placed. Appends by one caller to one partition keep their
  /// order. Where a cluster learns of the place only with the acknowledgement, both run then. Each runs exactly once,
  /// `placed` first. kInvalidArgument, kForbidden, kTooLarge, kUnsupported, kExhausted and kDiskFull mean that nothing
  /// was appended; after any other failure it may have been. A failed append fails what was placed after it, too.
  virtual void append(AppendBatch batch, Deadline deadline, Callback<Result<Appended>> placed,
                      Callback<Result<Appended>> durable) = 0;
  /// Several partitions and consumer positions become visible together or not at all; one-shot, bounded by one journal
  /// entry (8 MiB), fenced by `writer` (kFenced). Results in the order of `batches`.
  virtual void append_atomic(Writer writer, std::vector<AppendBatch> batches, std::vector<GroupPositions> positions,
                             Deadline deadline, Callback<Result<std::vector<Appended>>> done) = 0;
  /// kOutOfRange below log start or above the high watermark; the message names both.
  virtual void fetch(FetchRequest request, Deadline deadline, Callback<Result<Fetched>> done) = 0;
  virtual void find_offsets(std::vector<OffsetQuery> queries, Deadline deadline,
                            Callback<Result<std::vector<FoundOffset>>> done) = 0;
  virtual void bounds(std::vector<TopicPartition> partitions, Deadline deadline,
                      Callback<Result<std::vector<PartitionBounds>>> done) = 0;

  // ---- Groups
  /// As a simple consumer: only while the group has no members (kConflict).
  virtual void commit_positions(GroupPositions positions, Deadline deadline, Callback<Result<void>> done) = 0;
  /// What the group has committed for these partitions; none where it has not.
  virtual void positions(std::string group, std::vector<TopicPartition> partitions, Deadline deadline,
                         Callback<Result<std::vector<std::optional<Position>>>> done) = 0;

  // ---- Optional capabilities
  /// kUnsupported where the cluster can't tell.
  virtual void storage_facts(std::string topic, Deadline deadline, Callback<Result<StorageFacts>> done) = 0;
};

}  // namespace weft::stream
