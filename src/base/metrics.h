#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/function.h"

namespace weft {

/// Only goes up. Increments take no lock; thread-safe.
class Counter {
 public:
  void add(std::uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Goes up and down. Thread-safe, without lock.
class Gauge {
 public:
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void add(std::int64_t change) { value_.fetch_add(change, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// Counts observations in fixed buckets. Thread-safe, without lock.
class Histogram {
 public:
  /// `bounds` ascend; a last bucket without bound is added.
  explicit Histogram(std::span<const double> bounds);
  void observe(double value);

 private:
  friend class Metrics;
  std::vector<double> bounds_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;  ///< One more than bounds_.
  std::atomic<double> sum_{0};
};

/// Bounds for latencies in seconds, 100 µs to 10 s.
std::span<const double> latency_bounds_seconds();

/// label=value pairs of one series, in a fixed order.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// Everything that is measured, and its exposition for Prometheus (text format 0.0.4).
///
/// Names end in their unit, counters in `_total`: "weft_http_requests_total", "weft_journal_write_seconds". A name has
/// one kind and one help text; asking again for the same name and labels gives the same series. Series live as long as
/// Metrics. Thread-safe; keep the reference, do not look up on a hot path.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                       Labels labels = {});

  /// Takes one value of a collected metric.
  using Emit = Function<void(const Labels& labels, double value)>;
  enum class Kind { kCounter, kGauge };
  /// Keeps a callback registered; destroying it waits for a scrape that is under way.
  class [[nodiscard]] Collection {
   public:
    Collection() = default;
    Collection(Collection&& other) noexcept;
    Collection& operator=(Collection&& other) noexcept;
    ~Collection();

   private:
    friend class Metrics;
    Collection(Metrics* metrics, std::uint64_t id) : metrics_(metrics), id_(id) {}
    Metrics* metrics_ = nullptr;
    std::uint64_t id_ = 0;
  };
  /// For values that are computed when somebody looks. `collect` runs on the thread that scrapes, under the lock of
  /// Metrics: it registers nothing.
  Collection collect(std::string_view name, std::string_view help, Kind kind, Function<void(Emit&)> collect);

  /// Sorted by name, so that two scrapes compare.
  std::string expose() const;

 private:
  static void append_histogram(std::string& out, std::string_view name, const Labels& labels,
                               const Histogram& histogram);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weft
