#include "mesh/facts.h"

#include <algorithm>
#include <charconv>

#include "mesh/json_writer.h"

namespace weft::mesh {

namespace {

constexpr env::Duration kRecentWindow = std::chrono::seconds(10);
constexpr env::Duration kRecentMin = std::chrono::seconds(2);
constexpr std::int64_t kLateMsMin = 10'000;
constexpr double kLatePauses = 5;
constexpr std::int64_t kSilentMs = 15 * 60'000;

double seconds(env::Duration duration) { return std::chrono::duration<double>(duration).count(); }

/// A Kafka limit: none when it is missing or negative, which means without end.
std::optional<std::int64_t> limit(const std::map<std::string, stream::ConfigEntry>& configs, const std::string& name) {
  const auto at = configs.find(name);
  if (at == configs.end() || !at->second.value) return std::nullopt;
  const std::string& text = *at->second.value;
  std::int64_t value = -1;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::string_view freshness_name(Freshness::State state) {
  switch (state) {
    case Freshness::State::kFresh:
      return "fresh";
    case Freshness::State::kLate:
      return "late";
    case Freshness::State::kSilent:
      return "silent";
  }
  return "silent";
}

}  // namespace

// ---- History

std::string_view history_name(History::Kind kind) {
  switch (kind) {
    case History::Kind::kEverything:
      return "everything";
    case History::Kind::kRecent:
      return "recent";
    case History::Kind::kLatestPerKey:
      return "latest_per_key";
  }
  return "recent";
}

std::optional<History::Kind> parse_history(std::string_view name) {
  for (const auto kind : {History::Kind::kEverything, History::Kind::kRecent, History::Kind::kLatestPerKey})
    if (history_name(kind) == name) return kind;
  return std::nullopt;
}

History history_of(const std::map<std::string, stream::ConfigEntry>& configs) {
  const auto policy = configs.find("cleanup.policy");
  const std::string_view policies =
      policy == configs.end() || !policy->second.value ? std::string_view("delete") : *policy->second.value;
  History history;
  if (policies.find("delete") != policies.npos) {
    history.retention_ms = limit(configs, "retention.ms");
    history.retention_bytes = limit(configs, "retention.bytes");
  }
  if (policies.find("compact") != policies.npos) {
    history.kind = History::Kind::kLatestPerKey;
  } else if (history.retention_ms || history.retention_bytes) {
    history.kind = History::Kind::kRecent;
  }
  return history;
}

// ---- Rate

double RateWindow::per_second(const Sample& from, const Sample& to) {
  const double elapsed = seconds(to.time - from.time);
  return elapsed <= 0 ? 0 : static_cast<double>(to.total - from.total) / elapsed;
}

void RateWindow::add(env::MonotonicTime now, std::int64_t total) {
  // Fewer than before: the topic was made again.
  if (!recent_.empty() && total < recent_.back().total) *this = RateWindow();
  if (!recent_.empty() && now <= recent_.back().time) return;
  const Sample sample{now, total};
  recent_.push_back(sample);
  while (recent_.size() > 2 && now - recent_[1].time >= kRecentWindow) recent_.pop_front();
  if (!point_) point_ = sample;
  if (now - point_->time < std::chrono::seconds(kPointSeconds)) return;
  const double rate = per_second(*point_, sample);
  // When nobody looked for longer than one point, the mean stands for each of them.
  const auto finished = static_cast<std::size_t>((now - point_->time) / std::chrono::seconds(kPointSeconds));
  for (std::size_t i = 0; i < std::min(finished, kPointsMax); ++i) points_.push_back(rate);
  while (points_.size() >= kPointsMax) points_.pop_front();
  point_ = sample;
}

std::optional<Rate> RateWindow::rate() const {
  if (recent_.size() < 2) return std::nullopt;
  Rate rate;
  // What was looked up from before the start lies far back: a few fresh seconds say more.
  const auto fresh = std::find_if(recent_.begin(), recent_.end(),
                                  [&](const Sample& each) { return recent_.back().time - each.time <= kRecentWindow; });
  const bool enough = recent_.back().time - fresh->time >= kRecentMin;
  rate.records_per_second = per_second(enough ? *fresh : recent_.front(), recent_.back());
  rate.points.assign(points_.begin(), points_.end());
  const double open_seconds = seconds(recent_.back().time - point_->time);
  if (open_seconds > 0) rate.points.push_back(per_second(*point_, recent_.back()));
  rate.window_seconds =
      static_cast<std::int64_t>(points_.size()) * kPointSeconds + static_cast<std::int64_t>(open_seconds);
  return rate;
}

// ---- Freshness

Freshness freshness_of(std::int64_t age_ms, const std::optional<Rate>& rate) {
  Freshness freshness{Freshness::State::kFresh, std::max<std::int64_t>(age_ms, 0)};
  double pause_ms = 0;
  if (rate && !rate->points.empty()) {
    double sum = 0;
    for (const double point : rate->points) sum += point;
    const double mean = sum / static_cast<double>(rate->points.size());
    // Not one record in the window: the pause is at least as long as the window.
    pause_ms = mean > 0 ? 1000 / mean : static_cast<double>(rate->window_seconds) * 1000;
  }
  if (freshness.age_ms >= kSilentMs) {
    freshness.state = Freshness::State::kSilent;
  } else if (freshness.age_ms > kLateMsMin && static_cast<double>(freshness.age_ms) > kLatePauses * pause_ms) {
    freshness.state = Freshness::State::kLate;
  }
  return freshness;
}

bool is_internal(const stream::TopicInfo& topic) { return topic.internal || topic.name.starts_with('_'); }

// ---- Subjects

std::size_t SubjectFacts::fields_without_doc() const {
  return static_cast<std::size_t>(
      std::count_if(fields.begin(), fields.end(), [](const FieldText& field) { return field.doc.empty(); }));
}

PortEvidence evidence_of(const TopicFacts* topic, const SubjectFacts* subject) {
  PortEvidence evidence;
  evidence.topic_exists = topic != nullptr;
  if (topic == nullptr || !topic->measured_at_ms) evidence.topic_unknown = "it has not been measured yet";
  if (topic != nullptr) {
    evidence.topic_internal = topic->internal;
    evidence.has_events = topic->offsets_held.value_or(0) > 0;
    evidence.history = topic->history;
    if (!topic->history) evidence.history_unknown = "it has not been measured yet";
    for (const UnknownFact& each : topic->unknown) {
      if (each.fact == "topic") evidence.topic_unknown = each.why;
      if (each.fact == "topic" || each.fact == "history") evidence.history_unknown = each.why;
    }
  }
  if (subject == nullptr) {
    evidence.schema_unknown = "the registry has not been asked yet";
  } else if (subject->unknown) {
    evidence.schema_unknown = subject->unknown;
  } else if (subject->schema) {
    evidence.schema = PortEvidence::Schema{subject->schema->format, subject->schema->version, subject->fields.size(),
                                           subject->fields_without_doc()};
  }
  return evidence;
}

// ---- JSON

void write(JsonWriter& json, const Rate& rate) {
  json.begin_object()
      .member("records_per_second", rate.records_per_second)
      .member("window_seconds", rate.window_seconds)
      .member("point_seconds", RateWindow::kPointSeconds)
      .member("points", rate.points)
      .end_object();
}

void write(JsonWriter& json, const RecordPlace& place) {
  json.begin_object()
      .member("partition", place.partition)
      .member("offset", place.offset)
      .member("timestamp", time_text(place.timestamp_ms))
      .end_object();
}

void write(JsonWriter& json, const Freshness& freshness) {
  json.begin_object().member("state", freshness_name(freshness.state)).member("age_ms", freshness.age_ms).end_object();
}

void write(JsonWriter& json, const History& history) {
  json.begin_object()
      .member("kind", history_name(history.kind))
      .member("retention_ms", history.retention_ms)
      .member("retention_bytes", history.retention_bytes)
      .key("since");
  if (history.since_ms) {
    json.value(time_text(*history.since_ms));
  } else {
    json.value(nullptr);
  }
  json.end_object();
}

void write(JsonWriter& json, const UnknownFact& unknown) {
  json.begin_object().member("fact", unknown.fact).member("why", unknown.why).end_object();
}

void write_size(JsonWriter& json, const std::optional<stream::StorageFacts>& size) {
  if (!size) {
    json.value(nullptr);
    return;
  }
  json.begin_object().member("bytes", size->bytes).member("segments", size->segment_count).end_object();
}

void write_facts(JsonWriter& json, const TopicFacts* topic, const SubjectFacts* subject) {
  static const TopicFacts kNothing;
  const TopicFacts& facts = topic == nullptr ? kNothing : *topic;
  std::vector<UnknownFact> unknown = facts.unknown;
  if (subject != nullptr && subject->unknown) unknown.push_back({"schema", *subject->unknown});

  json.begin_object()
      .member("measured_at", facts.measured_at_ms ? std::optional(time_text(*facts.measured_at_ms)) : std::nullopt)
      .key("schema");
  if (subject != nullptr && subject->schema) {
    const RegisteredSchema& schema = *subject->schema;
    json.begin_object()
        .member("subject", schema.subject)
        .member("version", schema.version)
        .member("id", schema.id.get())
        .member("format", schema.format)
        .member("fields", subject->fields.size())
        .end_object();
  } else {
    json.value(nullptr);
  }
  json.key("partitions");
  if (topic != nullptr) {
    json.value(facts.partitions);
  } else {
    json.value(nullptr);
  }
  json.member("history", facts.history).member("rate", facts.rate).key("size");
  write_size(json, facts.size);
  json.member("offsets_held", facts.offsets_held)
      .member("first_record", facts.first_record)
      .member("last_record", facts.last_record)
      .member("freshness", facts.freshness)
      .member("unknown", unknown)
      .end_object();
}

}  // namespace weft::mesh
