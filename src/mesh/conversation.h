#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mesh/product.h"

namespace weft::mesh {

class JsonWriter;

enum class ConversationKind {
  kQuestion,      ///< About a product, to its owner.
  kAsk,           ///< For data that nobody offers yet, to the teams of a domain.
  kAnnouncement,  ///< Of a product's owner, to whoever reads or follows it.
};
std::string_view conversation_kind_name(ConversationKind kind);
std::optional<ConversationKind> parse_conversation_kind(std::string_view name);

enum class ConversationStage {
  kWaiting,   ///< For those it was put to.
  kAnswered,  ///< Waits for who asked: is that it?
  kClosed,    ///< Nothing can be added. An announcement is closed when it is withdrawn.
  kStanding,  ///< An announcement, which waits for nobody.
};
std::string_view conversation_stage_name(ConversationStage stage);
std::optional<ConversationStage> parse_conversation_stage(std::string_view name);

/// How it was closed.
enum class ConversationEnd {
  kAccepted,   ///< An answer was what was asked for.
  kFulfilled,  ///< A product offers what was asked for.
  kDeclined,   ///< Those it was put to say no, and why.
  kWithdrawn,  ///< By who began it.
};
std::string_view conversation_end_name(ConversationEnd end);
std::optional<ConversationEnd> parse_conversation_end(std::string_view name);

/// Conversations of every kind are counted together, from 1: "/inbox/418".
using ConversationNumber = std::int64_t;

inline constexpr std::size_t kConversationTextBytesMax = 4000;
inline constexpr std::size_t kAskedFieldsMax = 50;
inline constexpr std::size_t kAskedFieldBytesMax = 200;
inline constexpr std::size_t kMessagesMax = 200;
/// Held at once; the oldest closed one makes room for a new one.
inline constexpr std::size_t kConversationsMax = 20'000;
/// Begun by one person and not closed.
inline constexpr std::size_t kOpenOfOnePersonMax = 200;

/// Something one person wrote to others. The first message of a conversation is its own text.
struct Message {
  std::string from;       ///< A principal: "User:mkovac".
  std::string from_name;  ///< "Mara Kovač", as it was then.
  std::int64_t time_ms = 0;
  std::string text;

  bool operator==(const Message&) const = default;
};

/// A question, an ask or an announcement, with what was said about it.
struct Conversation {
  ConversationNumber number = 0;
  ConversationKind kind = ConversationKind::kQuestion;
  ConversationStage stage = ConversationStage::kWaiting;
  Message opening;
  std::string domain;                 ///< Of the product, or where an ask is thought to belong; empty: anywhere.
  std::optional<ProductId> product;   ///< None for asks.
  std::vector<std::string> fields;    ///< Wanted, with asks.
  std::optional<std::int64_t> from_ms, until_ms;  ///< When what an announcement tells of happens.
  std::vector<Message> messages;      ///< Oldest first; numbered from 1.
  std::int64_t changed_at_ms = 0;

  // Once closed:
  std::optional<ConversationEnd> end;
  std::string closed_by, closed_by_name;
  std::optional<std::size_t> accepted;  ///< A message's number.
  std::optional<ProductId> fulfilled_by;

  bool operator==(const Conversation&) const = default;
  bool open() const { return stage == ConversationStage::kWaiting || stage == ConversationStage::kAnswered; }
};
using ConversationPointer = std::shared_ptr<const Conversation>;

/// The value of a record of `_weft_conversations` with key "conversation/<number, ten digits>": all but the messages;
/// `format` 1.
std::string conversation_record(const Conversation& conversation);
Result<Conversation> parse_conversation_record(std::string_view value);
/// With key "message/<number, ten digits>/<number, four digits>".
std::string message_record(const Message& message);
Result<Message> parse_message_record(std::string_view value);

/// As /api/v1 shows a message: from, display_name, time, text.
void write_message_members(JsonWriter& json, const Message& message);

}  // namespace weft::mesh
