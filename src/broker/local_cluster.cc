#include "broker/local_cluster.h"

#include <algorithm>

#include "broker/api/config_answers.h"
#include "broker/group_coordinator.h"
#include "broker/local_batch.h"
#include "broker/options.h"
#include "broker/purgatory.h"
#include "broker/services.h"
#include "broker/topics.h"

namespace weft::broker {
namespace {

/// One journal entry.
constexpr std::size_t kEntryBytesMax = 8U << 20;

stream::ConfigEntry::Source source_of(kafka::ConfigSource source) {
  switch (source) {
    case kafka::ConfigSource::kTopic: return stream::ConfigEntry::Source::kTopic;
    case kafka::ConfigSource::kStaticBroker: return stream::ConfigEntry::Source::kStaticBroker;
    default: return stream::ConfigEntry::Source::kDefault;
  }
}

stream::TopicInfo info_of(const Topic& topic, std::int32_t node_id) {
  stream::TopicInfo info{topic.name, topic.id, topic.internal, {}};
  for (std::int32_t i = 0; i < topic.open_count; ++i) info.partitions.push_back({PartitionIndex{i}, node_id, LeaderEpoch{0}});
  return info;
}

Error no_topic(std::string_view name) { return error(ErrorCode::kNotFound, "no topic {}", name); }

}  // namespace

/// Slices on their way into one journal entry.
struct LocalCluster::Entry {
  std::vector<log::AppendSlice> slices;
  Placed placed;
  Callback<Result<std::vector<stream::Appended>>> durable;
};

namespace {

Error deadline_passed(const stream::FetchRequest& request) {
  return error(ErrorCode::kTimeout, "fetch of {}-{} at offset {}: nothing came before the deadline", request.partition.topic,
               request.partition.partition, request.offset);
}

}  // namespace

struct LocalCluster::Fetching {
  stream::FetchRequest request;
  stream::Deadline deadline;
  env::MonotonicTime wait_until;
  Callback<Result<stream::Fetched>> done;
};

LocalCluster::LocalCluster(env::EventLoop& loop, const Options& options, log::Log& log, Purgatory& purgatory, AppendQueue& appends)
    : loop_(loop), options_(options), log_(log), purgatory_(purgatory), appends_(appends),
      identity_{options.cluster_name, options.environment, options.region, ""} {}

void LocalCluster::attach(Topics& topics, GroupCoordinator& groups) {
  topics_ = &topics;
  groups_ = &groups;
}

void LocalCluster::on_loop(Function<void()> task) {
  if (loop_.is_current()) return task();
  loop_.post([alive = std::weak_ptr(alive_), task = std::move(task)]() mutable {
    if (!alive.expired()) task();
  });
}

template <class T>
void LocalCluster::complete(Callback<Result<T>> done, Result<T> result) {
  loop_.post([done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
}

Result<PartitionId> LocalCluster::resolve(const stream::TopicPartition& partition) const {
  const auto topic = topics_->find(partition.topic);
  if (!topic) return no_topic(partition.topic);
  if (!topic->has(partition.partition)) {
    return error(ErrorCode::kNotFound, "topic {} has {} partitions, not a partition {}", partition.topic, topic->open_count,
                 partition.partition);
  }
  return topic->partition(partition.partition);
}

// ---- Topics

void LocalCluster::describe_topics(std::optional<std::vector<std::string>> names, stream::Deadline,
                                   Callback<Result<std::vector<stream::TopicInfo>>> done) {
  on_loop([this, names = std::move(names), done = std::move(done)]() mutable {
    std::vector<stream::TopicInfo> found;
    if (names) {
      for (const auto& name : *names) {
        if (const auto topic = topics_->find(name); topic && topic->open_count > 0) found.push_back(info_of(*topic, options_.node_id));
      }
    } else {
      for (const auto& [name, topic] : topics_->all()) {
        if (topic->open_count > 0) found.push_back(info_of(*topic, options_.node_id));
      }
    }
    complete<std::vector<stream::TopicInfo>>(std::move(done), std::move(found));
  });
}

void LocalCluster::create_topic(stream::TopicSpec spec, stream::Deadline, Callback<Result<stream::TopicInfo>> done) {
  on_loop([this, spec = std::move(spec), done = std::move(done)]() mutable {
    Topics::NewTopic wanted{std::move(spec.name), spec.partition_count, spec.replication_factor, {spec.configs.begin(), spec.configs.end()}};
    topics_->create(std::move(wanted), [this, done = std::move(done)](Result<TopicPointer> made) mutable {
      if (!made.ok()) return complete<stream::TopicInfo>(std::move(done), std::move(made).error());
      complete<stream::TopicInfo>(std::move(done), info_of(**made, options_.node_id));
    });
  });
}

void LocalCluster::delete_topic(std::string name, stream::Deadline, Callback<Result<void>> done) {
  on_loop([this, name = std::move(name), done = std::move(done)]() mutable {
    topics_->remove(std::move(name), [this, done = std::move(done)](Result<void> removed) mutable {
      complete<void>(std::move(done), std::move(removed));
    });
  });
}

void LocalCluster::describe_configs(std::string name, stream::Deadline,
                                    Callback<Result<std::map<std::string, stream::ConfigEntry>>> done) {
  using Entries = std::map<std::string, stream::ConfigEntry>;
  on_loop([this, name = std::move(name), done = std::move(done)]() mutable {
    const auto topic = topics_->find(name);
    if (!topic) return complete<Entries>(std::move(done), no_topic(name));
    Entries entries;
    for (auto& each : describe_topic_configs(*topic)) {
      entries[std::string(each.name)] = {std::move(each.value), source_of(each.source), each.read_only, false};
    }
    complete<Entries>(std::move(done), std::move(entries));
  });
}

void LocalCluster::alter_configs(std::string name, std::vector<stream::ConfigChange> changes, stream::Deadline,
                                 Callback<Result<void>> done) {
  on_loop([this, name = std::move(name), changes = std::move(changes), done = std::move(done)]() mutable {
    std::map<std::string, std::optional<std::string>> by_name;
    for (auto& change : changes) by_name[std::move(change.name)] = std::move(change.value);
    topics_->alter_configs(std::move(name), std::move(by_name), [this, done = std::move(done)](Result<void> altered) mutable {
      complete<void>(std::move(done), std::move(altered));
    });
  });
}

// ---- Appending

std::unique_ptr<stream::BatchBuilder> LocalCluster::make_builder() const { return std::make_unique<LocalBatchBuilder>(loop_.clock()); }

Result<log::AppendSlice> LocalCluster::slice_of(stream::AppendBatch& batch) const {
  TRY_ASSIGN(const auto partition, resolve(batch.partition));
  const auto topic = topics_->find(batch.partition.topic);
  TRY_ASSIGN(auto bytes, static_cast<LocalBatchBuilder&>(*batch.records).build(
                             topic->effective.codec.value_or(record::Codec::kNone)));
  if (!topic->internal && bytes.size() > static_cast<std::size_t>(topic->effective.batch_bytes_max)) {
    return error(ErrorCode::kTooLarge, "topic {}: a batch of {} bytes is over max.message.bytes, {}", topic->name, bytes.size(),
                 topic->effective.batch_bytes_max);
  }
  return log::AppendSlice{partition, std::move(bytes), holds_own_state(topic->name)};
}

void LocalCluster::append(stream::AppendBatch batch, stream::Deadline, Callback<Result<stream::Appended>> placed,
                          Callback<Result<stream::Appended>> durable) {
  auto shared = std::make_shared<stream::AppendBatch>(std::move(batch));
  on_loop([this, shared, placed = std::move(placed), durable = std::move(durable)]() mutable {
    auto slice = slice_of(*shared);
    if (!slice.ok()) {
      complete<stream::Appended>(std::move(placed), slice.error());
      return complete<stream::Appended>(std::move(durable), slice.error());
    }
    auto first_of = [this](Callback<Result<stream::Appended>> answer) {
      return [this, answer = std::move(answer)](Result<std::vector<stream::Appended>> appended) mutable {
        complete<stream::Appended>(std::move(answer), appended.ok() ? Result<stream::Appended>(appended->front())
                                                                    : Result<stream::Appended>(appended.error()));
      };
    };
    auto entry = std::make_shared<Entry>();
    entry->slices.push_back(std::move(*slice));
    entry->placed = first_of(std::move(placed));
    entry->durable = first_of(std::move(durable));
    append_entry(std::move(entry));
  });
}

void LocalCluster::append_entry(std::shared_ptr<Entry> entry) {
  const auto wait = [this](std::shared_ptr<Entry> waiting) {
    appends_.wait([this, waiting = std::move(waiting)]() mutable { append_entry(std::move(waiting)); });
  };
  if (appends_.blocked()) return wait(std::move(entry));
  auto offsets = std::make_shared<std::vector<stream::Appended>>();
  auto appended = log_.append(entry->slices, [entry, offsets](Result<void> durable) {
    if (durable.ok()) {
      entry->durable(std::move(*offsets));
    } else {
      entry->durable(std::move(durable).error());
    }
  });
  if (!appended.ok()) {
    if (appended.error().code == ErrorCode::kExhausted) return wait(std::move(entry));
    entry->placed(appended.error());
    return entry->durable(std::move(appended).error());
  }
  entry->slices.clear();
  for (const auto& slice : *appended) offsets->push_back({slice.base_offset, slice.last_offset});
  entry->placed(*offsets);
}

void LocalCluster::append_atomic(stream::Writer writer, std::vector<stream::AppendBatch> batches,
                                 std::vector<stream::GroupPositions> positions, stream::Deadline,
                                 Callback<Result<std::vector<stream::Appended>>> done) {
  using Offsets = std::vector<stream::Appended>;
  auto shared = std::make_shared<std::vector<stream::AppendBatch>>(std::move(batches));
  on_loop([this, writer = std::move(writer), shared, positions = std::move(positions), done = std::move(done)]() mutable {
    auto& newest = writer_lives_.try_emplace(writer.name, writer.life).first->second;
    if (writer.life < newest) {
      return complete<Offsets>(std::move(done), error(ErrorCode::kFenced, "writer {}: life {} was followed by {}", writer.name, writer.life, newest));
    }
    newest = writer.life;
    std::vector<log::AppendSlice> slices;
    std::size_t bytes = 0;
    for (auto& batch : *shared) {
      auto slice = slice_of(batch);
      if (!slice.ok()) return complete<Offsets>(std::move(done), std::move(slice).error());
      bytes += slice->batch.size();
      slices.push_back(std::move(*slice));
    }
    if (bytes > kEntryBytesMax) {
      return complete<Offsets>(std::move(done), error(ErrorCode::kTooLarge, "{} bytes are over the {} of one atomic append", bytes, kEntryBytesMax));
    }
    if (!positions.empty()) return append_with_positions(std::move(slices), std::move(positions), std::move(done));
    if (slices.empty()) return complete<Offsets>(std::move(done), Offsets{});
    auto entry = std::make_shared<Entry>();
    entry->slices = std::move(slices);
    entry->placed = [](Result<Offsets>) {};
    entry->durable = [this, done = std::move(done)](Result<Offsets> appended) mutable { complete<Offsets>(std::move(done), std::move(appended)); };
    append_entry(std::move(entry));
  });
}

void LocalCluster::append_with_positions(std::vector<log::AppendSlice> slices, std::vector<stream::GroupPositions> positions,
                                         Callback<Result<std::vector<stream::Appended>>> done) {
  using Offsets = std::vector<stream::Appended>;
  std::vector<state::Record> records;
  const Timestamp now{loop_.clock().wall_ms()};
  for (const auto& group : positions) {
    for (const auto& position : group.positions) {
      if (const auto partition = resolve(position.partition); !partition.ok()) return complete<Offsets>(std::move(done), partition.error());
      records.push_back(GroupState::position_record(group.group, position.partition, {position.offset, LeaderEpoch{-1}, position.metadata, now}));
    }
  }
  auto offsets = std::make_shared<Offsets>();
  // The groups' shard decides as ever; only its batch travels with ours, first in the entry.
  auto through = [this, offsets, slices = std::move(slices)](stream::AppendBatch batch, Callback<Result<stream::Appended>> placed,
                                                             Callback<Result<stream::Appended>> durable) mutable {
    auto own = slice_of(batch);
    if (!own.ok()) {
      placed(own.error());
      return durable(own.error());
    }
    auto entry = std::make_shared<Entry>();
    entry->slices.push_back(std::move(*own));
    for (auto& slice : slices) entry->slices.push_back(std::move(slice));
    entry->placed = [offsets, placed = std::move(placed)](Result<Offsets> appended) mutable {
      if (!appended.ok()) return placed(std::move(appended).error());
      offsets->assign(appended->begin() + 1, appended->end());
      placed(appended->front());
    };
    entry->durable = [durable = std::move(durable)](Result<Offsets> appended) mutable {
      durable(appended.ok() ? Result<stream::Appended>(appended->front()) : Result<stream::Appended>(appended.error()));
    };
    append_entry(std::move(entry));
  };
  groups_->commit_all(
      std::move(records),
      [this, offsets, done = std::move(done)](Result<void> committed) mutable {
        complete<Offsets>(std::move(done), committed.ok() ? Result<Offsets>(std::move(*offsets)) : Result<Offsets>(std::move(committed).error()));
      },
      std::move(through));
}

// ---- Reading

void LocalCluster::fetch(stream::FetchRequest request, stream::Deadline deadline, Callback<Result<stream::Fetched>> done) {
  const auto wait_until = loop_.clock().monotonic() + request.wait_max;
  auto fetching = std::make_shared<Fetching>(Fetching{std::move(request), deadline, wait_until, std::move(done)});
  on_loop([this, fetching] { run_fetch(fetching); });
}

void LocalCluster::run_fetch(std::shared_ptr<Fetching> fetching) {
  const auto partition = resolve(fetching->request.partition);
  if (!partition.ok()) return complete<stream::Fetched>(std::move(fetching->done), partition.error());
  log_.read(*partition, fetching->request.offset, fetching->request.bytes_max,
            [this, alive = std::weak_ptr(alive_), fetching, id = *partition](Result<log::ReadResult> read) {
              if (alive.expired()) return;
              if (!read.ok()) return complete<stream::Fetched>(std::move(fetching->done), std::move(read).error());
              if (read->batches.empty() && loop_.clock().monotonic() < fetching->wait_until) {
                const auto until = std::min(fetching->deadline, fetching->wait_until);
                purgatory_.wait({{id, read->visible_end}}, 1, until, [this, fetching](Purgatory::Why why) {
                  if (why == Purgatory::Why::kDeadline) {
                    if (fetching->deadline < fetching->wait_until && loop_.clock().monotonic() >= fetching->deadline)
                      return complete<stream::Fetched>(std::move(fetching->done), deadline_passed(fetching->request));
                    fetching->wait_until = {};
                  }
                  run_fetch(fetching);
                });
                return;
              }
              auto split = split_batches(read->batches, fetching->request.offset);
              if (!split.ok()) return complete<stream::Fetched>(std::move(fetching->done), std::move(split).error());
              complete<stream::Fetched>(std::move(fetching->done),
                                        stream::Fetched{std::move(split->batches), {read->log_start, read->visible_end}, split->next_offset});
            });
}

void LocalCluster::find_offsets(std::vector<stream::OffsetQuery> queries, stream::Deadline,
                                Callback<Result<std::vector<stream::FoundOffset>>> done) {
  using Found = std::vector<stream::FoundOffset>;
  struct Finding {
    Found found;
    std::optional<Error> why;
    std::size_t open = 1;
    Callback<Result<Found>> done;
  };
  auto finding = std::make_shared<Finding>();
  finding->found.resize(queries.size());
  finding->done = std::move(done);
  auto finish_one = [this, finding] {
    if (--finding->open > 0) return;
    complete<Found>(std::move(finding->done), finding->why ? Result<Found>(std::move(*finding->why)) : Result<Found>(std::move(finding->found)));
  };
  on_loop([this, queries = std::move(queries), finding, finish_one]() mutable {
    for (std::size_t i = 0; i < queries.size(); ++i) {
      const auto partition = resolve(queries[i].partition);
      const auto state = partition.ok() ? log_.state(*partition) : Result<log::PartitionState>(partition.error());
      if (!state.ok()) {
        finding->why = state.error();
      } else if (queries[i].at == stream::OffsetQuery::At::kEarliest) {
        finding->found[i] = {state->log_start, kNoTimestamp};
      } else if (queries[i].at == stream::OffsetQuery::At::kLatest) {
        finding->found[i] = {state->visible_end, kNoTimestamp};
      } else {
        ++finding->open;
        log_.find_timestamp(*partition, queries[i].timestamp,
                            [finding, finish_one, i, end = state->visible_end](Result<std::optional<log::TimestampedOffset>> at) mutable {
                              if (!at.ok()) {
                                finding->why = std::move(at).error();
                              } else {
                                finding->found[i] = *at ? stream::FoundOffset{(*at)->offset, (*at)->timestamp} : stream::FoundOffset{end, kNoTimestamp};
                              }
                              finish_one();
                            });
      }
    }
    finish_one();
  });
}

void LocalCluster::bounds(std::vector<stream::TopicPartition> partitions, stream::Deadline,
                          Callback<Result<std::vector<stream::PartitionBounds>>> done) {
  using Bounds = std::vector<stream::PartitionBounds>;
  on_loop([this, partitions = std::move(partitions), done = std::move(done)]() mutable {
    Bounds found;
    for (const auto& each : partitions) {
      const auto partition = resolve(each);
      if (!partition.ok()) return complete<Bounds>(std::move(done), partition.error());
      const auto state = log_.state(*partition);
      if (!state.ok()) return complete<Bounds>(std::move(done), state.error());
      found.push_back({state->log_start, state->visible_end});
    }
    complete<Bounds>(std::move(done), std::move(found));
  });
}

// ---- Groups

void LocalCluster::commit_positions(stream::GroupPositions wanted, stream::Deadline, Callback<Result<void>> done) {
  on_loop([this, wanted = std::move(wanted), done = std::move(done)]() mutable {
    if (groups_->has_members(wanted.group)) {
      return complete<void>(std::move(done), error(ErrorCode::kConflict, "group {} has members: only they commit", wanted.group));
    }
    std::vector<std::pair<stream::TopicPartition, CommittedPosition>> positions;
    const Timestamp now{loop_.clock().wall_ms()};
    for (auto& position : wanted.positions) {
      if (const auto partition = resolve(position.partition); !partition.ok()) return complete<void>(std::move(done), partition.error());
      positions.emplace_back(std::move(position.partition), CommittedPosition{position.offset, LeaderEpoch{-1}, std::move(position.metadata), now});
    }
    groups_->commit(std::move(wanted.group), std::move(positions), [this, done = std::move(done)](Result<void> committed) mutable {
      complete<void>(std::move(done), std::move(committed));
    });
  });
}

void LocalCluster::positions(std::string group, std::vector<stream::TopicPartition> partitions, stream::Deadline,
                             Callback<Result<std::vector<std::optional<stream::Position>>>> done) {
  using Positions = std::vector<std::optional<stream::Position>>;
  on_loop([this, group = std::move(group), partitions = std::move(partitions), done = std::move(done)]() mutable {
    groups_->positions(std::move(group), [this, partitions = std::move(partitions), done = std::move(done)](Result<GroupState::Positions> known) mutable {
      if (!known.ok()) return complete<Positions>(std::move(done), std::move(known).error());
      Positions found;
      for (auto& partition : partitions) {
        const auto at = known->find(partition);
        if (at == known->end()) {
          found.emplace_back(std::nullopt);
        } else {
          found.push_back(stream::Position{std::move(partition), at->second.offset, at->second.metadata});
        }
      }
      complete<Positions>(std::move(done), std::move(found));
    });
  });
}

// ---- Storage

void LocalCluster::storage_facts(std::string name, stream::Deadline, Callback<Result<stream::StorageFacts>> done) {
  on_loop([this, name = std::move(name), done = std::move(done)]() mutable {
    const auto topic = topics_->find(name);
    if (!topic) return complete<stream::StorageFacts>(std::move(done), no_topic(name));
    stream::StorageFacts facts;
    for (const auto& partition : topic->partition_ids()) {
      const auto state = log_.state(partition);
      if (!state.ok()) continue;
      facts.bytes += state->bytes;
      facts.segment_count += state->segment_count;
    }
    complete<stream::StorageFacts>(std::move(done), facts);
  });
}

}  // namespace weft::broker
