#include "api/port_health.h"

#include "mesh/catalogue.h"
#include "mesh/json_writer.h"

namespace weft::api {

namespace {

constexpr env::Duration kTick = std::chrono::seconds(1);

std::string_view state_name(PortHealth::State state) {
  switch (state) {
    case PortHealth::State::kUnknown:
      return "unknown";
    case PortHealth::State::kHealthy:
      return "healthy";
    case PortHealth::State::kFailing:
      return "failing";
  }
  return "unknown";
}

}  // namespace

PortHealth::PortHealth(env::EventLoop& loop, env::Executor& blocking_pool, const mesh::Catalogue& catalogue,
                       AskProbe ask)
    : loop_(loop),
      blocking_pool_(blocking_pool),
      catalogue_(catalogue),
      ask_(ask ? std::make_shared<AskProbe>(std::move(ask)) : nullptr),
      alive_(std::make_shared<bool>(true)) {
  reloaded();
}

PortHealth::~PortHealth() {
  *alive_ = false;
  if (timer_) loop_.cancel(*timer_);
}

const PortHealth::Health* PortHealth::find(const mesh::ProductId& id, const std::string& port) const {
  const auto at = entries_.find(Key(id, port));
  return at == entries_.end() ? nullptr : &at->second.health;
}

void PortHealth::product_changed(const mesh::Change& change) {
  if (change.kind == mesh::Change::Kind::kUnpublished) return drop(change.id);
  take(*change.product);
}

void PortHealth::reloaded() {
  entries_.clear();
  for (const auto& [id, product] : catalogue_.products()) take(*product);
}

void PortHealth::drop(const mesh::ProductId& id) {
  for (auto at = entries_.lower_bound(Key(id, "")); at != entries_.end() && at->first.first == id;)
    at = entries_.erase(at);
}

void PortHealth::take(const mesh::Product& product) {
  std::map<Key, Entry> before;
  for (auto at = entries_.lower_bound(Key(product.id, "")); at != entries_.end() && at->first.first == product.id;) {
    const auto next = std::next(at);
    before.insert(entries_.extract(at));
    at = next;
  }
  if (product.is_retired()) return;
  for (const mesh::Port& port : product.ports) {
    if (!port.probe || entries_.size() >= kProbesMax) continue;
    const Key key(product.id, port.name);
    Entry entry{.probe = *port.probe, .health = {.since_ms = loop_.clock().wall_ms()}, .next = loop_.clock().monotonic()};
    // The same question keeps its answer.
    if (const auto old = before.find(key); old != before.end() && old->second.probe == entry.probe) entry = old->second;
    if (!ask_) entry.health.why = "Probes are switched off: see the setting `probes`.";
    entries_.insert_or_assign(key, std::move(entry));
  }
  if (!entries_.empty() && ask_ && !timer_) timer_ = loop_.schedule_after({}, [this] { tick(); });
}

void PortHealth::tick() {
  timer_.reset();
  const env::MonotonicTime now = loop_.clock().monotonic();
  for (auto& [key, entry] : entries_) {
    if (running_ >= kAskedAtOnceMax) break;
    if (!entry.running && entry.next <= now) ask(key, entry);
  }
  if (!entries_.empty()) timer_ = loop_.schedule_after(kTick, [this] { tick(); });
}

void PortHealth::ask(const Key& key, Entry& entry) {
  entry.running = true;
  ++running_;
  blocking_pool_.post([this, alive = alive_, &loop = loop_, ask = ask_, key, probe = entry.probe] {
    Result<void> answer = (*ask)(probe);
    loop.post([this, alive, key, probe, answer = std::move(answer)]() mutable {
      if (*alive) answered(key, probe, std::move(answer));
    });
  });
}

void PortHealth::answered(const Key& key, const mesh::Probe& probe, Result<void> answer) {
  --running_;
  const auto at = entries_.find(key);
  if (at == entries_.end() || at->second.probe != probe) return;
  Entry& entry = at->second;
  entry.running = false;
  entry.next = loop_.clock().monotonic() + std::chrono::seconds(probe.interval_seconds);
  const std::int64_t now = loop_.clock().wall_ms();
  // What may not be asked is not said to fail.
  const State state = answer.ok()                                         ? State::kHealthy
                      : answer.error().code == ErrorCode::kForbidden ? State::kUnknown
                                                                          : State::kFailing;
  if (state != entry.health.state) entry.health.since_ms = now;
  entry.health.state = state;
  entry.health.checked_at_ms = now;
  entry.health.why = answer.ok() ? "" : answer.error().message;
}

void write_health(mesh::JsonWriter& json, const mesh::Product& product, const PortHealth& health) {
  json.begin_array();
  for (const mesh::Port& port : product.ports) {
    const PortHealth::Health* found = health.find(product.id, port.name);
    if (found == nullptr) continue;
    json.begin_object()
        .member("port", port.name)
        .member("state", state_name(found->state))
        .member("since", mesh::time_text(found->since_ms))
        .member("checked_at", found->checked_at_ms ? std::optional(mesh::time_text(*found->checked_at_ms)) : std::nullopt)
        .member("why", found->why.empty() ? std::nullopt : std::optional(found->why))
        .end_object();
  }
  json.end_array();
}

}  // namespace weft::api
