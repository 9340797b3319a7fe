#include "truth.h"

#include <algorithm>

namespace weft::sim {

void Truth::violated(std::string_view kind, std::string what) {
  note("VIOLATION {}: {}", kind, what);
  if (!violation_.has_value()) violation_ = fmt::format("{}: {}", kind, what);
}

std::string Truth::describe(WriteId id) const {
  if (id < 0) return "a record of nobody";
  const Write& write = writes_[static_cast<std::size_t>(id)];
  return fmt::format("record {} (producer {} sequence {}{})", id, write.producer, write.sequence,
                     write.key.empty() ? "" : " key " + write.key);
}

// ---- Writing

WriteId Truth::sent(Write write) {
  const auto id = static_cast<WriteId>(writes_.size());
  if (!write.key.empty()) partitions_[write.at].keys[write.key].push_back(id);
  writes_.push_back(std::move(write));
  return id;
}

void Truth::acknowledged(WriteId id, std::int64_t offset) {
  Write& write = writes_[static_cast<std::size_t>(id)];
  if (write.fate != Fate::kAcknowledged) counts.add(Event::kRecordAcknowledged);
  write.fate = Fate::kAcknowledged;
  learn(write.at, id, offset, "acknowledged");
}

void Truth::producer_id_given(std::int64_t id) {
  if (!producer_ids_.insert(id).second) violated("producer id twice", fmt::format("{}", id));
}

/// An offset and a record belong together from now on.
void Truth::learn(const TopicPartition& at, WriteId id, std::int64_t offset, std::string_view how) {
  PartitionTruth& partition = partitions_[at];
  Write& write = writes_[static_cast<std::size_t>(id)];
  const auto [known, is_new] = partition.known.emplace(offset, id);
  if (known->second != id)
    return violated("inconsistent offset", fmt::format("{} offset {}: {} is {}, {} was there", at.text(), offset,
                                                       describe(id), how, describe(known->second)));
  if (write.offset >= 0 && write.offset != offset)
    return violated("duplicate", fmt::format("{}: {} is {} at offset {} and was at {}", at.text(), describe(id), how,
                                             offset, write.offset));
  if (!is_new) return;
  write.offset = offset;
  write.known_at = moment_;
  check_order(at, write);
}

/// What a producer sent one after the other lies so in the log.
void Truth::check_order(const TopicPartition& at, const Write& write) {
  if (!write.ordered) return;
  auto& sequences = partitions_[at].sequences[write.producer];
  const auto own = sequences.emplace(write.sequence, write.offset).first;
  const bool after_previous = own == sequences.begin() || std::prev(own)->second < own->second;
  const bool before_next = std::next(own) == sequences.end() || own->second < std::next(own)->second;
  if (!after_previous || !before_next)
    violated("reordered write", fmt::format("{}: producer {} sequence {} is at offset {}", at.text(), write.producer,
                                            write.sequence, write.offset));
}

// ---- Reading

Truth::Bounds Truth::bounds(const TopicPartition& at) {
  const PartitionTruth& partition = partitions_[at];
  return {moment_, partition.log_start, partition.visible};
}

std::int64_t Truth::visible(const TopicPartition& at) const {
  const auto found = partitions_.find(at);
  return found == partitions_.end() ? 0 : found->second.visible;
}

bool Truth::may_have_deleted(const TopicPartition& at, const PartitionTruth& partition, const Write& write) const {
  const TopicRules& rules = rules_.at(at.topic);
  if (write.offset < partition.deletes_asked || rules.bounded) return true;
  return rules.retention_ms_min >= 0 && wall_ms_max_ - write.wall_ms >= rules.retention_ms_min;
}

bool Truth::may_have_compacted(const PartitionTruth& partition, const Write& write, WriteId id) const {
  const auto key = partition.keys.find(write.key);
  if (key == partition.keys.end()) return false;
  if (write.tombstone && wall_ms_max_ - write.wall_ms >= rules_.at(write.at.topic).delete_retention_ms_min) return true;
  return std::ranges::any_of(key->second, [&](WriteId other) {
    const Write& later = writes_[static_cast<std::size_t>(other)];
    return other != id && (later.offset > write.offset || (later.offset < 0 && later.fate != Fate::kRefused));
  });
}

/// A partition's log start was seen: nothing went that was to be kept.
void Truth::begins_at(const TopicPartition& at, PartitionTruth& partition, std::int64_t log_start) {
  if (log_start <= partition.log_start) return;
  for (auto gone = partition.known.lower_bound(partition.log_start);
       gone != partition.known.end() && gone->first < log_start; ++gone) {
    const Write& write = writes_[static_cast<std::size_t>(gone->second)];
    if (!may_have_deleted(at, partition, write))
      violated("lost write", fmt::format("{} begins at {}: {} at offset {}, {} ms old, was to be kept", at.text(),
                                         log_start, describe(gone->second), gone->first, wall_ms_max_ - write.wall_ms));
  }
  if (log_start > partition.deletes_asked) counts.add(Event::kRetention);
  partition.log_start = log_start;
}

void Truth::log_start_is(const TopicPartition& at, const Bounds& asked, std::int64_t log_start) {
  if (log_start < asked.log_start)
    violated("log start went back", fmt::format("{}: from {} to {}", at.text(), asked.log_start, log_start));
  begins_at(at, partitions_[at], log_start);
}

void Truth::visible_is(const TopicPartition& at, const Bounds& asked, std::int64_t visible) {
  PartitionTruth& partition = partitions_[at];
  if (visible < asked.visible) {
    const auto seen = partition.known.lower_bound(visible);
    const bool acknowledged =
        seen != partition.known.end() && writes_[static_cast<std::size_t>(seen->second)].fate == Fate::kAcknowledged;
    violated(acknowledged ? "lost write" : "dirty read",
             fmt::format("{} ends at {}, {} was visible", at.text(), visible, asked.visible));
  }
  partition.visible = std::max(partition.visible, visible);
}

void Truth::fetched(const TopicPartition& at, const Bounds& asked, const Fetched& answer) {
  PartitionTruth& partition = partitions_[at];
  const bool compacted = rules_.at(at.topic).compacted;
  if (answer.log_start > answer.high_watermark)
    violated("log start beyond the end",
             fmt::format("{}: {} and {}", at.text(), answer.log_start, answer.high_watermark));
  visible_is(at, asked, answer.high_watermark);
  log_start_is(at, asked, answer.log_start);
  std::int64_t expected = answer.position;
  auto known = partition.known.lower_bound(answer.position);
  const auto check_missing = [&](std::int64_t end) {
    for (; known != partition.known.end() && known->first < end; ++known) {
      const Write& write = writes_[static_cast<std::size_t>(known->second)];
      if (write.known_at >= asked.moment || known->first < partition.log_start) continue;
      if (!may_have_compacted(partition, write, known->second) && !may_have_deleted(at, partition, write))
        violated("skip", fmt::format("{}: {} at offset {} was passed over by a read from {} to {}", at.text(),
                                     describe(known->second), known->first, answer.position, answer.next));
    }
  };
  for (const ReadRecord& record : answer.records) {
    if (record.offset < expected)
      violated("non-monotonic read",
               fmt::format("{}: offset {} where {} was next", at.text(), record.offset, expected));
    if (!compacted && record.offset > expected)
      violated("skip", fmt::format("{}: offset {} where {} was next", at.text(), record.offset, expected));
    if (compacted) check_missing(record.offset);
    if (known != partition.known.end() && known->first == record.offset) ++known;
    expected = record.offset + 1;
    if (record.write < 0 || static_cast<std::size_t>(record.write) >= writes_.size() ||
        writes_[static_cast<std::size_t>(record.write)].at != at) {
      violated("dirty read", fmt::format("{}: nobody sent what is at offset {}", at.text(), record.offset));
      continue;
    }
    if (writes_[static_cast<std::size_t>(record.write)].fate == Fate::kRefused)
      violated("dirty read",
               fmt::format("{}: {} was refused and is at offset {}", at.text(), describe(record.write), record.offset));
    learn(at, record.write, record.offset, "read");
    counts.add(Event::kRecordRead);
    if (record.offset >= answer.high_watermark)
      violated("dirty read",
               fmt::format("{}: offset {} was read, the end is {}", at.text(), record.offset, answer.high_watermark));
  }
  if (compacted) {
    known = partition.known.lower_bound(expected);
    check_missing(answer.next);
  }
  if (!compacted && answer.next > expected)
    violated("skip", fmt::format("{}: goes on at {} after {}", at.text(), answer.next, expected - 1));
}

void Truth::delete_asked(const TopicPartition& at, std::int64_t offset) {
  PartitionTruth& partition = partitions_[at];
  partition.deletes_asked = std::max(partition.deletes_asked, offset);
}

void Truth::deleted(const TopicPartition& at, std::int64_t low_watermark) {
  counts.add(Event::kRecordsDeleted);
  begins_at(at, partitions_[at], low_watermark);
}

void Truth::audited(const TopicPartition& at, std::int64_t log_start, std::int64_t end,
                    const std::set<std::int64_t>& offsets) {
  PartitionTruth& partition = partitions_[at];
  const bool compacted = rules_.at(at.topic).compacted;
  std::map<std::string, std::int64_t> last_found;
  for (const std::int64_t offset : offsets) {
    const Write& write = writes_[static_cast<std::size_t>(partition.known.at(offset))];
    last_found[write.key] = std::max(last_found[write.key], offset);
  }
  for (const auto& [offset, id] : partition.known) {
    if (offset < log_start || offsets.contains(offset)) continue;
    const Write& write = writes_[static_cast<std::size_t>(id)];
    const bool compacted_away = compacted && may_have_compacted(partition, write, id);
    if (!compacted_away || offset >= end)
      violated(write.fate == Fate::kAcknowledged ? "lost write" : "dirty read",
               fmt::format("{}: {} was at offset {} and is gone; the log holds {} to {}", at.text(), describe(id),
                           offset, log_start, end));
    // Whatever took a tombstone away has to have taken what it deleted, too.
    const auto found = last_found.find(write.key);
    const bool superseded = std::ranges::any_of(partition.keys[write.key], [&](WriteId other) {
      return writes_[static_cast<std::size_t>(other)].offset < 0 && other != id;
    });
    if (compacted && write.tombstone && found != last_found.end() && found->second < offset && !superseded)
      violated("lost write", fmt::format("{}: {} deleted its key at offset {}, and offset {} is back", at.text(),
                                         describe(id), offset, found->second));
  }
}

// ---- Groups

std::vector<Truth::Commit>& Truth::commits(const Position& position) {
  auto& commits = commits_[position];
  if (commits.empty()) commits.push_back({-1, 0, 0, kNever});
  return commits;
}

/// What was done before `before` holds no longer, from `at` on.
void Truth::supersede(std::vector<Commit>& commits, Moment before, Moment at, std::size_t by) {
  for (std::size_t i = 0; i < commits.size(); ++i)
    if (i != by && commits[i].done_at < before) commits[i].superseded_at = std::min(commits[i].superseded_at, at);
}

std::size_t Truth::commit_sent(const Position& position, std::int64_t offset) {
  auto& all = commits(position);
  all.push_back({offset, moment_, kNever, kNever});
  return all.size() - 1;
}

void Truth::commit_done(const Position& position, std::size_t commit) {
  auto& all = commits(position);
  all[commit].done_at = std::min(all[commit].done_at, moment_);
  supersede(all, all[commit].sent_at, moment_, commit);
  counts.add(Event::kPositionCommitted);
}

void Truth::position_read(const Position& position, Moment asked_at, std::int64_t offset,
                          std::optional<std::size_t> commit) {
  auto& all = commits(position);
  const std::string where = fmt::format("group {} {}", position.first, position.second.text());
  counts.add(Event::kPositionReadBack);
  if (offset < 0) {
    // Any forgetting explains it; the first commit of all is the state before anybody committed.
    const bool explained =
        std::ranges::any_of(all, [&](const Commit& each) { return each.offset < 0 && each.superseded_at >= asked_at; });
    if (!explained) violated("lost position", where + ": there is none any more");
    return;
  }
  if (!commit.has_value() || *commit >= all.size() || all[*commit].offset != offset)
    return violated("lost position", fmt::format("{}: nobody committed {}", where, offset));
  Commit& found = all[*commit];
  if (found.superseded_at < asked_at)
    return violated("lost position",
                    fmt::format("{}: {} (commit {}) is back, later commits were there", where, offset, *commit));
  found.done_at = std::min(found.done_at, moment_);
  supersede(all, asked_at, moment_, *commit);
}

void Truth::assigned(const std::string& group, std::int32_t generation, const std::string& member,
                     const std::vector<TopicPartition>& partitions) {
  auto& all = generations_[group];
  auto [found, is_new] = all.try_emplace(generation);
  GenerationTruth& truth = found->second;
  if (is_new) {
    truth.first_assigned_at = moment_;
    counts.add(Event::kRebalance);
  }
  for (const TopicPartition& each : partitions) {
    const auto [owner, first] = truth.owners.emplace(each, member);
    if (!first && owner->second != member)
      violated("two owners", fmt::format("group {} generation {}: {} belongs to {} and to {}", group, generation,
                                         each.text(), owner->second, member));
  }
}

void Truth::commit_accepted(const std::string& group, std::int32_t generation, const std::string& member,
                            Moment sent_at) {
  const auto& all = generations_[group];
  for (auto later = all.upper_bound(generation); later != all.end(); ++later)
    if (later->second.first_assigned_at < sent_at)
      violated("zombie", fmt::format("group {}: {} committed in generation {}, generation {} had begun", group, member,
                                     generation, later->first));
}

}  // namespace weft::sim
