#include "mesh/consumers.h"

#include <algorithm>
#include <set>
#include <utility>

#include "mesh/json_writer.h"

namespace weft::mesh {

std::optional<std::int64_t> PartitionProgress::lag() const {
  if (!committed) return std::nullopt;
  return std::max<std::int64_t>(bounds.high_watermark - *committed, 0);
}

std::optional<std::int64_t> ConsumerGroup::lag() const {
  std::optional<std::int64_t> sum;
  for (const PartitionProgress& each : partitions)
    if (const auto lag = each.lag()) sum = sum.value_or(0) + *lag;
  return sum;
}

std::optional<std::int64_t> ConsumerGroup::last_commit_ms() const {
  std::optional<std::int64_t> last;
  for (const PartitionProgress& each : partitions) last = std::max(last, each.committed_at_ms);
  return last;
}

/// What one answer is put together from; ends with the last call that owes it something.
struct Consumers::Question {
  Consumers& consumers;
  std::shared_ptr<bool> alive;
  std::string topic;
  Callback<Result<TopicConsumers>> done;
  TopicConsumers answer;
  std::map<PartitionIndex, stream::PartitionBounds> bounds;
  std::map<std::string, std::int64_t> asked;  ///< Groups, with when they were first seen.
  std::vector<std::string> waiting;           ///< Of them, those still to be described; from the back.
  std::vector<stream::ObservedClient> clients;
  std::optional<Error> failure;

  ~Question() {
    if (!*alive) {
      done(error(ErrorCode::kCancelled, "weft is stopping"));
    } else if (failure) {
      done(std::move(*failure));
    } else {
      sort_clients();
      answer.measured_at_ms = consumers.loop_.clock().wall_ms();
      std::ranges::sort(answer.groups, {}, &ConsumerGroup::group);
      done(std::move(answer));
    }
  }

  /// Members of groups fetch like anybody else: who commits, or is a member, is no reader of its own.
  void sort_clients() {
    std::set<std::pair<std::string_view, std::string_view>> in_groups;
    for (const stream::ObservedClient& each : clients)
      if (!each.group.empty()) in_groups.emplace(each.client_id, each.host);
    for (const ConsumerGroup& group : answer.groups)
      for (const stream::GroupMember& member : group.members) in_groups.emplace(member.client_id, member.client_host);
    for (const stream::ObservedClient& each : clients) {
      if (each.writes) answer.writers.push_back(each);
      else if (each.group.empty() && !in_groups.contains({each.client_id, each.host})) answer.clients.push_back(each);
    }
    const auto newest_first = [](const auto& a, const auto& b) { return a.last_seen_ms > b.last_seen_ms; };
    std::ranges::sort(answer.clients, newest_first);
    std::ranges::sort(answer.writers, newest_first);
  }
};

Consumers::Consumers(env::EventLoop& loop, stream::Cluster& cluster, stream::Observer& observer, Options options)
    : loop_(loop), cluster_(cluster), observer_(observer), options_(options) {}

Consumers::~Consumers() {
  *alive_ = false;
  if (timer_) loop_.cancel(*timer_);
}

void Consumers::start() { begin_round(); }

const std::map<std::string, std::int64_t>& Consumers::groups_on(std::string_view topic) const {
  static const std::map<std::string, std::int64_t> kNone;
  const auto at = groups_.find(topic);
  return at == groups_.end() ? kNone : at->second;
}

// ---- Rounds

void Consumers::begin_round() {
  next_.clear();
  next_entries_ = 0;
  list_more("");
}

void Consumers::list_more(std::string after) {
  const auto deadline = loop_.clock().monotonic() + options_.call_timeout;
  observer_.list_groups(
      std::move(after), options_.groups_per_call, deadline,
      [this, alive = alive_, deadline](Result<std::vector<std::string>> ids) {
        if (!*alive) return;
        if (!ids.ok()) {
          unknown_ = std::move(ids).error().message;
          return end_round(false);
        }
        unknown_.reset();
        if (ids->empty()) return end_round(true);
        std::string last = ids->back();
        observer_.describe_groups(
            std::move(*ids), deadline,
            [this, alive, last = std::move(last)](Result<std::vector<stream::GroupInfo>> infos) mutable {
              if (!*alive) return;
              if (!infos.ok()) return end_round(false);
              take(*infos);
              list_more(std::move(last));
            });
      });
}

void Consumers::take(const std::vector<stream::GroupInfo>& infos) {
  const std::int64_t now_ms = loop_.clock().wall_ms();
  for (const stream::GroupInfo& info : infos) {
    std::set<std::string_view> topics;
    for (const stream::GroupPosition& each : info.positions) topics.insert(each.partition.topic);
    for (const stream::GroupMember& member : info.members)
      for (const stream::TopicPartition& each : member.assigned) topics.insert(each.topic);
    for (const std::string_view topic : topics) {
      if (next_entries_ >= options_.entries_max) return;
      const auto& before = groups_on(topic);
      const auto seen = before.find(info.group);
      next_[std::string(topic)].emplace(info.group, seen == before.end() ? now_ms : seen->second);
      ++next_entries_;
    }
  }
}

void Consumers::end_round(bool complete) {
  if (complete) {
    groups_ = std::exchange(next_, {});
    listed_ = true;
  }
  timer_ = loop_.schedule_after(options_.round_interval, [this] {
    timer_.reset();
    begin_round();
  });
}

// ---- One topic, now

void Consumers::of(std::string topic, Callback<Result<TopicConsumers>> done) {
  const std::shared_ptr<Question> question(new Question{*this, alive_, std::move(topic), std::move(done), {}, {}, {}, {}, {}, {}});
  question->answer.groups_listed = listed_;
  question->answer.groups_unknown = unknown_;
  const auto deadline = loop_.clock().monotonic() + options_.call_timeout;
  const auto clients_heard = [this, question](Result<std::vector<stream::ObservedClient>> clients) {
    if (!*question->alive || question->failure) return;
    if (clients.ok()) question->clients = std::move(*clients);
    else question->answer.clients_unknown = std::move(clients).error().message;
    // Who committed since the last round is there, too.
    question->asked = groups_on(question->topic);
    for (const stream::ObservedClient& each : question->clients)
      if (!each.group.empty()) question->asked.emplace(each.group, each.first_seen_ms);
    question->answer.groups_total = question->asked.size();
    for (const auto& [group, since_ms] : question->asked) {
      if (question->waiting.size() == options_.groups_max) break;
      question->waiting.push_back(group);
    }
    ask_groups(question);
  };
  const auto bounds_heard = [this, question, deadline, clients_heard](
                                std::vector<stream::TopicPartition> partitions,
                                Result<std::vector<stream::PartitionBounds>> bounds) {
    if (!*question->alive) return;
    if (!bounds.ok()) {
      question->failure = std::move(bounds).error();
      return;
    }
    for (std::size_t i = 0; i < partitions.size(); ++i) question->bounds.emplace(partitions[i].partition, (*bounds)[i]);
    observer_.observed_clients(question->topic, deadline, clients_heard);
  };
  cluster_.describe_topics(
      std::vector<std::string>{question->topic}, deadline,
      [this, question, deadline, bounds_heard](Result<std::vector<stream::TopicInfo>> infos) {
        if (!*question->alive) return;
        if (!infos.ok() || infos->empty()) {
          question->failure = infos.ok() ? error(ErrorCode::kNotFound, "There is no topic {}.", question->topic)
                                         : std::move(infos).error();
          return;
        }
        std::vector<stream::TopicPartition> partitions;
        for (const auto& each : infos->front().partitions) partitions.push_back({question->topic, each.partition});
        cluster_.bounds(partitions, deadline, [bounds_heard, partitions](auto bounds) {
          bounds_heard(partitions, std::move(bounds));
        });
      });
}

void Consumers::ask_groups(const std::shared_ptr<Question>& question) {
  if (question->waiting.empty()) return;
  const auto first = question->waiting.size() - std::min(options_.groups_per_call, question->waiting.size());
  std::vector<std::string> some(question->waiting.begin() + static_cast<std::ptrdiff_t>(first), question->waiting.end());
  question->waiting.resize(first);
  observer_.describe_groups(std::move(some), loop_.clock().monotonic() + options_.call_timeout,
                           [this, question](Result<std::vector<stream::GroupInfo>> infos) {
                             if (!*question->alive) return;
                             if (!infos.ok()) {
                               question->answer.groups_unknown = std::move(infos).error().message;
                               return;
                             }
                             for (const stream::GroupInfo& info : *infos)
                               if (auto group = on_topic(info, *question)) question->answer.groups.push_back(std::move(*group));
                             ask_groups(question);
                           });
}

std::optional<ConsumerGroup> Consumers::on_topic(const stream::GroupInfo& info, const Question& question) const {
  ConsumerGroup group{info.group, info.state, info.protocol_type, question.asked.at(info.group), {}, {}};
  std::map<PartitionIndex, PartitionProgress> partitions;
  const auto progress = [&](PartitionIndex partition) -> PartitionProgress& {
    PartitionProgress& each = partitions[partition];
    each.partition = partition;
    if (const auto bounds = question.bounds.find(partition); bounds != question.bounds.end()) each.bounds = bounds->second;
    return each;
  };
  for (const stream::GroupPosition& each : info.positions) {
    if (each.partition.topic != question.topic || !question.bounds.contains(each.partition.partition)) continue;
    PartitionProgress& at = progress(each.partition.partition);
    at.committed = each.offset;
    at.committed_at_ms = each.committed_at_ms;
  }
  for (stream::GroupMember member : info.members) {
    std::erase_if(member.assigned, [&](const auto& each) { return each.topic != question.topic; });
    if (member.assigned.empty()) continue;
    for (const stream::TopicPartition& each : member.assigned)
      if (question.bounds.contains(each.partition)) progress(each.partition).member = member.member_id;
    group.members.push_back(std::move(member));
  }
  if (partitions.empty()) return std::nullopt;
  for (auto& [partition, each] : partitions) group.partitions.push_back(std::move(each));
  return group;
}

// ---- As the API shows it

namespace {

void write_time(JsonWriter& json, std::string_view name, std::optional<std::int64_t> wall_ms) {
  json.member(name, wall_ms ? std::optional(time_text(*wall_ms)) : std::nullopt);
}

void write_member(JsonWriter& json, const stream::GroupMember& member) {
  json.begin_object()
      .member("id", member.member_id)
      .member("instance_id", member.instance_id)
      .member("client_id", member.client_id)
      .member("host", member.client_host)
      .key("partitions")
      .begin_array();
  for (const stream::TopicPartition& each : member.assigned) json.value(each.partition.get());
  json.end_array().end_object();
}

void write_clients(JsonWriter& json, const std::vector<stream::ObservedClient>& clients) {
  json.begin_array();
  for (const stream::ObservedClient& each : clients)
    json.begin_object()
        .member("client_id", each.client_id)
        .member("principal", each.principal)
        .member("host", each.host)
        .member("first_seen", time_text(each.first_seen_ms))
        .member("last_seen", time_text(each.last_seen_ms))
        .end_object();
  json.end_array();
}

}  // namespace

void write(JsonWriter& json, const PartitionProgress& progress) {
  json.begin_object()
      .member("partition", progress.partition.get())
      .member("committed", progress.committed ? std::optional(progress.committed->get()) : std::nullopt);
  write_time(json, "committed_at", progress.committed_at_ms);
  json.member("log_start", progress.bounds.log_start.get())
      .member("high_watermark", progress.bounds.high_watermark.get())
      .member("lag", progress.lag())
      .member("member", progress.member)
      .end_object();
}

void write(JsonWriter& json, const ConsumerGroup& group) {
  json.begin_object()
      .member("group", group.group)
      .member("state", group.state)
      .member("protocol_type", group.protocol_type.empty() ? std::nullopt : std::optional(group.protocol_type))
      .member("lag", group.lag());
  write_time(json, "last_commit", group.last_commit_ms());
  json.member("since", time_text(group.since_ms)).key("members").begin_array();
  for (const stream::GroupMember& member : group.members) write_member(json, member);
  json.end_array().member("partitions", group.partitions).end_object();
}

void write(JsonWriter& json, const TopicConsumers& consumers) {
  json.begin_object()
      .member("measured_at", time_text(consumers.measured_at_ms))
      .member("groups_total", consumers.groups_total)
      .member("groups_listed", consumers.groups_listed)
      .member("groups", consumers.groups)
      .key("clients");
  write_clients(json, consumers.clients);
  json.key("writers");
  write_clients(json, consumers.writers);
  json.key("unknown").begin_array();
  const auto unknown = [&](std::string_view fact, const std::optional<std::string>& why) {
    if (why) json.begin_object().member("fact", fact).member("why", *why).end_object();
  };
  unknown("groups", consumers.groups_unknown);
  unknown("clients", consumers.clients_unknown);
  json.end_array().end_object();
}

}  // namespace weft::mesh
