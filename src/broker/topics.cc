#include "broker/topics.h"

#include <algorithm>
#include <unordered_set>

#include "base/log.h"
#include "broker/limits.h"
#include "broker/options.h"
#include "env/random.h"

namespace weft::broker {
namespace {

constexpr Logger kLog("broker");

}  // namespace

Topics::Topics(env::Env& env, env::EventLoop& loop, log::Log& log, stream::Cluster& cluster, const Options& options)
    : env_(env),
      log_(log),
      options_(options),
      shard_(loop, cluster, state_, {{std::string(kClusterTopic), PartitionIndex{0}}}) {}

// ---- Start

void Topics::start(Callback<Result<void>> done) {
  auto failed_or = [this](Callback<Result<void>> answer, auto next) {
    return [this, answer = std::move(answer), next](Result<void> result) mutable {
      if (!result.ok()) return answer(std::move(result));
      (this->*next)(std::move(answer));
    };
  };
  auto reconciled = failed_or(std::move(done), &Topics::make_groups_topic);
  auto named = [this, reconciled = std::move(reconciled)](Result<std::string> cluster_id) mutable {
    if (!cluster_id.ok()) return reconciled(std::move(cluster_id).error());
    reconcile(std::move(reconciled));
  };
  auto loaded = [this, named = std::move(named)](Result<void> result) mutable {
    if (!result.ok()) return named(std::move(result).error());
    const auto fresh = Uuid::from_random(env_.random().next(), env_.random().next());
    shard_.submit<std::string>([this, fresh] { return state_.name_cluster(fresh); }, std::move(named));
  };
  auto made = [this, loaded = std::move(loaded)](Result<void> result) mutable {
    if (!result.ok()) return loaded(std::move(result));
    shard_.load(std::move(loaded));
  };
  log_.create_partitions({{kClusterTopicId, PartitionIndex{0}}}, std::move(made));
}

void Topics::reconcile(Callback<Result<void>> done) {
  std::vector<PartitionId> missing, orphans;
  std::unordered_set<PartitionId> held;
  for (const auto& partition : log_.partitions()) {
    const auto topic = state_.find(partition.topic);
    if (topic && partition.partition.get() < topic->partition_count) {
      held.insert(partition);
    } else {
      orphans.push_back(partition);
    }
  }
  for (const auto& [name, topic] : state_.topics()) {
    for (const auto& partition : topic->partition_ids()) {
      if (!held.contains(partition)) missing.push_back(partition);
    }
  }
  if (!missing.empty() || !orphans.empty()) {
    kLog.info("partitions brought in line with the topics", {{"made", missing.size()}, {"removed", orphans.size()}});
  }
  auto opened = [this, done = std::move(done)](Result<void> made) mutable {
    if (!made.ok()) return done(std::move(made));
    for (const auto& [name, topic] : state_.topics()) {
      topic->open_count = topic->partition_count;
      apply_retention(*topic);
    }
    done({});
  };
  auto removed = [this, missing = std::move(missing), opened = std::move(opened)](Result<void> result) mutable {
    if (!result.ok()) return opened(std::move(result));
    log_.create_partitions(std::move(missing), std::move(opened));
  };
  log_.remove_partitions(std::move(orphans), std::move(removed));
}

void Topics::make_groups_topic(Callback<Result<void>> done) {
  if (state_.find(kGroupsTopic)) return done({});
  create({std::string(kGroupsTopic), 1, 1, state_topic_configs()},
         [done = std::move(done)](Result<TopicPointer> made) mutable {
           done(made.ok() ? Result<void>{} : Result<void>(std::move(made).error()));
         });
}

// ---- Creating

TopicId Topics::random_topic_id() const {
  return TopicId{Uuid::from_random(env_.random().next(), env_.random().next())};
}

Result<ClusterState::NewTopic> Topics::complete(const NewTopic& topic) const {
  if (topic.replication_factor == 0 || topic.replication_factor < -1) {
    return error(ErrorCode::kInvalidArgument, "replication factor: must be at least 1, is {}",
                 topic.replication_factor);
  }
  if (topic.replication_factor > 1 && !options_.clamp_replication_factor) {
    return error(ErrorCode::kInvalidArgument, "replication factor: is {}, and there is 1 broker",
                 topic.replication_factor);
  }
  return ClusterState::NewTopic{topic.name, random_topic_id(),
                                topic.partition_count == -1 ? options_.partition_count_default : topic.partition_count,
                                topic.configs};
}

Result<ClusterState::NewTopic> Topics::check(const NewTopic& topic) const {
  TRY_ASSIGN(auto completed, complete(topic));
  TRY_ASSIGN(auto decision, decide_creation(std::move(completed)));
  return std::move(decision.response);
}

Result<void> Topics::check_configs(std::string_view name,
                                   const std::map<std::string, std::optional<std::string>>& changes) const {
  TRY(state_.alter_configs(name, changes));
  return {};
}

Result<void> Topics::check_partitions(std::string_view name, std::int32_t count) const {
  TRY(state_.add_partitions(name, count));
  return {};
}

void Topics::create(NewTopic topic, Callback<Result<TopicPointer>> done) {
  auto completed = complete(topic);
  if (!completed.ok()) return done(std::move(completed).error());
  auto recorded = [this, done = std::move(done)](Result<ClusterState::NewTopic> created) mutable {
    if (!created.ok()) return done(std::move(created).error());
    const auto id = created->id;
    auto name = std::move(created->name);
    open(id, [this, id, name = std::move(name), done = std::move(done)](Result<void> opened) mutable {
      if (!opened.ok()) return undo_creation(std::move(name), std::move(opened).error(), std::move(done));
      auto made = find(id);
      if (!made) return done(error(ErrorCode::kConflict, "topic {} was deleted while it was made", name));
      done(std::move(made));
    });
  };
  shard_.submit<ClusterState::NewTopic>([this, wanted = std::move(*completed)] { return decide_creation(wanted); },
                                        std::move(recorded));
}

Result<state::Decision<ClusterState::NewTopic>> Topics::decide_creation(ClusterState::NewTopic topic) const {
  if (being_removed_.contains(topic.name))
    return error(ErrorCode::kAlreadyExists, "topic {} is being deleted; try again", topic.name);
  return state_.create_topic(std::move(topic));
}

void Topics::open(TopicId id, Callback<Result<void>> done) {
  const auto topic = find(id);
  if (!topic) return done({});
  const auto count = topic->partition_count;
  log_.create_partitions(topic->partition_ids(), [this, id, count, done = std::move(done)](Result<void> made) mutable {
    const auto now = find(id);
    if (made.ok() && now) {
      now->open_count = std::max(now->open_count, std::min(count, now->partition_count));
      apply_retention(*now);
    }
    done(std::move(made));
  });
}

void Topics::undo_creation(std::string name, Error why, Callback<Result<TopicPointer>> done) {
  remove(std::move(name),
         [why = std::move(why), done = std::move(done)](Result<void>) mutable { done(std::move(why)); });
}

// ---- Changing and removing

void Topics::remove(std::string name, Callback<Result<void>> done) {
  struct Removal {
    TopicPointer topic;
    Callback<Result<void>> done;
  };
  auto removal = std::make_shared<Removal>();
  removal->done = std::move(done);
  auto recorded = [this, removal](Result<TopicId> deleted) {
    if (!deleted.ok()) {
      if (removal->topic) being_removed_.erase(removal->topic->name);
      return removal->done(std::move(deleted).error());
    }
    log_.remove_partitions(removal->topic->partition_ids(), [this, removal](Result<void> gone) {
      auto finish = [this, removal, gone = std::move(gone)]() mutable {
        being_removed_.erase(removal->topic->name);
        removal->done(std::move(gone));
      };
      if (!removed_) return finish();
      removed_(*removal->topic, std::move(finish));
    });
  };
  shard_.submit<TopicId>(
      [this, name = std::move(name), removal] {
        auto deleted = state_.delete_topic(name);
        if (!deleted.ok()) return deleted;
        removal->topic = state_.find(name);
        being_removed_.insert(name);
        return deleted;
      },
      std::move(recorded));
}

void Topics::alter_configs(std::string name, std::map<std::string, std::optional<std::string>> changes,
                           Callback<Result<void>> done) {
  auto recorded = [this, done = std::move(done)](Result<TopicId> altered) mutable {
    if (!altered.ok()) return done(std::move(altered).error());
    if (const auto topic = find(*altered)) apply_retention(*topic);
    done({});
  };
  shard_.submit<TopicId>(
      [this, name = std::move(name), changes = std::move(changes)] { return state_.alter_configs(name, changes); },
      std::move(recorded));
}

void Topics::add_partitions(std::string name, std::int32_t count, Callback<Result<void>> done) {
  auto recorded = [this, done = std::move(done)](Result<TopicId> added) mutable {
    if (!added.ok()) return done(std::move(added).error());
    open(*added, std::move(done));
  };
  shard_.submit<TopicId>([this, name = std::move(name), count] { return state_.add_partitions(name, count); },
                         std::move(recorded));
}

void Topics::apply_retention(const Topic& topic) {
  for (const auto& partition : topic.partition_ids()) {
    if (partition.partition.get() >= topic.open_count) break;
    if (const auto set = log_.set_retention(partition, topic.effective.retention); !set.ok()) {
      kLog.warn("retention not applied", {{"topic", topic.name}, {"why", set.error()}});
    }
  }
}

// ---- Quotas

Result<void> Topics::check_quotas(const QuotaEntity& entity, const QuotaChanges& changes) const {
  TRY(state_.alter_quotas(entity, changes));
  return {};
}

void Topics::alter_quotas(QuotaEntity entity, QuotaChanges changes, Callback<Result<void>> done) {
  shard_.submit<bool>(
      [this, entity = std::move(entity), changes = std::move(changes)] { return state_.alter_quotas(entity, changes); },
      [done = std::move(done)](Result<bool> altered) mutable {
        done(altered.ok() ? Result<void>{} : Result<void>(std::move(altered).error()));
      });
}

// ---- Producer ids

void Topics::take_producer_id(Callback<Result<ProducerId>> done) {
  if (next_producer_id_ < producer_ids_end_) return done(ProducerId{next_producer_id_++});
  waiting_for_producer_ids_.push_back(std::move(done));
  if (waiting_for_producer_ids_.size() > 1) return;  // a block is on its way
  shard_.submit<std::int64_t>([this] { return state_.take_producer_ids(); },
                              [this](Result<std::int64_t> first) {
                                auto waiting = std::exchange(waiting_for_producer_ids_, {});
                                if (first.ok()) {
                                  next_producer_id_ = *first;
                                  producer_ids_end_ = *first + kProducerIdBlock;
                                }
                                for (auto& each : waiting) {
                                  if (!first.ok()) {
                                    each(first.error());
                                  } else {
                                    take_producer_id(std::move(each));
                                  }
                                }
                              });
}

}  // namespace weft::broker
