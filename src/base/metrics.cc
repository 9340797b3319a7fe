#include "base/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <mutex>

namespace weft {
namespace {

constexpr std::array<double, 16> kLatencyBounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};

bool valid_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string escaped(std::string_view text, bool quotes) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else if (c == '"' && quotes)
      out += "\\\"";
    else
      out += c;
  }
  return out;
}

/// `{a="1",b="2"}`, or nothing.
std::string label_text(const Labels& labels, std::string_view le = {}) {
  if (labels.empty() && le.empty()) return {};
  std::string out = "{";
  for (const auto& [name, value] : labels) out += fmt::format("{}=\"{}\",", name, escaped(value, true));
  if (!le.empty()) out += fmt::format("le=\"{}\",", le);
  out.back() = '}';
  return out;
}

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::to_string(value);
}

}  // namespace

std::span<const double> latency_bounds_seconds() { return kLatencyBounds; }

Histogram::Histogram(std::span<const double> bounds)
    : bounds_(bounds.begin(), bounds.end()), counts_(new std::atomic<std::uint64_t>[bounds.size() + 1]) {
  CHECK(std::is_sorted(bounds_.begin(), bounds_.end()), "histogram bounds ascend");
  for (std::size_t i = 0; i <= bounds_.size(); ++i) counts_[i] = 0;
}

void Histogram::observe(double value) {
  const auto bucket =
      static_cast<std::size_t>(std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin());
  counts_[bucket].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

struct Metrics::State {
  /// One of the three, by the family's type.
  struct Series {
    std::unique_ptr<Counter> counter;
    std::unique_ptr<Gauge> gauge;
    std::unique_ptr<Histogram> histogram;
  };
  struct Collector {
    std::uint64_t id;
    Function<void(Emit&)> collect;
  };
  struct Family {
    std::string help;
    std::string_view type;
    std::map<Labels, Series> series;
    std::vector<Collector> collectors;
  };

  std::mutex mutex;
  std::map<std::string, Family, std::less<>> families;  // guarded by mutex
  std::uint64_t next_id = 1;                            // guarded by mutex

  Family& family(std::string_view name, std::string_view help, std::string_view type) {
    CHECK(valid_name(name), "a metric's name is letters, digits and _");
    auto found = families.find(name);
    if (found == families.end())
      found = families.emplace(std::string(name), Family{std::string(help), type, {}, {}}).first;
    CHECK(found->second.type == type, "a metric's name has one kind");
    return found->second;
  }
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

Counter& Metrics::counter(std::string_view name, std::string_view help, Labels labels) {
  const std::lock_guard lock(state_->mutex);
  auto& held = state_->family(name, help, "counter").series[std::move(labels)].counter;
  if (!held) held = std::make_unique<Counter>();
  return *held;
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, Labels labels) {
  const std::lock_guard lock(state_->mutex);
  auto& held = state_->family(name, help, "gauge").series[std::move(labels)].gauge;
  if (!held) held = std::make_unique<Gauge>();
  return *held;
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                              Labels labels) {
  const std::lock_guard lock(state_->mutex);
  auto& held = state_->family(name, help, "histogram").series[std::move(labels)].histogram;
  if (!held) held = std::make_unique<Histogram>(bounds);
  return *held;
}

Metrics::Collection Metrics::collect(std::string_view name, std::string_view help, Kind kind,
                                     Function<void(Emit&)> collect) {
  const std::lock_guard lock(state_->mutex);
  const std::uint64_t id = state_->next_id++;
  auto& family = state_->family(name, help, kind == Kind::kCounter ? "counter" : "gauge");
  family.collectors.push_back({id, std::move(collect)});
  return {this, id};
}

Metrics::Collection::Collection(Collection&& other) noexcept
    : metrics_(std::exchange(other.metrics_, nullptr)), id_(other.id_) {}

Metrics::Collection& Metrics::Collection::operator=(Collection&& other) noexcept {
  std::swap(metrics_, other.metrics_);
  std::swap(id_, other.id_);
  return *this;
}

Metrics::Collection::~Collection() {
  if (metrics_ == nullptr) return;
  const std::lock_guard lock(metrics_->state_->mutex);
  for (auto& [name, family] : metrics_->state_->families) {
    std::erase_if(family.collectors, [this](const State::Collector& collector) { return collector.id == id_; });
  }
}

void Metrics::append_histogram(std::string& out, std::string_view name, const Labels& labels,
                               const Histogram& histogram) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i <= histogram.bounds_.size(); ++i) {
    count += histogram.counts_[i].load(std::memory_order_relaxed);
    const std::string le = i < histogram.bounds_.size() ? number_text(histogram.bounds_[i]) : "+Inf";
    out += fmt::format("{}_bucket{} {}\n", name, label_text(labels, le), count);
  }
  out += fmt::format("{}_sum{} {}\n", name, label_text(labels),
                     number_text(histogram.sum_.load(std::memory_order_relaxed)));
  out += fmt::format("{}_count{} {}\n", name, label_text(labels), count);
}

std::string Metrics::expose() const {
  const std::lock_guard lock(state_->mutex);
  std::string out;
  for (auto& [name, family] : state_->families) {
    out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, escaped(family.help, false), name, family.type);
    for (const auto& [labels, series] : family.series) {
      if (series.counter) out += fmt::format("{}{} {}\n", name, label_text(labels), series.counter->value());
      if (series.gauge) out += fmt::format("{}{} {}\n", name, label_text(labels), series.gauge->value());
      if (series.histogram) append_histogram(out, name, labels, *series.histogram);
    }
    Emit emit = [&out, family_name = std::string_view(name)](const Labels& labels, double value) {
      out += fmt::format("{}{} {}\n", family_name, label_text(labels), number_text(value));
    };
    for (auto& collector : family.collectors) collector.collect(emit);
  }
  return out;
}

}  // namespace weft
