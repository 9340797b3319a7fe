#include "broker/group_state.h"

#include "base/log.h"
#include "broker/cluster_state.h"
#include "kafka/wire.h"

namespace weft::broker {
namespace {

constexpr Logger kLog("broker.groups");

// Versions of the record format (kafka: coordinator/group/…/OffsetCommitKey.json and its kin).
constexpr std::int16_t kPositionKey = 1;  // 0 has the same fields
constexpr std::int16_t kGenerationKey = 2;
constexpr std::int16_t kPositionValue = 3;
constexpr std::int16_t kGenerationValue = 3;

std::string text_of(kafka::Writer writer) {
  auto encoded = std::move(writer).finish();
  CHECK(encoded.ok(), "what was accepted can be written");
  const auto bytes = encoded->flatten();
  return std::string(as_text(bytes));
}

void nullable_string(kafka::Writer& out, const char* field, const std::optional<std::string>& value) {
  if (value) {
    out.string(field, *value);
  } else {
    out.null_string();
  }
}

template <class Id>
std::optional<std::string> plain(const std::optional<Id>& id) {
  return id ? std::optional(id->get()) : std::nullopt;
}

std::string position_key(std::string_view group, const stream::TopicPartition& partition) {
  kafka::Writer out(false);
  out.int16(kPositionKey);
  out.string("group", group);
  out.string("topic", partition.topic);
  out.int32(partition.partition.get());
  return text_of(std::move(out));
}

std::string generation_key(std::string_view group) {
  kafka::Writer out(false);
  out.int16(kGenerationKey);
  out.string("group", group);
  return text_of(std::move(out));
}

CommittedPosition read_position(kafka::Reader& in) {
  CommittedPosition position;
  const auto version = in.int16("version");
  position.offset = Offset{in.int64("offset")};
  if (version >= 3) position.leader_epoch = LeaderEpoch{in.int32("leader epoch")};
  position.metadata = in.string("metadata");
  position.committed_at = Timestamp{in.int64("commit timestamp")};
  if (version == 1) in.int64("expire timestamp");
  return position;
}

RecordedMember read_member(kafka::Reader& in, std::int16_t version) {
  RecordedMember member;
  member.id = kafka::MemberId{in.string("member id")};
  if (version >= 3) {
    if (auto instance = in.nullable_string("group instance id")) member.instance_id.emplace(std::move(*instance));
  }
  member.client_id = in.string("client id");
  member.client_host = in.string("client host");
  if (version >= 1) member.rebalance_timeout_ms = in.int32("rebalance timeout");
  member.session_timeout_ms = in.int32("session timeout");
  if (version < 1) member.rebalance_timeout_ms = member.session_timeout_ms;
  member.subscription = in.bytes("subscription");
  member.assignment = in.bytes("assignment");
  return member;
}

RecordedGeneration read_generation(kafka::Reader& in) {
  RecordedGeneration generation;
  const auto version = in.int16("version");
  generation.protocol_type = in.string("protocol type");
  generation.generation = kafka::GenerationId{in.int32("generation")};
  generation.protocol = in.nullable_string("protocol");
  if (auto leader = in.nullable_string("leader")) generation.leader.emplace(std::move(*leader));
  if (version >= 2) generation.since = Timestamp{in.int64("current state timestamp")};
  const auto count = in.count("members", 16, sizeof(RecordedMember));
  for (std::size_t i = 0; i < count && !in.failed(); ++i) generation.members.push_back(read_member(in, version));
  return generation;
}

}  // namespace

state::Record GroupState::position_record(std::string_view group, const stream::TopicPartition& partition,
                                          const CommittedPosition& position) {
  kafka::Writer out(false);
  out.int16(kPositionValue);
  out.int64(position.offset.get());
  out.int32(position.leader_epoch.get());
  out.string("metadata", position.metadata);
  out.int64(position.committed_at.get());
  return {position_key(group, partition), text_of(std::move(out))};
}

state::Record GroupState::generation_record(std::string_view group, const RecordedGeneration& generation) {
  kafka::Writer out(false);
  out.int16(kGenerationValue);
  out.string("protocol type", generation.protocol_type);
  out.int32(generation.generation.get());
  nullable_string(out, "protocol", generation.protocol);
  nullable_string(out, "leader", plain(generation.leader));
  out.int64(generation.since.get());
  out.count("members", generation.members.size());
  for (const auto& member : generation.members) {
    out.string("member id", member.id.get());
    nullable_string(out, "group instance id", plain(member.instance_id));
    out.string("client id", member.client_id);
    out.string("client host", member.client_host);
    out.int32(member.rebalance_timeout_ms);
    out.int32(member.session_timeout_ms);
    out.bytes("subscription", member.subscription);
    out.bytes("assignment", member.assignment);
  }
  return {generation_key(group), text_of(std::move(out))};
}

std::vector<state::Record> GroupState::forget_group(std::string_view group) const {
  std::vector<state::Record> records;
  if (const auto at = positions_.find(group); at != positions_.end()) {
    for (const auto& [partition, position] : at->second)
      records.push_back({position_key(group, partition), std::nullopt});
  }
  if (generations_.contains(group)) records.push_back({generation_key(group), std::nullopt});
  return records;
}

std::vector<state::Record> GroupState::forget_positions(std::string_view group,
                                                        const std::vector<stream::TopicPartition>& partitions) const {
  std::vector<state::Record> records;
  for (const auto& partition : partitions) {
    if (position(group, partition) != nullptr) records.push_back({position_key(group, partition), std::nullopt});
  }
  return records;
}

std::vector<state::Record> GroupState::forget_topic(std::string_view topic) const {
  std::vector<state::Record> records;
  for (const auto& [group, positions] : positions_) {
    for (const auto& [partition, position] : positions) {
      if (partition.topic == topic) records.push_back({position_key(group, partition), std::nullopt});
    }
  }
  return records;
}

void GroupState::replay(const state::Record& record, Offset offset, Timestamp) {
  kafka::Reader key(SharedBytes(record.key), false);
  const auto kind = key.int16("version");
  const auto group = key.string("group");
  kafka::Reader value(SharedBytes(record.value.value_or("")), false);
  bool understood = false;
  if (kind == 0 || kind == kPositionKey) {
    stream::TopicPartition partition{key.string("topic"), PartitionIndex{0}};
    partition.partition = PartitionIndex{key.int32("partition")};
    auto position = record.value ? read_position(value) : CommittedPosition{};
    understood = !key.failed() && (!record.value || !value.failed());
    if (understood && record.value) {
      positions_[group][partition] = std::move(position);
    } else if (understood) {
      auto at = positions_.find(group);
      if (at != positions_.end() && at->second.erase(partition) > 0 && at->second.empty()) positions_.erase(at);
    }
  } else if (kind == kGenerationKey) {
    auto generation = record.value ? read_generation(value) : RecordedGeneration{};
    understood = !key.failed() && (!record.value || !value.failed());
    if (understood && record.value) {
      generations_[group] = std::move(generation);
    } else if (understood) {
      generations_.erase(group);
    }
  }
  if (!understood) {
    kLog.warn("a record of the groups' state is ignored: it is none of ours",
              {{"topic", kGroupsTopic}, {"offset", offset.get()}});
  }
}

void GroupState::reset() {
  positions_.clear();
  generations_.clear();
  if (on_reset) on_reset();
}

const CommittedPosition* GroupState::position(std::string_view group, const stream::TopicPartition& partition) const {
  const auto at = positions_.find(group);
  if (at == positions_.end()) return nullptr;
  const auto found = at->second.find(partition);
  return found == at->second.end() ? nullptr : &found->second;
}

}  // namespace weft::broker
