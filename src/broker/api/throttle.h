#pragma once

#include "broker/api/api.h"
#include "broker/client_quotas.h"
#include "broker/topics.h"

namespace weft::broker {

/// Charges the client; over its quota its connection rests. For how many milliseconds.
inline std::int32_t rest_if_over_quota(const Request& request, QuotaKind kind, std::uint64_t bytes) {
  const auto rest = request.broker.quota_meter.charge(request.broker.topics.quotas(), request.client->principal.name,
                                                      request.client_id, kind, bytes);
  if (rest == env::Duration::zero()) return 0;
  request.responder->hold();
  request.broker.loop.schedule_after(rest, [responder = request.responder] { responder->release(); });
  return static_cast<std::int32_t>(std::chrono::ceil<std::chrono::milliseconds>(rest).count());
}

/// Answers, and lets the client's connection rest when it is over its quota (KIP-219: the answer says for how long, and
/// until then nothing more is read from it).
template <class Response>
void answer_and_throttle(const Request& request, Response& response, QuotaKind kind, std::uint64_t bytes,
                         env::MemoryBudget::Share memory = {}) {
  response.throttle_time_ms = rest_if_over_quota(request, kind, bytes);
  answer(request, response, std::move(memory));
}

}  // namespace weft::broker
