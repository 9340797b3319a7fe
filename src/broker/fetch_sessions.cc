#include "broker/fetch_sessions.h"

#include <algorithm>

#include "broker/limits.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;

constexpr std::int32_t kNoSession = 0;
constexpr std::int32_t kFirstEpoch = 0;
constexpr std::int32_t kFinalEpoch = -1;
constexpr std::int16_t kFirstVersionById = 13;

}  // namespace

void FetchSession::complete(kafka::FetchRequest& request) const {
  request.topics.clear();
  for (const Partition& partition : line_) {
    const auto& [topic, topic_id, index] = partition.name;
    if (request.topics.empty() || request.topics.back().topic != topic || request.topics.back().topic_id != topic_id) {
      request.topics.push_back({topic, topic_id, {}});
    }
    request.topics.back().partitions.push_back(partition.asked);
  }
}

bool FetchSession::has_news(const Partition& partition, const kafka::FetchResponse::Partition& answered) {
  return !answered.records.empty() || answered.error_code != KafkaError::kNone ||
         answered.high_watermark != partition.high_watermark || answered.log_start_offset != partition.log_start;
}

void FetchSession::keep_news(kafka::FetchResponse& response, bool first) {
  for (auto& topic : response.responses) {
    std::erase_if(topic.partitions, [&](const kafka::FetchResponse::Partition& answered) {
      const auto found = partitions_.find({topic.topic, topic.topic_id, answered.partition_index});
      if (found == partitions_.end()) return false;  // forgotten meanwhile
      Partition& partition = *found->second;
      const bool news = has_news(partition, answered);
      // After an error everything is news.
      partition.high_watermark = answered.error_code == KafkaError::kNone ? answered.high_watermark : Offset{-1};
      partition.log_start = answered.log_start_offset;
      if (!answered.records.empty()) line_.splice(line_.end(), line_, found->second);
      return !news && !first;
    });
  }
  std::erase_if(response.responses, [](const auto& topic) { return topic.partitions.empty(); });
}

bool FetchSession::update(const kafka::FetchRequest& request, std::int16_t version) {
  if (by_id_ != (version >= kFirstVersionById)) return false;
  for (const auto& topic : request.forgotten_topics_data) {
    for (const PartitionIndex index : topic.partitions) {
      const auto found = partitions_.find({topic.topic, topic.topic_id, index});
      if (found == partitions_.end()) continue;
      line_.erase(found->second);
      partitions_.erase(found);
    }
  }
  for (const auto& topic : request.topics) {
    for (const auto& asked : topic.partitions) {
      const Name name{topic.topic, topic.topic_id, asked.partition};
      const auto [found, fresh] = partitions_.try_emplace(name);
      if (fresh) found->second = line_.insert(line_.end(), Partition{name, {}});
      found->second->asked = asked;
    }
  }
  return true;
}

FetchSessions::Opened FetchSessions::open(kafka::FetchRequest& request, std::int16_t version) {
  if (request.session_epoch == kFinalEpoch || request.session_epoch == kFirstEpoch) {
    if (request.session_id != kNoSession) close(request.session_id);
    if (request.session_epoch == kFinalEpoch) return {};
    return {KafkaError::kNone, begin(request, version), true};
  }
  const auto found = by_id_.find(request.session_id);
  if (found == by_id_.end()) return {KafkaError::kFetchSessionIdNotFound, nullptr, false};
  std::shared_ptr<FetchSession> session = *found->second;
  if (request.session_epoch != session->next_epoch_) return {KafkaError::kInvalidFetchSessionEpoch, nullptr, false};
  if (!session->update(request, version)) return {KafkaError::kFetchSessionTopicIdError, nullptr, false};
  if (session->partition_count() > kFetchSessionPartitionsMax) {
    close(session->id());
    return {KafkaError::kFetchSessionIdNotFound, nullptr, false};
  }
  session->next_epoch_ = session->next_epoch_ == INT32_MAX ? 1 : session->next_epoch_ + 1;
  session->used_at_ = clock_.monotonic();
  by_use_.splice(by_use_.end(), by_use_, found->second);
  session->complete(request);
  return {KafkaError::kNone, std::move(session), false};
}

/// Null when there is no room: the reader goes on without a session, as KIP-227 allows.
std::shared_ptr<FetchSession> FetchSessions::begin(const kafka::FetchRequest& request, std::int16_t version) {
  auto session = std::make_shared<FetchSession>();
  session->by_id_ = version >= kFirstVersionById;
  session->update(request, version);
  if (session->partition_count() == 0 || session->partition_count() > kFetchSessionPartitionsMax || !make_room())
    return nullptr;
  do {
    session->id_ = static_cast<std::int32_t>(random_.next() & INT32_MAX);
  } while (session->id_ == kNoSession || by_id_.contains(session->id_));
  session->used_at_ = clock_.monotonic();
  by_use_.push_back(session);
  by_id_.emplace(session->id_, std::prev(by_use_.end()));
  return session;
}

bool FetchSessions::make_room() {
  if (by_id_.size() < kFetchSessionsMax) return true;
  if (clock_.monotonic() - by_use_.front()->used_at_ < kFetchSessionIdleMin) return false;
  close(by_use_.front()->id());
  return true;
}

void FetchSessions::close(std::int32_t id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  by_use_.erase(found->second);
  by_id_.erase(found);
}

}  // namespace weft::broker
