// OffsetFetch, v0 to v9. Null topics mean all that the group has (v2); unknown ones are answered with -1 and no error;
// v7 require_stable needs nothing here, as nothing is ever pending; v8 several groups at once.
#include <memory>

#include "broker/api/group_access.h"
#include "broker/api/topic_access.h"
#include "kafka/messages/offset_fetch.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using Response = kafka::OffsetFetchResponse;

struct Question {
  Request request;
  kafka::OffsetFetchRequest message;
  Response response;
  std::size_t open = 1;
};

/// What is asked, the same for both shapes of the request: topics and partitions, or all.
using Asked = std::optional<std::vector<std::pair<std::string, std::vector<PartitionIndex>>>>;

Asked everything_of(const GroupState::Positions& positions) {
  Asked asked(std::in_place);
  for (const auto& [partition, position] : positions) {
    if (asked->empty() || asked->back().first != partition.topic) asked->push_back({partition.topic, {}});
    asked->back().second.push_back(partition.partition);
  }
  return asked;
}

void fill(const Request& request, std::vector<Response::GroupTopic>& into, Asked asked, const GroupState::Positions& positions) {
  const bool all = !asked;
  if (all) asked = everything_of(positions);
  for (auto& [topic, partitions] : *asked) {
    const bool readable = allowed(request, access::Right::kDescribe, access::ResourceType::kTopic, topic);
    if (all && !readable) continue;
    auto& answered = into.emplace_back();
    answered.name = topic;
    for (const auto index : partitions) {
      auto& partition = answered.partitions.emplace_back();
      partition.partition_index = index;
      partition.committed_offset = Offset{-1};
      partition.metadata = "";
      const auto at = positions.find({topic, index});
      if (!readable) {
        partition.error_code = KafkaError::kTopicAuthorizationFailed;
      } else if (at != positions.end()) {
        partition.committed_offset = at->second.offset;
        partition.committed_leader_epoch = at->second.leader_epoch;
        partition.metadata = at->second.metadata;
      }
    }
  }
}

void finish_one(const std::shared_ptr<Question>& question) {
  if (--question->open > 0) return;
  auto& response = question->response;
  if (question->request.version < 8) {
    auto& only = response.groups.front();
    response.error_code = only.error_code;
    for (auto& topic : only.topics) {
      auto& into = response.topics.emplace_back();
      into.name = std::move(topic.name);
      for (auto& partition : topic.partitions) {
        // Before v2 there is no error for the whole answer.
        const auto error = question->request.version < 2 && only.error_code != KafkaError::kNone ? only.error_code : partition.error_code;
        into.partitions.push_back({partition.partition_index, partition.committed_offset, partition.committed_leader_epoch,
                                   std::move(partition.metadata), error});
      }
    }
    response.groups.clear();
  }
  answer(question->request, response);
}

void ask(const std::shared_ptr<Question>& question, std::size_t at, const std::string& group, Asked asked) {
  const auto& request = question->request;
  auto& into = question->response.groups[at];
  into.group_id = kafka::GroupId{group};
  into.error_code = may_use_group(request, group, access::Right::kDescribe);
  if (into.error_code == KafkaError::kNone && !request.broker.groups.ready()) into.error_code = KafkaError::kCoordinatorLoadInProgress;
  if (into.error_code != KafkaError::kNone) return fill(request, into.topics, asked ? std::move(asked) : Asked(std::in_place), {});
  ++question->open;
  request.broker.groups.positions(group, [question, at, asked = std::move(asked)](Result<GroupState::Positions> positions) mutable {
    auto& answered = question->response.groups[at];
    if (positions.ok()) {
      fill(question->request, answered.topics, std::move(asked), *positions);
    } else {
      answered.error_code = coordinator_error(positions.error().code);
    }
    finish_one(question);
  });
}

void handle(Request request, kafka::OffsetFetchRequest message) {
  auto question = std::make_shared<Question>(Question{std::move(request), std::move(message), {}});
  auto& asked = question->message;
  const auto pairs = [](auto& topics) {
    Asked all;
    if (!topics) return all;
    all.emplace();
    for (auto& topic : *topics) all->emplace_back(std::move(topic.name), std::move(topic.partition_indexes));
    return all;
  };
  if (question->request.version < 8) {
    question->response.groups.resize(1);
    ask(question, 0, asked.group_id.get(), pairs(asked.topics));
  } else {
    question->response.groups.resize(asked.groups.size());
    for (std::size_t i = 0; i < asked.groups.size(); ++i) ask(question, i, asked.groups[i].group_id.get(), pairs(asked.groups[i].topics));
  }
  finish_one(question);
}

}  // namespace

const ApiHandler kOffsetFetch = api_handler<kafka::OffsetFetchRequest, handle>(0, 9);

}  // namespace weft::broker
