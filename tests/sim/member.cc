#include "member.h"

#include <algorithm>
#include <charconv>

#include "kafka/messages/heartbeat.h"
#include "kafka/messages/leave_group.h"
#include "kafka/messages/offset_commit.h"
#include "kafka/messages/offset_fetch.h"

namespace weft::sim {

using kafka::KafkaError;

namespace {

constexpr std::int32_t kSessionMs = 4000;
constexpr std::int32_t kRebalanceMs = 6000;

Buffer encode(const std::vector<TopicPartition>& partitions) {
  std::string text;
  for (const TopicPartition& each : partitions) text += fmt::format("{} {}\n", each.topic, each.partition);
  return to_buffer(as_bytes(text));
}

std::vector<TopicPartition> decode(const Buffer& assignment) {
  std::vector<TopicPartition> partitions;
  std::string_view text = as_text(assignment);
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const std::size_t space = line.find(' ');
    TopicPartition at{std::string(line.substr(0, space)), 0};
    std::from_chars(line.data() + space + 1, line.data() + line.size(), at.partition);
    partitions.push_back(std::move(at));
    text.remove_prefix(line.size() + 1);
  }
  return partitions;
}

}  // namespace

Member::Member(Scene& scene, std::uint64_t seed, int number, std::string group, std::vector<std::string> topics,
               std::optional<std::string> instance_id)
    : Client(scene, seed, fmt::format("member-{}", number)),
      group_(std::move(group)),
      topics_(std::move(topics)),
      instance_id_(std::move(instance_id)),
      fetches_(scene.sim, scene.loop, scene.truth.counts, name_ + "-fetch") {}

void Member::start() {
  owner_ = instance_id_.value_or(fmt::format("{}.{}", name_, ++incarnation_));
  phase_ = Phase::kJoining;
  join();
  live();
}

std::optional<std::string> Member::unfinished() const {
  if (settled()) return std::nullopt;
  return fmt::format("{} is not settled in group {}", name_, group_);
}

// ---- Joining

void Member::join() {
  ++life_;
  phase_ = Phase::kJoining;
  owned_.clear();
  positions_.clear();
  kafka::JoinGroupRequest request;
  request.group_id = kafka::GroupId{group_};
  request.session_timeout_ms = kSessionMs;
  request.rebalance_timeout_ms = kRebalanceMs;
  request.member_id = kafka::MemberId{member_id_};
  if (instance_id_) request.group_instance_id = kafka::GroupInstanceId{*instance_id_};
  request.protocol_type = "consumer";
  request.protocols.push_back({"sim", to_buffer(as_bytes(std::string_view("x")))});
  truth().note("{} joins {} as '{}'", name_, group_, member_id_);
  call<kafka::JoinGroupResponse>(wire_, request, 5, draw_ms(7000, 12'000), [this, life = life_](auto got) {
    if (life == life_) on_joined(std::move(got));
  });
}

void Member::on_joined(std::optional<kafka::JoinGroupResponse> got) {
  if (!got.has_value()) return later_in_life(draw_ms(20, 500), [this] { join(); });
  truth().note("{} joined {}: {} generation {} as '{}', leader '{}'", name_, group_,
               kafka::kafka_error_name(got->error_code), got->generation_id, got->member_id.get(), got->leader.get());
  if (got->error_code == KafkaError::kMemberIdRequired) {
    member_id_ = got->member_id.get();
    return join();
  }
  if (got->error_code != KafkaError::kNone) return again(got->error_code);
  const bool back = instance_id_.has_value() && member_id_.empty() && generation_ >= 0;
  if (back) truth().counts.add(Event::kStaticMemberBack);
  member_id_ = got->member_id.get();
  generation_ = got->generation_id.get();
  sync(got->leader.get() == member_id_ ? std::move(got->members) : std::vector<kafka::JoinGroupResponse::Member>{});
}

/// Every partition of every topic to one member, in turn.
std::vector<kafka::SyncGroupRequest::Assignment> Member::shared_out(
    const std::vector<kafka::JoinGroupResponse::Member>& members) const {
  std::vector<std::vector<TopicPartition>> shares(members.size());
  std::size_t turn = 0;
  for (const std::string& topic : topics_)
    for (std::int32_t i = 0; i < scene_.topic(topic).partitions && !members.empty(); ++i)
      shares[turn++ % members.size()].push_back({topic, i});
  std::vector<kafka::SyncGroupRequest::Assignment> assignments;
  for (std::size_t i = 0; i < members.size(); ++i) assignments.push_back({members[i].member_id, encode(shares[i])});
  return assignments;
}

void Member::sync(std::vector<kafka::JoinGroupResponse::Member> members) {
  kafka::SyncGroupRequest request;
  request.group_id = kafka::GroupId{group_};
  request.generation_id = kafka::GenerationId{generation_};
  request.member_id = kafka::MemberId{member_id_};
  if (instance_id_) request.group_instance_id = kafka::GroupInstanceId{*instance_id_};
  request.assignments = shared_out(members);
  call<kafka::SyncGroupResponse>(wire_, request, 3, draw_ms(5000, 9000),
                                 [this, life = life_, generation = generation_](auto got) {
                                   if (life == life_) on_synced(generation, std::move(got));
                                 });
}

void Member::on_synced(std::int32_t generation, std::optional<kafka::SyncGroupResponse> got) {
  if (!got.has_value()) return later_in_life(draw_ms(20, 500), [this] { join(); });
  if (got->error_code != KafkaError::kNone) return again(got->error_code);
  owned_ = decode(got->assignment);
  truth().note("{} owns {} of {} in generation {}", name_, owned_.size(), group_, generation);
  truth().assigned(group_, generation, owner_, owned_);
  phase_ = Phase::kMember;
  committed_.clear();
  later_in_life(draw_ms(300, 1000), [this] { beat(); });
  ask_positions();
}

void Member::again(KafkaError error) {
  truth().note("{} is told {}", name_, kafka::kafka_error_name(error));
  if (error == KafkaError::kUnknownMemberId || error == KafkaError::kFencedInstanceId) member_id_.clear();
  ++life_;
  phase_ = Phase::kJoining;
  later_in_life(error == KafkaError::kRebalanceInProgress ? draw_ms(0, 20) : draw_ms(50, 400), [this] { join(); });
}

// ---- Where the group was

void Member::ask_positions() {
  if (owned_.empty()) return;
  kafka::OffsetFetchRequest request;
  request.group_id = kafka::GroupId{group_};
  request.topics.emplace();
  for (const TopicPartition& at : owned_) request.topics->push_back({at.topic, {PartitionIndex{at.partition}}});
  call<kafka::OffsetFetchResponse>(
      wire_, request, 5, draw_ms(500, 4000),
      [this, life = life_, asked_at = truth().now()](std::optional<kafka::OffsetFetchResponse> got) {
        if (life != life_) return;
        if (!got.has_value() || got->error_code != KafkaError::kNone)
          return later_in_life(draw_ms(50, 300), [this] { ask_positions(); });
        for (const auto& topic : got->topics) {
          for (const auto& partition : topic.partitions) {
            const TopicPartition at{topic.name, partition.partition_index.get()};
            std::optional<std::size_t> commit;
            if (partition.metadata.has_value() && !partition.metadata->empty())
              commit = std::stoull(*partition.metadata);
            truth().note("{} finds {} at {}", name_, at.text(), partition.committed_offset);
            truth().position_read({group_, at}, asked_at, partition.committed_offset.get(), commit);
            if (partition.committed_offset >= Offset{0})
              positions_[at] = committed_[at] = partition.committed_offset.get();
            else
              ask_start(at);
          }
        }
        poll();
      });
}

void Member::ask_start(const TopicPartition& at) {
  const Truth::Bounds asked = truth().bounds(at);
  call<kafka::ListOffsetsResponse>(
      fetches_, list_offsets_request(at, -2), 5, draw_ms(500, 4000),
      [this, life = life_, at, asked](std::optional<kafka::ListOffsetsResponse> got) {
        if (life != life_) return;
        if (!got.has_value() || got->topics.at(0).partitions.at(0).error_code != KafkaError::kNone)
          return later_in_life(draw_ms(50, 300), [this, at] { ask_start(at); });
        const std::int64_t start = got->topics.at(0).partitions.at(0).offset.get();
        truth().log_start_is(at, asked, start);
        positions_[at] = start;
      });
}

// ---- Being a member

void Member::beat() {
  if (phase_ != Phase::kMember) return;
  kafka::HeartbeatRequest request;
  request.group_id = kafka::GroupId{group_};
  request.generation_id = kafka::GenerationId{generation_};
  request.member_id = kafka::MemberId{member_id_};
  if (instance_id_) request.group_instance_id = kafka::GroupInstanceId{*instance_id_};
  call<kafka::HeartbeatResponse>(wire_, request, 3, draw_ms(1000, 3000), [this, life = life_](auto got) {
    if (life != life_) return;
    // After a lost answer some clients join again with what they are, others just go on.
    if (!got.has_value() && chance(30)) return join();
    const KafkaError error = got.has_value() ? got->error_code : KafkaError::kNone;
    const bool coordinator_away =
        error == KafkaError::kCoordinatorLoadInProgress || error == KafkaError::kNotCoordinator;
    if (error != KafkaError::kNone && !coordinator_away) return again(error);
    commit();
    later_in_life(draw_ms(700, 1200), [this] { beat(); });
  });
}

void Member::poll() {
  if (phase_ != Phase::kMember) return;
  if (positions_.empty()) return later_in_life(draw_ms(100, 500), [this] { poll(); });
  FetchSession session(false);
  auto request = session.request(positions_);
  request.max_wait_ms = static_cast<std::int32_t>(500 + draw(1500));
  std::map<TopicPartition, Truth::Bounds> bounds;
  for (const auto& [at, position] : positions_) bounds[at] = truth().bounds(at);
  call<kafka::FetchResponse>(
      fetches_, request, 11, draw_ms(2500, 5000),
      [this, life = life_, asked = positions_, bounds = std::move(bounds)](std::optional<kafka::FetchResponse> got) {
        if (life != life_) return;
        later_in_life(draw_ms(100, 800), [this] { poll(); });
        if (!got.has_value()) return;
        for (const auto& topic : got->responses) {
          for (const auto& partition : topic.partitions) {
            const TopicPartition at{topic.topic, partition.partition_index.get()};
            if (partition.error_code == KafkaError::kOffsetOutOfRange) {
              if (partition.high_watermark >= Offset{0})
                truth().visible_is(at, bounds.at(at), partition.high_watermark.get());
              ask_start(at);
            }
            if (partition.error_code != KafkaError::kNone) continue;
            const Fetched fetched = taken(partition, asked.at(at));
            truth().fetched(at, bounds.at(at), fetched);
            positions_[at] = fetched.next;
          }
        }
      });
}

void Member::commit() {
  kafka::OffsetCommitRequest request;
  request.group_id = kafka::GroupId{group_};
  request.generation_id_or_member_epoch = kafka::GenerationId{generation_};
  request.member_id = kafka::MemberId{member_id_};
  if (instance_id_) request.group_instance_id = kafka::GroupInstanceId{*instance_id_};
  std::vector<std::pair<TopicPartition, std::size_t>> commits;
  for (const auto& [at, position] : positions_) {
    if (committed_[at] == position) continue;
    committed_[at] = position;
    const std::size_t commit = truth().commit_sent({group_, at}, position);
    commits.emplace_back(at, commit);
    request.topics.push_back({at.topic,
                              {{PartitionIndex{at.partition}, Offset{position}, LeaderEpoch{-1}, Timestamp{-1},
                                fmt::format("{}", commit)}}});
  }
  if (commits.empty()) return;
  truth().note("{} commits {} positions in generation {}", name_, commits.size(), generation_);
  call<kafka::OffsetCommitResponse>(wire_, request, 7, draw_ms(500, 4000),
                                    [this, commits = std::move(commits), generation = generation_, owner = owner_,
                                     sent_at = truth().now()](std::optional<kafka::OffsetCommitResponse> got) {
                                      if (!got.has_value()) return;
                                      for (std::size_t i = 0; i < commits.size(); ++i) {
                                        const KafkaError error = got->topics.at(i).partitions.at(0).error_code;
                                        truth().note("{} commit of {}: {}", name_, commits[i].first.text(),
                                                     kafka::kafka_error_name(error));
                                        if (error != KafkaError::kNone) continue;
                                        truth().commit_done({group_, commits[i].first}, commits[i].second);
                                        truth().commit_accepted(group_, generation, owner, sent_at);
                                      }
                                    });
}

// ---- Coming and going

void Member::live() {
  later(draw_ms(4000, 30'000), [this] {
    if (scene_.peaceful) return;
    if (phase_ != Phase::kAway) {
      const auto what = draw(3);
      if (what == 0 && !instance_id_.has_value()) leave();
      if (what == 1) crash();
    }
    live();
  });
}

void Member::leave() {
  truth().counts.add(Event::kMemberLeft);
  truth().note("{} leaves {}", name_, group_);
  kafka::LeaveGroupRequest request;
  request.group_id = kafka::GroupId{group_};
  request.members.push_back({kafka::MemberId{member_id_}, std::nullopt, std::nullopt});
  call<kafka::LeaveGroupResponse>(wire_, request, 3, draw_ms(500, 2000), [](auto) {});
  go_away();
}

void Member::crash() {
  truth().counts.add(Event::kMemberCrashed);
  truth().note("{} is gone", name_);
  go_away();
}

/// A while later the program is started again.
void Member::go_away() {
  ++life_;
  phase_ = Phase::kAway;
  owned_.clear();
  positions_.clear();
  later(draw_ms(100, 9000), [this] {
    wire_.drop();
    fetches_.drop();
    member_id_.clear();
    if (!instance_id_.has_value()) {
      generation_ = -1;
      owner_ = fmt::format("{}.{}", name_, ++incarnation_);
    }
    join();
  });
}

}  // namespace weft::sim
