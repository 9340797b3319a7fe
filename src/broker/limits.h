#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "kafka/limits.h"

/// Every bound of the broker that is no setting.
namespace weft::broker {

/// Requests of one connection that are not answered yet; reading pauses at this many.
inline constexpr std::size_t kRequestsInFlightMax = 128;
/// Bytes of one connection's requests that are not answered, and of answers not yet taken by the peer; reading pauses
/// above.
inline constexpr std::size_t kConnectionBytesMax = 128u << 20;
/// While memory is short: how long one request may take to arrive, or one write of answers to be taken.
inline constexpr std::chrono::seconds kHoardingMax{30};
/// What a fetch wants to have before it reads at all.
inline constexpr std::size_t kFetchReadBytesMin = 1u << 20;
/// How long it waits for that, also when it asked not to wait for records.
inline constexpr std::chrono::milliseconds kFetchMemoryWaitMin{100};
/// Fetch answers are gathered up to this, whatever the client asks for.
inline constexpr std::int32_t kFetchBytesMax = 64 << 20;
inline constexpr std::int32_t kFetchWaitMsMax = 60'000;
/// Fetches waiting for records; more are answered at once with what there is.
inline constexpr std::size_t kWaitingFetchesMax = 100'000;

/// Readers that are told only news (KIP-227), and what one may ask for; others are answered in full.
inline constexpr std::size_t kFetchSessionsMax = 1'000;
inline constexpr std::size_t kFetchSessionPartitionsMax = 10'000;
/// A session used within this time gives way to nobody.
inline constexpr std::chrono::seconds kFetchSessionIdleMin{120};

/// Quotas that may be set, and clients whose use is measured at a time.
inline constexpr std::size_t kQuotasMax = 10'000;
inline constexpr std::size_t kQuotaBucketsMax = 100'000;
/// The longest that one answer makes its client rest.
inline constexpr std::chrono::seconds kThrottleMax{30};

inline constexpr std::size_t kTopicNameBytesMax = 249;
inline constexpr std::int32_t kPartitionsPerTopicMax = 10'000;
inline constexpr std::size_t kPartitionsMax = 100'000;
inline constexpr std::size_t kGroupIdBytesMax = 1'024;
inline constexpr std::size_t kGroupsMax = 100'000;
/// Producer ids are handed out from blocks of this many, recorded before the first of a block is used.
inline constexpr std::int64_t kProducerIdBlock = 1'000;
/// One decision of a shard: offset commits beyond are refused.
inline constexpr std::size_t kRecordsPerDecisionMax = 50'000;
/// Clients remembered per topic as observed.
inline constexpr std::size_t kObservedClientsMax = 200;

static_assert(kConnectionBytesMax > kafka::kFrameBytesMax, "a largest frame must not stop its own connection");

}  // namespace weft::broker
