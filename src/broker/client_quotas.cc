#include "broker/client_quotas.h"

#include <algorithm>
#include <array>

#include "broker/limits.h"

namespace weft::broker {
namespace {

constexpr std::array kNames = {"producer_byte_rate", "consumer_byte_rate", "request_percentage",
                               "controller_mutation_rate"};
/// What may be used at once after a rest: so many seconds' worth.
constexpr double kBurstSeconds = 1;

std::string part(std::string_view type, const std::optional<std::string>& name) {
  return name ? fmt::format("{}={}", type, name->empty() ? "<default>" : *name) : std::string();
}

}  // namespace

std::string QuotaEntity::to_string() const {
  return part("user", user) + (user && client_id ? " " : "") + part("client-id", client_id);
}

std::string_view quota_name(QuotaKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::optional<QuotaKind> parse_quota(std::string_view name) {
  const auto at = std::find(kNames.begin(), kNames.end(), name);
  if (at == kNames.end()) return std::nullopt;
  return static_cast<QuotaKind>(at - kNames.begin());
}

void QuotaTable::put(const QuotaEntity& entity, QuotaValues values) {
  if (values.empty()) {
    quotas_.erase(entity);
  } else {
    quotas_[entity] = std::move(values);
  }
}

const std::pair<const QuotaEntity, QuotaValues>* QuotaTable::find(std::string_view user, std::string_view client_id,
                                                                  QuotaKind kind) const {
  if (quotas_.empty()) return nullptr;
  const std::string u(user);
  const std::string c(client_id);
  const std::array<QuotaEntity, 8> order = {{{u, c}, {u, ""}, {u, {}}, {"", c}, {"", ""}, {"", {}}, {{}, c}, {{}, ""}}};
  for (const QuotaEntity& each : order) {
    const auto found = quotas_.find(each);
    if (found != quotas_.end() && found->second.contains(kind)) return &*found;
  }
  return nullptr;
}

env::Duration QuotaMeter::charge(const QuotaTable& table, std::string_view user, std::string_view client_id,
                                 QuotaKind kind, double amount) {
  const auto* const quota = table.find(user, client_id, kind);
  if (quota == nullptr) return {};
  const double rate = quota->second.at(kind);
  QuotaEntity whose = quota->first;
  if (whose.user) whose.user = user;
  if (whose.client_id) whose.client_id = client_id;
  const auto now = clock_.monotonic();
  if (buckets_.size() >= kQuotaBucketsMax) forget_idle(now);
  const auto [found, fresh] = buckets_.try_emplace({kind, std::move(whose)});
  Bucket& bucket = found->second;
  const std::chrono::duration<double> rested =
      fresh ? std::chrono::duration<double>(kBurstSeconds) : now - bucket.filled_at;
  bucket.amount = std::min(rate * kBurstSeconds, bucket.amount + rate * rested.count()) - amount;
  bucket.filled_at = now;
  if (bucket.amount >= 0) return {};
  const std::chrono::duration<double> owed(-bucket.amount / rate);
  return owed < kThrottleMax ? std::chrono::duration_cast<env::Duration>(owed) : env::Duration(kThrottleMax);
}

/// Who has rested long enough has its whole burst again, which is what a new bucket has.
void QuotaMeter::forget_idle(env::MonotonicTime now) {
  std::erase_if(buckets_, [&](const auto& each) { return now - each.second.filled_at > kThrottleMax; });
}

}  // namespace weft::broker
