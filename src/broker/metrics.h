#pragma once

#include "base/metrics.h"

namespace weft::broker {

/// What the broker measures; the names are given here and nowhere else.
struct BrokerMetrics {
  explicit BrokerMetrics(Metrics& metrics);

  Counter& connections_accepted;
  Gauge& connections;
  Counter& requests;
  Counter& bad_requests;
  Counter& hoarders_closed;
  Counter& batches_in;
  Counter& bytes_in;
  Counter& records_in;
  Counter& bytes_out;
  Counter& rebalances;
  Counter& members_expired;
};

}  // namespace weft::broker
