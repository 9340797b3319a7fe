#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kafka/messages/fetch.h"
#include "kafka/messages/list_offsets.h"
#include "truth.h"

namespace weft::sim {

/// What a fetch answer holds for one partition, as a consumer takes it: records from `position` on.
Fetched taken(const kafka::FetchResponse::Partition& partition, std::int64_t position);

/// ListOffsets for one partition: -2 earliest, -1 latest.
kafka::ListOffsetsRequest list_offsets_request(const TopicPartition& at, std::int64_t timestamp);

/// A consumer's side of a fetch session (KIP-227): after the first fetch only what changed is asked for, and what is
/// news is answered. Without a session every request names everything.
class FetchSession {
 public:
  explicit FetchSession(bool wanted) : wanted_(wanted) {}

  kafka::FetchRequest request(const std::map<TopicPartition, std::int64_t>& positions);
  /// False: the session is no more, the answer holds nothing.
  bool answered(const kafka::FetchResponse& response);
  void lost() { id_ = 0, epoch_ = 0, asked_.clear(); }

 private:
  const bool wanted_;
  std::int32_t id_ = 0;
  std::int32_t epoch_ = 0;
  std::map<TopicPartition, std::int64_t> asked_;
};

}  // namespace weft::sim
