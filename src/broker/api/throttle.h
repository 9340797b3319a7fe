#pragma once

#include "broker/api/api.h"
#include "broker/client_quotas.h"
#include "broker/topics.h"

namespace weft::broker {

inline env::Duration charge(const Request& request, QuotaKind kind, double amount) {
  return request.broker.quota_meter.charge(request.broker.topics.quotas(), request.client->principal.name,
                                           request.client_id, kind, amount);
}

inline std::int32_t throttle_ms(env::Duration rest) {
  return static_cast<std::int32_t>(std::chrono::ceil<std::chrono::milliseconds>(rest).count());
}

/// Charges the client; over its quota its connection rests. For how many milliseconds.
inline std::int32_t rest_if_over_quota(const Request& request, QuotaKind kind, double amount) {
  const auto rest = charge(request, kind, amount);
  if (rest == env::Duration::zero()) return 0;
  request.responder->hold();
  request.broker.loop.schedule_after(rest, [responder = request.responder] { responder->release(); });
  return throttle_ms(rest);
}

/// For a request that makes or removes so many partitions (KIP-599). Zero: go on. Otherwise the client is over its quota
/// and hears for how many milliseconds, with THROTTLING_QUOTA_EXCEEDED; one whose version does not know that error is
/// served, and its connection rests.
inline std::int32_t charge_mutations(const Request& request, std::int16_t strict_since, std::int32_t partitions) {
  if (request.version < strict_since) {
    rest_if_over_quota(request, QuotaKind::kControllerMutationRate, partitions);
    return 0;
  }
  const auto owed = charge(request, QuotaKind::kControllerMutationRate, 0);
  if (owed == env::Duration::zero()) charge(request, QuotaKind::kControllerMutationRate, partitions);
  return throttle_ms(owed);
}

/// Answers, and lets the client's connection rest when it is over its quota (KIP-219: the answer says for how long, and
/// until then nothing more is read from it).
template <class Response>
void answer_and_throttle(const Request& request, Response& response, QuotaKind kind, std::uint64_t bytes,
                         env::MemoryBudget::Share memory = {}) {
  response.throttle_time_ms = rest_if_over_quota(request, kind, static_cast<double>(bytes));
  answer(request, response, std::move(memory));
}

}  // namespace weft::broker
