#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "kafka/codec.h"
#include "kafka/messages.h"

// For tests only: every message as something that one loop can go over. The definitions of this are generated.

namespace weft::kafka {

struct Reencoded {
  Buffer bytes;
  std::string json;  ///< Names as in the definitions; records as their size; bytes as hex.
};

struct RandomMessage {
  Buffer bytes;
  bool decodes_to_the_same = false;
};

struct MessageForTests {
  ApiKey api;
  bool is_request;
  /// Decodes and encodes again.
  Result<Reencoded> (*reencode)(SharedBytes body, std::int16_t version);
  /// Encodes a random message that uses every field of the version, decodes and compares.
  Result<RandomMessage> (*random)(std::uint64_t seed, std::int16_t version);
};

/// Requests and responses of all APIs that have a definition.
std::vector<MessageForTests> all_messages_for_tests();

class RandomValues {
 public:
  explicit RandomValues(std::uint64_t seed) : engine_(seed) {}

  bool chance() { return engine_() % 4 != 0; }
  std::size_t count() { return engine_() % 4; }

  void value(bool& out) { out = engine_() % 2 == 0; }
  template <std::integral Int>
  void value(Int& out) {
    out = static_cast<Int>(engine_());
  }
  void value(double& out) { out = static_cast<double>(engine_() % 1'000'000) / 8; }
  template <class Enum>
    requires std::is_enum_v<Enum>
  void value(Enum& out) {
    out = static_cast<Enum>(engine_());
  }
  template <class Tag, class Rep>
  void value(Strong<Tag, Rep>& out) {
    Rep rep{};
    value(rep);
    out = Strong<Tag, Rep>(std::move(rep));
  }
  void value(Uuid& out) { out = Uuid::from_random(engine_(), engine_()); }
  void value(std::string& out);
  void value(Buffer& out);
  void value(SharedBytes& out);
  void value(std::vector<SharedBytes>& out);

 private:
  std::mt19937_64 engine_;
};

/// Appends JSON, commas where they belong.
class JsonText {
 public:
  void open(char bracket);
  void close(char bracket);
  void name(std::string_view name);
  void null() { raw("null"); }
  void value(bool value) { raw(value ? "true" : "false"); }
  void value(std::int64_t value) { raw(std::to_string(value)); }
  void value(std::int32_t value) { raw(std::to_string(value)); }
  void value(std::int16_t value) { raw(std::to_string(value)); }
  void value(std::int8_t value) { raw(std::to_string(value)); }
  void value(double value) { raw(fmt::format("{:.1f}", value)); }
  void value(const std::string& text);
  void value(const Uuid& id) { value(id.to_string()); }
  void value(const Buffer& bytes);
  void value(const SharedBytes& records) { raw(std::to_string(records.size())); }
  void value(const std::vector<SharedBytes>& pieces);

  std::string take() { return std::move(text_); }

 private:
  void raw(std::string_view text);

  std::string text_;
  bool comma_ = false;
};

template <class Message>
Result<Reencoded> reencode(SharedBytes body, std::int16_t version) {
  TRY_ASSIGN(const Message message, decode<Message>(std::move(body), version));
  TRY_ASSIGN(const Encoded encoded, encode(message, version));
  JsonText json;
  to_json(json, message, version);
  return Reencoded{encoded.flatten(), json.take()};
}

template <class Message>
Result<RandomMessage> random_message(std::uint64_t seed, std::int16_t version) {
  RandomValues random(seed);
  Message message;
  randomize(random, message, version);
  TRY_ASSIGN(const Encoded encoded, encode(message, version));
  RandomMessage result{encoded.flatten()};
  TRY_ASSIGN(const Message decoded, decode<Message>(SharedBytes(result.bytes), version));
  result.decodes_to_the_same = decoded == message;
  return result;
}

template <class Message>
MessageForTests message_for_tests() {
  return {Message::kApi, Message::kIsRequest, &reencode<Message>, &random_message<Message>};
}

}  // namespace weft::kafka
