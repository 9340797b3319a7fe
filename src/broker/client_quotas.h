#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "env/clock.h"

namespace weft::broker {

/// Whom a quota is for: a user, a client id or both; an empty name is the default of those that have none of their own.
struct QuotaEntity {
  std::optional<std::string> user;
  std::optional<std::string> client_id;

  auto operator<=>(const QuotaEntity&) const = default;
  /// "user=alice client-id=<default>"
  std::string to_string() const;
};

enum class QuotaKind : std::uint8_t {
  kProducerByteRate,        ///< Bytes per second.
  kConsumerByteRate,        ///< Bytes per second.
  kRequestPercentage,       ///< Of the broker's one thread for requests (KIP-124).
  kControllerMutationRate,  ///< Partitions made or removed per second (KIP-599).
};
/// "producer_byte_rate", "consumer_byte_rate", "request_percentage", "controller_mutation_rate".
std::string_view quota_name(QuotaKind kind);
std::optional<QuotaKind> parse_quota(std::string_view name);

using QuotaValues = std::map<QuotaKind, double>;

/// Every quota that is set. Part of the cluster's state.
class QuotaTable {
 public:
  const std::map<QuotaEntity, QuotaValues>& all() const { return quotas_; }
  /// Empty values remove the entity.
  void put(const QuotaEntity& entity, QuotaValues values);
  void clear() { quotas_.clear(); }
  /// The most specific one that holds for this client (KIP-124, from user and client id down to the default client id).
  const std::pair<const QuotaEntity, QuotaValues>* find(std::string_view user, std::string_view client_id,
                                                        QuotaKind kind) const;

 private:
  std::map<QuotaEntity, QuotaValues> quotas_;
};

/// Soft: how much of its quota everybody has used. All clients of a quota's user or client id share it; where the
/// default holds, each user or client id has its own share. Belongs to the loop.
class QuotaMeter {
 public:
  explicit QuotaMeter(const env::Clock& clock) : clock_(clock) {}

  /// How long the client must rest after using so much of what the quota counts; zero within it, at most kThrottleMax.
  env::Duration charge(const QuotaTable& table, std::string_view user, std::string_view client_id, QuotaKind kind,
                       double amount);

 private:
  struct Bucket {
    double amount = 0;  ///< That may still be used; below zero: owed.
    env::MonotonicTime filled_at{};
  };
  using Key = std::pair<QuotaKind, QuotaEntity>;

  void forget_idle(env::MonotonicTime now);

  const env::Clock& clock_;
  std::map<Key, Bucket> buckets_;
};

}  // namespace weft::broker
