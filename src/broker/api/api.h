#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "access/principal.h"
#include "base/log.h"
#include "broker/services.h"
#include "env/memory_budget.h"
#include "env/network.h"
#include "kafka/errors.h"
#include "kafka/frame.h"

namespace weft::broker {

/// Who sent a request and by which door. Lives as long as the connection or the last request that refers to it.
struct Client {
  access::Principal principal;
  std::string host;            ///< Its address, without port.
  std::string principal_name;  ///< principal.to_string(), once.
  env::Address advertised;     ///< How clients of its listener reach this broker.
};

/// Where the answer to one request goes. Exactly one call; later is fine, and so is a connection that is gone.
class Responder {
 public:
  virtual ~Responder() = default;
  /// `memory` is what the handler took for the answer; the connection takes what is missing, and keeps it until the
  /// peer has the answer.
  virtual void respond(kafka::Encoded response, env::MemoryBudget::Share memory) = 0;
  /// Nothing is sent (Produce with acks 0); requests after this one are answered as ever.
  virtual void respond_nothing() = 0;
  /// The connection is closed once what was asked before is answered; `why` goes to the log.
  virtual void close(Error why) = 0;
  /// No further request of this connection is handled until as many releases.
  virtual void hold() = 0;
  virtual void release() = 0;
};

/// One request on its way through the broker.
struct Request {
  Services& broker;
  std::shared_ptr<const Client> client;
  std::shared_ptr<Responder> responder;
  std::int16_t version;
  std::int32_t correlation_id;
  std::string client_id;
};

/// Sends `response`, the answer to `request`; `memory` was taken for it.
template <class Response>
void answer(const Request& request, const Response& response, env::MemoryBudget::Share memory = {}) {
  auto encoded = kafka::encode_response(response, request.version, request.correlation_id);
  if (encoded.ok()) {
    request.responder->respond(std::move(*encoded), std::move(memory));
  } else {
    request.responder->close(std::move(encoded).error());
  }
}

/// Whether the client may; the error is the API's to choose.
inline bool allowed(const Request& request, access::Right right, access::ResourceType type, std::string_view name) {
  return request.broker.authorizer.check(request.client->principal, right, {type, name}).ok();
}

/// An API as this broker serves it. `api/table.cc` lists all of them; ApiVersions is derived from that.
struct ApiHandler {
  kafka::ApiKey key;
  std::int16_t version_min;
  std::int16_t version_max;
  /// A body that can't be decoded closes the connection: nothing after it can be trusted.
  void (*handle)(Request request, SharedBytes body);

  bool serves(std::int16_t version) const { return version >= version_min && version <= version_max; }
};

template <class Message, void (*handle)(Request, Message)>
constexpr ApiHandler api_handler(std::int16_t version_min, std::int16_t version_max) {
  return {Message::kApi, version_min, version_max, [](Request request, SharedBytes body) {
            auto message = kafka::decode_front<Message>(std::move(body), request.version);
            if (!message.ok()) {
              request.responder->close(std::move(message).error());
            } else {
              handle(std::move(request), std::move(*message));
            }
          }};
}

/// By key; null for an API that is not served.
const ApiHandler* find_handler(kafka::ApiKey key);
std::span<const ApiHandler* const> all_handlers();

// One per file of this folder.
extern const ApiHandler kAlterClientQuotas;
extern const ApiHandler kAlterConfigs;
extern const ApiHandler kAlterPartitionReassignments;
extern const ApiHandler kApiVersions;
extern const ApiHandler kCreatePartitions;
extern const ApiHandler kCreateTopics;
extern const ApiHandler kDeleteGroups;
extern const ApiHandler kDeleteRecords;
extern const ApiHandler kDeleteTopics;
extern const ApiHandler kDescribeClientQuotas;
extern const ApiHandler kDescribeCluster;
extern const ApiHandler kDescribeConfigs;
extern const ApiHandler kDescribeGroups;
extern const ApiHandler kDescribeLogDirs;
extern const ApiHandler kElectLeaders;
extern const ApiHandler kFetch;
extern const ApiHandler kFindCoordinator;
extern const ApiHandler kHeartbeat;
extern const ApiHandler kIncrementalAlterConfigs;
extern const ApiHandler kInitProducerId;
extern const ApiHandler kJoinGroup;
extern const ApiHandler kLeaveGroup;
extern const ApiHandler kListGroups;
extern const ApiHandler kListOffsets;
extern const ApiHandler kListPartitionReassignments;
extern const ApiHandler kMetadata;
extern const ApiHandler kOffsetCommit;
extern const ApiHandler kOffsetDelete;
extern const ApiHandler kOffsetFetch;
extern const ApiHandler kOffsetForLeaderEpoch;
extern const ApiHandler kProduce;
extern const ApiHandler kSyncGroup;

/// The answer to an ApiVersions request of a version that nobody knows: v0, UNSUPPORTED_VERSION, and the range of
/// ApiVersions itself, so that the client can step down.
void answer_unknown_api_versions(Request request);

}  // namespace weft::broker
