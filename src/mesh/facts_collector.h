#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/function.h"
#include "env/executor.h"
#include "mesh/facts.h"
#include "stream/cluster.h"

namespace weft::mesh {

/// Measures facts in the background: every topic once a cycle, watched ones every second. Bounded: so many measurements
/// at once, so many record reads in each; what did not answer is said in the facts. Readers get what was measured last
/// and never wait. Lives on one loop.
class FactsCollector final : public Facts {
 public:
  struct Options {
    env::Duration cycle_interval = std::chrono::seconds(5);    ///< Between the end of one round and the next.
    env::Duration detail_interval = std::chrono::seconds(30);  ///< Between readings of settings and sizes.
    env::Duration watch_interval = std::chrono::seconds(1);
    env::Duration call_timeout = std::chrono::seconds(5);
    std::size_t measurements_max = 8;  ///< Under way at once.
    std::size_t record_reads_max = 8;  ///< Per measurement; partitions take turns.
    std::size_t topics_max = 20'000;   ///< More are not measured.
    /// Topics whose rate before now is looked up when they are first seen: 30 lookups in each of so many partitions.
    std::size_t past_rates_max = 200;
    std::size_t past_rate_partitions_max = 8;
  };

  FactsCollector(env::EventLoop& loop, stream::Cluster& cluster, Schemas& schemas, Options options);
  ~FactsCollector() override;

  /// Begins the first round. `listed` as soon as every topic is known to exist; their facts follow one after the other.
  /// Errors: the cluster could not be asked; it is asked again in the next round.
  void start(Callback<Result<void>> listed);

  TopicFactsPointer topic(std::string_view name) const override;
  SubjectFactsPointer subject(std::string_view name) const override;
  /// All topics of the cluster as they were listed last, sorted.
  std::vector<std::string> topics() const;

  /// Subjects to follow besides "<topic>-value" of every topic.
  void follow_subjects(Function<std::vector<std::string>()> subjects) { more_subjects_ = std::move(subjects); }
  /// Replaces what is measured every second.
  void watch(std::set<std::string> topics);
  /// Measures one topic and its subjects now, known or not, details too; `done` when the facts are there. A measurement
  /// of the topic under way will do.
  void refresh(std::string topic, std::vector<std::string> subjects, Function<void()> done);

  void on_measured(Function<void(const std::string& topic)> heard) { measured_.push_back(std::move(heard)); }
  /// A subject has a newer version than before, or its first.
  void on_schema(Function<void(const std::string& subject)> heard) { schema_changed_.push_back(std::move(heard)); }
  /// What is known of a subject is other than before, its first version or its disappearing included.
  void on_subject(Function<void(const std::string& subject)> heard) { subject_heard_.push_back(std::move(heard)); }
  /// The cluster has a topic that it had not, or the reverse.
  void on_topic(Function<void(const std::string& topic, bool exists)> heard) {
    topic_changed_.push_back(std::move(heard));
  }

 private:
  struct PartitionEnds;
  struct Topic;
  struct Measurement;

  void begin_round();
  void take_topics(const std::vector<stream::TopicInfo>& infos);
  void end_round();
  void run_queue();
  void follow(std::vector<std::string> subjects);
  void ask_subject(const std::string& subject, Function<void()> done);
  void take_subject(const std::string& subject, Result<SchemaPointer> found);
  Topic& know(const stream::TopicInfo& info);
  void forget(const std::string& topic);

  void measure(Topic& topic, bool details, Function<void()> done);
  void look_back(Measurement& measurement);
  void ask_bounds(Measurement& measurement);
  void take_bounds(Measurement& measurement, Result<std::vector<stream::PartitionBounds>> bounds);
  void read_ends(Measurement& measurement);
  void read_record(Measurement& measurement, std::size_t partition, Offset offset, bool first);
  void finish(Measurement& measurement);
  void watch_tick();
  env::MonotonicTime now() const { return loop_.clock().monotonic(); }

  env::EventLoop& loop_;
  stream::Cluster& cluster_;
  Schemas& schemas_;
  Options options_;
  std::map<std::string, std::shared_ptr<Topic>, std::less<>> topics_;
  std::map<std::string, SubjectFactsPointer, std::less<>> subjects_;
  std::deque<std::string> queue_;  ///< Topics of this round still to be measured.
  std::size_t running_ = 0;
  bool round_under_way_ = false;
  bool first_round_ended_ = false;
  std::size_t past_rates_ = 0;  ///< Looked up so far.
  Callback<Result<void>> listed_;
  std::set<std::string> watched_;
  std::optional<env::EventLoop::TimerId> cycle_timer_;
  std::optional<env::EventLoop::TimerId> watch_timer_;
  Function<std::vector<std::string>()> more_subjects_;
  std::vector<Function<void(const std::string&)>> measured_;
  std::vector<Function<void(const std::string&)>> schema_changed_;
  std::vector<Function<void(const std::string&)>> subject_heard_;
  std::vector<Function<void(const std::string&, bool)>> topic_changed_;
  std::shared_ptr<bool> alive_;
};

}  // namespace weft::mesh
