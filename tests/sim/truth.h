#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "faults.h"

namespace weft::sim {

/// Orders everything that clients see: a request's and an answer's place in the history.
using Moment = std::uint64_t;
inline constexpr Moment kNever = std::numeric_limits<Moment>::max();

using WriteId = std::int64_t;

struct TopicPartition {
  std::string topic;
  std::int32_t partition = 0;
  auto operator<=>(const TopicPartition&) const = default;
  std::string text() const { return fmt::format("{}-{}", topic, partition); }
};

/// What a topic promises to keep; the strictest that was ever asked for holds.
struct TopicRules {
  bool compacted = false;
  bool bounded = false;                ///< retention.bytes may take anything old.
  std::int64_t retention_ms_min = -1;  ///< -1: for ever.
  std::int64_t delete_retention_ms_min = 0;
};

/// What came of a record that was sent.
enum class Fate : std::uint8_t {
  kUnknown,       ///< No answer: it may have been taken, or will be.
  kAcknowledged,  ///< At write.offset, for ever.
  kRefused,       ///< The broker said that it did not take it.
};

struct Write {
  TopicPartition at;
  std::string key;
  bool tombstone = false;
  std::int64_t wall_ms = 0;
  int producer = 0;
  std::int64_t sequence = 0;
  bool ordered = true;  ///< By its producer's sequence; else the network may have turned two around.
  Fate fate = Fate::kUnknown;
  std::int64_t offset = -1;  ///< Once anybody knows it.
  Moment known_at = kNever;
};

struct ReadRecord {
  std::int64_t offset;
  WriteId write;  ///< -1: a record that carries none of ours.
};

/// One answer to a fetch.
struct Fetched {
  std::int64_t position;  ///< Asked for.
  std::int64_t next;      ///< Where the reader goes on.
  std::int64_t high_watermark;
  std::int64_t log_start;
  std::vector<ReadRecord> records;
};

/// The checker: told of everything that clients sent, were answered and saw, in that order, it speaks up at the first
/// thing that cannot be. What it knows (after Jepsen's Kafka checker): lost write, duplicate, inconsistent offset,
/// skip, non-monotonic read, dirty read; a log start or end that goes back; deleting what was to be kept; producer ids
/// given twice; and of groups: two owners of a partition in one generation, a commit of a generation that is over,
/// positions that go back or are lost.
class Truth {
 public:
  explicit Truth(bool keeps_history) : keeps_history_(keeps_history) {}

  const std::optional<std::string>& violation() const { return violation_; }
  /// The first one counts; `kind` is one of the names above.
  void violated(std::string_view kind, std::string what);

  Moment now() const { return moment_; }
  Moment tick() { return ++moment_; }
  void wall_is(std::int64_t wall_ms) { wall_ms_max_ = std::max(wall_ms_max_, wall_ms); }

  /// Of a client: one line of the history.
  template <class... Args>
  void note(fmt::format_string<Args...> text, Args&&... args) {
    if (!keeps_history_) return;
    fmt::format_to(std::back_inserter(history_), "{} ", moment_);
    fmt::format_to(std::back_inserter(history_), text, std::forward<Args>(args)...);
    history_.push_back('\n');
  }
  const std::string& history() const { return history_; }

  // ---- Topics
  void topic_made(const std::string& topic, TopicRules rules) { rules_[topic] = rules; }
  TopicRules& rules(const std::string& topic) { return rules_[topic]; }

  // ---- Writing
  WriteId sent(Write write);
  void acknowledged(WriteId write, std::int64_t offset);
  void refused(WriteId write) { writes_[static_cast<std::size_t>(write)].fate = Fate::kRefused; }
  const Write& write(WriteId id) const { return writes_[static_cast<std::size_t>(id)]; }
  void producer_id_given(std::int64_t id);

  // ---- Reading
  /// What a reader may rely on: to be taken when it asks, and given back with what it was answered.
  struct Bounds {
    Moment moment = 0;
    std::int64_t log_start = 0;
    std::int64_t visible = 0;
  };
  Bounds bounds(const TopicPartition& at);
  void fetched(const TopicPartition& at, const Bounds& asked, const Fetched& answer);
  /// A log start or an end that was answered by itself.
  void log_start_is(const TopicPartition& at, const Bounds& asked, std::int64_t log_start);
  void visible_is(const TopicPartition& at, const Bounds& asked, std::int64_t visible);
  void delete_asked(const TopicPartition& at, std::int64_t offset);
  void deleted(const TopicPartition& at, std::int64_t low_watermark);
  /// All of a partition was read in peace: what was acknowledged or seen and is not there is lost.
  void audited(const TopicPartition& at, std::int64_t log_start, std::int64_t end,
               const std::set<std::int64_t>& offsets);
  std::int64_t visible(const TopicPartition& at) const;

  // ---- Groups
  struct Commit {
    std::int64_t offset = -1;  ///< -1: the position was forgotten.
    Moment sent_at = 0;
    Moment done_at = kNever;
    Moment superseded_at = kNever;
  };
  using Position = std::pair<std::string, TopicPartition>;  ///< Group and partition.
  /// Gives the commit's number: its metadata says it. `forgets`: by deleting the topic or the group.
  std::size_t commit_sent(const Position& position, std::int64_t offset);
  void commit_done(const Position& position, std::size_t commit);
  /// `commit` is none where there is no position.
  void position_read(const Position& position, Moment asked_at, std::int64_t offset, std::optional<std::size_t> commit);
  /// A member of this generation was told what it owns.
  void assigned(const std::string& group, std::int32_t generation, const std::string& member,
                const std::vector<TopicPartition>& partitions);
  /// A commit of a member was accepted.
  void commit_accepted(const std::string& group, std::int32_t generation, const std::string& member, Moment sent_at);

  Counts counts;

 private:
  struct PartitionTruth {
    std::map<std::int64_t, WriteId> known;  ///< Acknowledged or seen, by offset.
    std::map<std::string, std::vector<WriteId>> keys;
    std::map<int, std::map<std::int64_t, std::int64_t>> sequences;  ///< Producer: sequence to offset.
    std::int64_t log_start = 0;
    std::int64_t deletes_asked = 0;
    std::int64_t visible = 0;
  };
  struct GenerationTruth {
    Moment first_assigned_at = 0;
    std::map<TopicPartition, std::string> owners;
  };

  void learn(const TopicPartition& at, WriteId id, std::int64_t offset, std::string_view how);
  void check_order(const TopicPartition& at, const Write& write);
  bool may_have_deleted(const TopicPartition& at, const PartitionTruth& partition, const Write& write) const;
  bool may_have_compacted(const PartitionTruth& partition, const Write& write, WriteId id) const;
  void begins_at(const TopicPartition& at, PartitionTruth& partition, std::int64_t log_start);
  std::vector<Commit>& commits(const Position& position);
  static void supersede(std::vector<Commit>& commits, Moment before, Moment at, std::size_t by);
  std::string describe(WriteId id) const;

  const bool keeps_history_;
  std::string history_;
  std::optional<std::string> violation_;
  Moment moment_ = 0;
  std::int64_t wall_ms_max_ = 0;
  std::map<std::string, TopicRules> rules_;
  std::vector<Write> writes_;
  std::map<TopicPartition, PartitionTruth> partitions_;
  std::set<std::int64_t> producer_ids_;
  std::map<Position, std::vector<Commit>> commits_;
  std::map<std::string, std::map<std::int32_t, GenerationTruth>> generations_;
};

}  // namespace weft::sim
