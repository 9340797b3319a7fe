// InitProducerId, v0 to v4: idempotent producers. v0 stays advertised (librdkafka below 2.11.1 needs it). A producer
// that comes with an id and epoch (v3, KIP-360) gets a fresh id, which is always safe.
// Not here: transactional ids.
#include "broker/api/api.h"
#include "broker/topics.h"
#include "kafka/messages/init_producer_id.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;

void handle(Request request, kafka::InitProducerIdRequest message) {
  if (message.transactional_id) {
    kafka::InitProducerIdResponse refused;
    refused.error_code = message.transactional_id->get().empty() ? KafkaError::kInvalidRequest : KafkaError::kTransactionalIdAuthorizationFailed;
    refused.producer_epoch = kNoProducerEpoch;
    return answer(request, refused);
  }
  auto& topics = request.broker.topics;
  topics.take_producer_id([request = std::move(request)](Result<ProducerId> id) {
    kafka::InitProducerIdResponse response;
    if (id.ok()) {
      response.producer_id = *id;
      response.producer_epoch = ProducerEpoch{0};
    } else {
      response.error_code = id.error().code == ErrorCode::kUnavailable ? KafkaError::kCoordinatorLoadInProgress
                                                                      : kafka::to_kafka_error(id.error().code);
      response.producer_epoch = kNoProducerEpoch;
    }
    answer(request, response);
  });
}

}  // namespace

const ApiHandler kInitProducerId = api_handler<kafka::InitProducerIdRequest, handle>(0, 4);

}  // namespace weft::broker
