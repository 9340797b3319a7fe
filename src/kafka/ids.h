#pragma once

#include <cstdint>
#include <string>

#include "base/strong.h"
#include "record/ids.h"

namespace weft::kafka {

/// A broker; -1 where there is none.
using NodeId = Strong<struct NodeIdTag, std::int32_t>;
/// Counts the rebalances of a group; -1 outside of any.
using GenerationId = Strong<struct GenerationIdTag, std::int32_t>;
using GroupId = Strong<struct GroupIdTag, std::string>;
/// Given by the coordinator, new at every join of a dynamic member.
using MemberId = Strong<struct MemberIdTag, std::string>;
/// Chosen by a static member and kept between its lives (KIP-345).
using GroupInstanceId = Strong<struct GroupInstanceIdTag, std::string>;
using TransactionalId = Strong<struct TransactionalIdTag, std::string>;

inline constexpr NodeId kNoNode{-1};
inline constexpr GenerationId kNoGeneration{-1};

// Numbers from the protocol. Peers may send others: whoever switches over one has a default.

enum class IsolationLevel : std::int8_t { kReadUncommitted = 0, kReadCommitted = 1 };
enum class CoordinatorType : std::int8_t { kGroup = 0, kTransaction = 1, kShare = 2 };
enum class ConfigResourceType : std::int8_t {
  kUnknown = 0,
  kTopic = 2,
  kBroker = 4,
  kBrokerLogger = 8,
  kClientMetrics = 16,
  kGroup = 32,
};
/// Where a setting's value comes from (KIP-226).
enum class ConfigSource : std::int8_t {
  kNone = -1,  ///< Not said.
  kUnknown = 0,
  kTopic = 1,
  kDynamicBroker = 2,
  kDynamicDefaultBroker = 3,
  kStaticBroker = 4,
  kDefault = 5,
  kDynamicBrokerLogger = 6,
  kClientMetrics = 7,
  kGroup = 8,
};
enum class ConfigType : std::int8_t {
  kUnknown = 0,
  kBoolean = 1,
  kString = 2,
  kInt = 3,
  kShort = 4,
  kLong = 5,
  kDouble = 6,
  kList = 7,
  kClass = 8,
  kPassword = 9,
};
enum class ConfigOperation : std::int8_t { kSet = 0, kDelete = 1, kAppend = 2, kSubtract = 3 };

}  // namespace weft::kafka
