#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/result.h"
#include "kafka/api.h"
#include "kafka/wire.h"

// Encoding and decoding of any generated message, without frame and header (kafka/frame.h has both):
//
//   TRY_ASSIGN(auto request, kafka::decode<kafka::HeartbeatRequest>(body, version));
//   TRY_ASSIGN(kafka::Encoded bytes, kafka::encode(response, version));

namespace weft::kafka {

/// kUnsupported unless there is a definition for `version`; otherwise whether it is flexible.
Result<bool> check_version(ApiKey api, std::int16_t version);
/// "HeartbeatRequest v3", for messages.
std::string message_name(ApiKey api, bool is_request, std::int16_t version);
/// What a Reader found wrong; also bytes that follow the message's end.
Result<void> check_end(const Reader& in, ApiKey api, bool is_request, std::int16_t version);

/// Takes all of `body`: kCorrupt when bytes are missing or left over, kInvalidArgument for null or not UTF-8 where that
/// is not allowed, kTooLarge beyond kDecodedBytesMax; the message names the field. Record payloads share `body`.
template <class Message>
Result<Message> decode(SharedBytes body, std::int16_t version) {
  TRY_ASSIGN(const bool flexible, check_version(Message::kApi, version));
  Reader in(std::move(body), flexible);
  Message message;
  read(in, message, version);
  TRY(check_end(in, Message::kApi, Message::kIsRequest, version));
  return message;
}

/// As decode, but leaves alone what follows the message's end: what a broker does with requests, as Apache Kafka does.
/// librdkafka sends three such bytes with every Metadata v9+ that asks for all topics (librdkafka#5049).
template <class Message>
Result<Message> decode_front(SharedBytes body, std::int16_t version) {
  TRY_ASSIGN(const bool flexible, check_version(Message::kApi, version));
  Reader in(std::move(body), flexible);
  Message message;
  read(in, message, version);
  TRY(in.status());
  return message;
}

/// kUnsupported when `version` can't carry what `message` says; kTooLarge for strings beyond their length field.
template <class Message>
Result<Encoded> encode(const Message& message, std::int16_t version) {
  TRY_ASSIGN(const bool flexible, check_version(Message::kApi, version));
  Writer out(flexible);
  write(out, message, version);
  return std::move(out).finish();
}

}  // namespace weft::kafka
