#include "mesh/facts_collector.h"

#include <algorithm>
#include <utility>

#include "mesh/field_texts.h"

namespace weft::mesh {

namespace {

/// What is known of a topic by its listing.
TopicFactsPointer unmeasured(const stream::TopicInfo& info) {
  auto facts = std::make_shared<TopicFacts>();
  facts->internal = is_internal(info);
  facts->partitions = static_cast<std::int32_t>(info.partitions.size());
  return facts;
}

}  // namespace

/// First and last record of a partition, as far as they were read.
struct FactsCollector::PartitionEnds {
  stream::PartitionBounds bounds{Offset{0}, Offset{0}};
  std::optional<RecordPlace> first;
  std::optional<RecordPlace> last;
  Offset first_read_at{-1};  ///< The log start that `first` was read for.
  Offset last_read_at{-1};   ///< The high watermark that `last` was read for.
};

struct FactsCollector::Topic {
  stream::TopicInfo info;
  std::vector<PartitionEnds> partitions;
  RateWindow window;
  std::optional<History> history;
  std::optional<stream::StorageFacts> size;
  std::map<std::string, std::string> unknown;  ///< Fact → why.
  std::optional<env::MonotonicTime> details_at;
  std::size_t turn = 0;  ///< The partition whose ends are read first next time.
  bool measuring = false;
  std::vector<Function<void()>> waiting;  ///< For the end of the measurement under way.
  TopicFactsPointer facts;
};

/// Kept by every call that still owes it an answer; ends with the last of them.
struct FactsCollector::Measurement {
  FactsCollector& collector;
  std::shared_ptr<bool> alive;
  std::shared_ptr<Topic> topic;
  Function<void()> done;
  std::weak_ptr<Measurement> self;

  ~Measurement() {
    if (*alive) collector.finish(*this);
  }
};

FactsCollector::FactsCollector(env::EventLoop& loop, stream::Cluster& cluster, Schemas& schemas, Options options)
    : loop_(loop), cluster_(cluster), schemas_(schemas), options_(options), alive_(std::make_shared<bool>(true)) {}

FactsCollector::~FactsCollector() {
  *alive_ = false;
  if (cycle_timer_) loop_.cancel(*cycle_timer_);
  if (watch_timer_) loop_.cancel(*watch_timer_);
}

// ---- Reading

TopicFactsPointer FactsCollector::topic(std::string_view name) const {
  const auto at = topics_.find(name);
  return at == topics_.end() ? nullptr : at->second->facts;
}

SubjectFactsPointer FactsCollector::subject(std::string_view name) const {
  const auto at = subjects_.find(name);
  return at == subjects_.end() ? nullptr : at->second;
}

std::vector<std::string> FactsCollector::topics() const {
  std::vector<std::string> out;
  out.reserve(topics_.size());
  for (const auto& [name, topic] : topics_) out.push_back(name);
  return out;
}

// ---- Rounds

void FactsCollector::start(Callback<Result<void>> listed) {
  listed_ = std::move(listed);
  begin_round();
}

void FactsCollector::begin_round() {
  round_under_way_ = true;
  cluster_.describe_topics(std::nullopt, now() + options_.call_timeout, [this, alive = alive_](auto infos) {
    if (!*alive) return;
    if (infos.ok()) take_topics(*infos);
    if (listed_) std::exchange(listed_, {})(infos.ok() ? Result<void>() : infos.error());
    run_queue();
  });
}

void FactsCollector::take_topics(const std::vector<stream::TopicInfo>& infos) {
  std::set<std::string_view> there;
  std::vector<std::string> subjects = more_subjects_ ? more_subjects_() : std::vector<std::string>();
  for (const stream::TopicInfo& info : infos) {
    if (there.size() >= options_.topics_max) break;
    there.insert(info.name);
    know(info);
    queue_.push_back(info.name);
    if (!is_internal(info)) subjects.push_back(info.name + "-value");
  }
  std::vector<std::string> gone;
  for (const auto& [name, topic] : topics_)
    if (!there.contains(name)) gone.push_back(name);
  for (const std::string& name : gone) forget(name);
  follow(std::move(subjects));
}

FactsCollector::Topic& FactsCollector::know(const stream::TopicInfo& info) {
  auto& topic = topics_[info.name];
  const bool is_new = !topic;
  // Made again under the same name: nothing that was measured holds.
  if (is_new || topic->info.id != info.id) {
    topic = std::make_shared<Topic>();
    topic->facts = unmeasured(info);
  }
  topic->info = info;
  topic->partitions.resize(info.partitions.size());
  if (is_new && first_round_ended_)
    for (auto& heard : topic_changed_) heard(info.name, true);
  return *topic;
}

void FactsCollector::forget(const std::string& name) {
  if (topics_.erase(name) == 0) return;
  for (auto& heard : topic_changed_) heard(name, false);
}

void FactsCollector::run_queue() {
  while (running_ < options_.measurements_max && !queue_.empty()) {
    const std::string name = std::move(queue_.front());
    queue_.pop_front();
    const auto at = topics_.find(name);
    if (at == topics_.end() || at->second->measuring) continue;
    Topic& topic = *at->second;
    const bool details = !topic.details_at || now() - *topic.details_at >= options_.detail_interval;
    ++running_;
    measure(topic, details, [this] {
      --running_;
      run_queue();
    });
  }
  if (round_under_way_ && running_ == 0 && queue_.empty()) end_round();
}

void FactsCollector::end_round() {
  round_under_way_ = false;
  first_round_ended_ = true;
  cycle_timer_ = loop_.schedule_after(options_.cycle_interval, [this] {
    cycle_timer_.reset();
    begin_round();
  });
}

// ---- Subjects

void FactsCollector::follow(std::vector<std::string> subjects) {
  std::sort(subjects.begin(), subjects.end());
  subjects.erase(std::unique(subjects.begin(), subjects.end()), subjects.end());
  std::erase_if(subjects_,
                [&](const auto& each) { return !std::binary_search(subjects.begin(), subjects.end(), each.first); });
  for (const std::string& subject : subjects) ask_subject(subject, {});
}

void FactsCollector::ask_subject(const std::string& subject, Function<void()> done) {
  schemas_.find(subject, std::nullopt,
                [this, alive = alive_, subject, done = std::move(done)](Result<SchemaPointer> found) mutable {
                  if (!*alive) return;
                  take_subject(subject, std::move(found));
                  if (done) done();
                });
}

void FactsCollector::take_subject(const std::string& subject, Result<SchemaPointer> found) {
  SubjectFactsPointer& known = subjects_[subject];
  if (!found.ok()) {
    // What was known stays known while the registry can't be asked.
    if (found.error().code != ErrorCode::kNotFound && known && known->schema) return;
    auto nothing = std::make_shared<SubjectFacts>();
    if (found.error().code != ErrorCode::kNotFound) nothing->unknown = std::move(found).error().message;
    const bool had_schema = known && known->schema;
    known = std::move(nothing);
    if (had_schema)
      for (auto& heard : subject_heard_) heard(subject);
    return;
  }
  if (known && known->schema && known->schema->id == (*found)->id && known->schema->version == (*found)->version)
    return;
  const bool is_change = known != nullptr;
  known = subject_facts(std::move(*found));
  for (auto& heard : subject_heard_) heard(subject);
  if (is_change)
    for (auto& heard : schema_changed_) heard(subject);
}

// ---- One measurement

void FactsCollector::measure(Topic& topic, bool details, Function<void()> done) {
  topic.measuring = true;
  const auto shared = topics_.find(topic.info.name)->second;
  const std::shared_ptr<Measurement> measurement(new Measurement{*this, alive_, shared, std::move(done), {}});
  measurement->self = measurement;
  const auto deadline = now() + options_.call_timeout;

  const bool is_new = !topic.facts->measured_at_ms && past_rates_ < options_.past_rates_max &&
                      topic.info.partitions.size() <= options_.past_rate_partitions_max;
  if (is_new) {
    ++past_rates_;
    look_back(*measurement);
  } else {
    ask_bounds(*measurement);
  }
  if (!details) return;
  topic.details_at = now();
  cluster_.describe_configs(topic.info.name, deadline, [measurement](auto configs) {
    auto& unknown = measurement->topic->unknown;
    unknown.erase("history");
    if (configs.ok()) {
      measurement->topic->history = history_of(*configs);
    } else {
      unknown["history"] = std::move(configs).error().message;
    }
  });
  cluster_.storage_facts(topic.info.name, deadline, [measurement](auto size) {
    auto& unknown = measurement->topic->unknown;
    unknown.erase("size");
    if (size.ok()) {
      measurement->topic->size = *size;
    } else {
      unknown["size"] = std::move(size).error().message;
    }
  });
}

/// A restart forgets rates, the log does not: what came in each half minute before now follows from offsets by time.
void FactsCollector::look_back(Measurement& measurement) {
  const Topic& topic = *measurement.topic;
  constexpr auto kPoints = static_cast<std::int64_t>(RateWindow::kPointsMax);
  std::vector<stream::OffsetQuery> queries;
  const std::int64_t wall_ms = loop_.clock().wall_ms();
  for (std::int64_t back = kPoints; back > 0; --back) {
    const Timestamp time{wall_ms - back * RateWindow::kPointSeconds * 1000};
    for (const stream::PartitionInfo& each : topic.info.partitions)
      queries.push_back({{topic.info.name, each.partition}, stream::OffsetQuery::At::kTimestamp, time});
  }
  cluster_.find_offsets(
      std::move(queries), now() + options_.call_timeout,
      [measurement = measurement.self.lock(), began = now()](Result<std::vector<stream::FoundOffset>> found) {
        if (!*measurement->alive) return;
        Topic& of = *measurement->topic;
        const std::size_t count = of.info.partitions.size();
        for (std::int64_t point = 0; found.ok() && count > 0 && point < kPoints; ++point) {
          std::int64_t total = 0;
          for (std::size_t i = 0; i < count; ++i)
            total += (*found)[static_cast<std::size_t>(point) * count + i].offset.get();
          of.window.add(began - std::chrono::seconds((kPoints - point) * RateWindow::kPointSeconds), total);
        }
        measurement->collector.ask_bounds(*measurement);
      });
}

void FactsCollector::ask_bounds(Measurement& measurement) {
  std::vector<stream::TopicPartition> partitions;
  for (const stream::PartitionInfo& each : measurement.topic->info.partitions)
    partitions.push_back({measurement.topic->info.name, each.partition});
  cluster_.bounds(std::move(partitions), now() + options_.call_timeout,
                  [measurement = measurement.self.lock()](auto bounds) {
                    if (*measurement->alive) measurement->collector.take_bounds(*measurement, std::move(bounds));
                  });
}

void FactsCollector::take_bounds(Measurement& measurement, Result<std::vector<stream::PartitionBounds>> bounds) {
  Topic& topic = *measurement.topic;
  topic.unknown.erase("topic");
  if (!bounds.ok()) {
    topic.unknown["topic"] = std::move(bounds).error().message;
    return;
  }
  std::int64_t total = 0;
  for (std::size_t i = 0; i < bounds->size() && i < topic.partitions.size(); ++i) {
    topic.partitions[i].bounds = (*bounds)[i];
    total += (*bounds)[i].high_watermark.get();
  }
  topic.window.add(now(), total);
  read_ends(measurement);
}

void FactsCollector::read_ends(Measurement& measurement) {
  Topic& topic = *measurement.topic;
  topic.unknown.erase("first_record");
  topic.unknown.erase("last_record");
  std::size_t reads = 0;
  const std::size_t count = topic.partitions.size();
  for (std::size_t i = 0; i < count && reads < options_.record_reads_max; ++i) {
    const std::size_t at = (topic.turn + i) % count;
    PartitionEnds& ends = topic.partitions[at];
    const auto [log_start, high_watermark] = ends.bounds;
    if (high_watermark <= log_start) {
      ends.first.reset();
      ends.last.reset();
      continue;
    }
    if (ends.last_read_at != high_watermark) {
      ends.last_read_at = high_watermark;
      read_record(measurement, at, high_watermark - 1, false);
      ++reads;
    }
    if (ends.first_read_at != log_start) {
      ends.first_read_at = log_start;
      read_record(measurement, at, log_start, true);
      ++reads;
    }
    // Next time the partitions after this one come first.
    if (reads >= options_.record_reads_max) topic.turn = at + 1;
  }
}

void FactsCollector::read_record(Measurement& measurement, std::size_t partition, Offset offset, bool first) {
  stream::FetchRequest request{
      {measurement.topic->info.name, measurement.topic->info.partitions[partition].partition}, offset, 1, {}};
  const auto index = request.partition.partition;
  cluster_.fetch(
      std::move(request), now() + options_.call_timeout,
      [measurement = measurement.self.lock(), partition, index, offset, first](Result<stream::Fetched> fetched) {
        Topic& topic = *measurement->topic;
        if (partition >= topic.partitions.size()) return;
        PartitionEnds& ends = topic.partitions[partition];
        // Retention or a burst may have moved the ends meanwhile: the next measurement looks again.
        if (!fetched.ok()) {
          (first ? ends.first_read_at : ends.last_read_at) = Offset{-1};
          if (fetched.error().code != ErrorCode::kOutOfRange)
            topic.unknown[first ? "first_record" : "last_record"] = fetched.error().message;
          return;
        }
        std::optional<RecordPlace>& place = first ? ends.first : ends.last;
        for (const stream::BatchPointer& batch : fetched->batches) {
          const auto visited = batch->visit({.key = false, .value = false}, [&](const stream::RecordView& record) {
            if (record.offset < offset) return true;
            place = RecordPlace{index.get(), record.offset.get(), record.timestamp.get()};
            return !first;
          });
          if (!visited.ok()) topic.unknown[first ? "first_record" : "last_record"] = visited.error().message;
          if (first && place) break;
        }
      });
}

void FactsCollector::finish(Measurement& measurement) {
  Topic& topic = *measurement.topic;
  topic.measuring = false;
  auto facts = std::make_shared<TopicFacts>();
  facts->measured_at_ms = loop_.clock().wall_ms();
  facts->internal = is_internal(topic.info);
  facts->partitions = static_cast<std::int32_t>(topic.info.partitions.size());
  facts->history = topic.history;
  facts->rate = topic.window.rate();
  facts->size = topic.size;
  if (!topic.unknown.contains("topic")) {
    facts->offsets_held = 0;
    for (const PartitionEnds& ends : topic.partitions) {
      *facts->offsets_held += ends.bounds.high_watermark - ends.bounds.log_start;
      if (ends.first && (!facts->first_record || ends.first->timestamp_ms < facts->first_record->timestamp_ms))
        facts->first_record = ends.first;
      if (ends.last && (!facts->last_record || ends.last->timestamp_ms > facts->last_record->timestamp_ms))
        facts->last_record = ends.last;
    }
  }
  if (facts->history && facts->first_record) facts->history->since_ms = facts->first_record->timestamp_ms;
  if (facts->last_record)
    facts->freshness = freshness_of(*facts->measured_at_ms - facts->last_record->timestamp_ms, facts->rate);
  for (const auto& [fact, why] : topic.unknown) facts->unknown.push_back({fact, why});
  topic.facts = std::move(facts);

  for (auto& heard : measured_) heard(topic.info.name);
  if (measurement.done) std::exchange(measurement.done, {})();
  for (auto& waiting : std::exchange(topic.waiting, {})) waiting();
}

// ---- At once

void FactsCollector::refresh(std::string name, std::vector<std::string> subjects, Function<void()> done) {
  struct Pending {
    Function<void()> done;
    ~Pending() {
      if (done) done();
    }
  };
  const std::shared_ptr<Pending> pending(new Pending{std::move(done)});
  for (const std::string& subject : subjects) ask_subject(subject, [pending] {});
  std::vector<std::string> names{name};
  cluster_.describe_topics(std::move(names), now() + options_.call_timeout,
                           [this, alive = alive_, name = std::move(name), pending](auto infos) {
                             if (!*alive || !infos.ok()) return;
                             if (infos->empty()) return forget(name);
                             Topic& topic = know(infos->front());
                             if (topic.measuring) return topic.waiting.push_back([pending] {});
                             measure(topic, true, [pending] {});
                           });
}

void FactsCollector::watch(std::set<std::string> topics) {
  watched_ = std::move(topics);
  if (watched_.empty() || watch_timer_) return;
  watch_timer_ = loop_.schedule_after(options_.watch_interval, [this] { watch_tick(); });
}

void FactsCollector::watch_tick() {
  watch_timer_.reset();
  if (watched_.empty()) return;
  watch_timer_ = loop_.schedule_after(options_.watch_interval, [this] { watch_tick(); });
  for (const std::string& name : watched_) {
    const auto at = topics_.find(name);
    if (at != topics_.end() && !at->second->measuring) measure(*at->second, false, {});
  }
}

}  // namespace weft::mesh
