#pragma once

#include <cstdint>
#include <functional>

#include "base/strong.h"
#include "base/uuid.h"

namespace weft {

/// A record's place in its partition; gaps are allowed, reuse is not.
using Offset = Strong<struct OffsetTag, std::int64_t>;
using PartitionIndex = Strong<struct PartitionIndexTag, std::int32_t>;
using LeaderEpoch = Strong<struct LeaderEpochTag, std::int32_t>;
/// KIP-98: who produced, which life of it, and the position within one partition (wraps at 2^31).
using ProducerId = Strong<struct ProducerIdTag, std::int64_t>;
using ProducerEpoch = Strong<struct ProducerEpochTag, std::int16_t>;
using Sequence = Strong<struct SequenceTag, std::int32_t>;
/// Milliseconds since 1970-01-01T00:00Z.
using Timestamp = Strong<struct TimestampTag, std::int64_t>;
/// Random and never reused: a topic made again has a new one (KIP-516).
using TopicId = Strong<struct TopicIdTag, Uuid>;

inline constexpr ProducerId kNoProducerId{-1};
inline constexpr ProducerEpoch kNoProducerEpoch{-1};
inline constexpr Sequence kNoSequence{-1};
inline constexpr Timestamp kNoTimestamp{-1};

/// A partition by the topic's id, as storage knows it. (stream::TopicPartition is the same by name.)
struct PartitionId {
  TopicId topic;
  PartitionIndex partition;

  auto operator<=>(const PartitionId&) const = default;
};

}  // namespace weft

template <>
struct fmt::formatter<weft::Uuid> : fmt::formatter<std::string> {
  template <class Context>
  auto format(const weft::Uuid& id, Context& context) const {
    return fmt::formatter<std::string>::format(id.to_string(), context);
  }
};

template <>
struct std::hash<weft::PartitionId> {
  std::size_t operator()(const weft::PartitionId& id) const {
    return std::hash<weft::TopicId>{}(id.topic) * 31 + std::hash<weft::PartitionIndex>{}(id.partition);
  }
};
