#include "mesh/conversation.h"

#include <array>
#include <utility>

#include "mesh/json_reader.h"
#include "mesh/json_writer.h"

namespace weft::mesh {

namespace {

constexpr std::int64_t kFormat = 1;

template <class Word, std::size_t kCount>
using Names = std::array<std::pair<Word, std::string_view>, kCount>;

constexpr Names<ConversationKind, 3> kKinds = {{{ConversationKind::kQuestion, "question"},
                                                {ConversationKind::kAsk, "ask"},
                                                {ConversationKind::kAnnouncement, "announcement"}}};
constexpr Names<ConversationStage, 4> kStages = {{{ConversationStage::kWaiting, "waiting"},
                                                  {ConversationStage::kAnswered, "answered"},
                                                  {ConversationStage::kClosed, "closed"},
                                                  {ConversationStage::kStanding, "standing"}}};
constexpr Names<ConversationEnd, 4> kEnds = {{{ConversationEnd::kAccepted, "accepted"},
                                              {ConversationEnd::kFulfilled, "fulfilled"},
                                              {ConversationEnd::kDeclined, "declined"},
                                              {ConversationEnd::kWithdrawn, "withdrawn"}}};

template <class Word, std::size_t kCount>
std::string_view name_in(const Names<Word, kCount>& names, Word word) {
  for (const auto& [each, name] : names)
    if (each == word) return name;
  return names.front().second;
}

template <class Word, std::size_t kCount>
std::optional<Word> find_in(const Names<Word, kCount>& names, std::string_view wanted) {
  for (const auto& [each, name] : names)
    if (name == wanted) return each;
  return std::nullopt;
}

template <class Word>
Result<Word> known(std::optional<Word> word, std::string_view text) {
  if (!word) return error(ErrorCode::kCorrupt, "'{}' is no word that this weft knows", text);
  return *word;
}

std::optional<std::string> text_of(const std::optional<ProductId>& id) {
  return id ? std::optional(id->to_string()) : std::nullopt;
}

Result<std::optional<ProductId>> product_in(const JsonReader& reader, std::string_view name) {
  TRY_ASSIGN(const std::optional<std::string> text, reader.maybe_text(name));
  if (!text) return std::optional<ProductId>{};
  auto id = ProductId::parse(*text);
  if (!id) return error(ErrorCode::kCorrupt, "member '{}' should be a product's id, not '{}'", name, *text);
  return id;
}

std::optional<std::int64_t> maybe_integer(const schema::JsonNode& root, std::string_view name) {
  const schema::JsonNode* node = root.find(name);
  return node == nullptr ? std::nullopt : node->integer();
}

Result<Message> read_message(const schema::JsonNode& root) {
  const JsonReader reader(root);
  Message message;
  TRY_ASSIGN(message.from, reader.text("from"));
  TRY_ASSIGN(message.from_name, reader.text("from_name"));
  TRY_ASSIGN(message.time_ms, reader.integer("time"));
  TRY_ASSIGN(message.text, reader.text("text"));
  return message;
}

void write_message(JsonWriter& json, const Message& message) {
  json.begin_object()
      .member("from", message.from)
      .member("from_name", message.from_name)
      .member("time", message.time_ms)
      .member("text", message.text)
      .end_object();
}

}  // namespace

std::string_view conversation_kind_name(ConversationKind kind) { return name_in(kKinds, kind); }
std::optional<ConversationKind> parse_conversation_kind(std::string_view name) { return find_in(kKinds, name); }
std::string_view conversation_stage_name(ConversationStage stage) { return name_in(kStages, stage); }
std::optional<ConversationStage> parse_conversation_stage(std::string_view name) { return find_in(kStages, name); }
std::string_view conversation_end_name(ConversationEnd end) { return name_in(kEnds, end); }
std::optional<ConversationEnd> parse_conversation_end(std::string_view name) { return find_in(kEnds, name); }

std::string conversation_record(const Conversation& conversation) {
  JsonWriter json;
  json.begin_object()
      .member("format", kFormat)
      .member("number", conversation.number)
      .member("kind", conversation_kind_name(conversation.kind))
      .member("state", conversation_stage_name(conversation.stage))
      .key("opening");
  write_message(json, conversation.opening);
  json.member("domain", conversation.domain)
      .member("product", text_of(conversation.product))
      .member("fields", conversation.fields)
      .member("from", conversation.from_ms)
      .member("until", conversation.until_ms)
      .member("changed_at", conversation.changed_at_ms)
      .member("end", conversation.end ? std::optional(conversation_end_name(*conversation.end)) : std::nullopt)
      .member("closed_by", conversation.closed_by)
      .member("closed_by_name", conversation.closed_by_name)
      .member("accepted", conversation.accepted)
      .member("fulfilled_by", text_of(conversation.fulfilled_by))
      .end_object();
  return std::move(json).take();
}

Result<Conversation> parse_conversation_record(std::string_view value) {
  TRY_ASSIGN(const schema::JsonNode root, schema::parse_json(value));
  const JsonReader reader(root);
  TRY_ASSIGN(const std::int64_t format, reader.integer("format"));
  if (format != kFormat) return error(ErrorCode::kUnsupported, "format {} is newer than this weft", format);
  Conversation out;
  TRY_ASSIGN(out.number, reader.integer("number"));
  TRY_ASSIGN(const std::string kind, reader.text("kind"));
  TRY_ASSIGN(out.kind, known(parse_conversation_kind(kind), kind));
  TRY_ASSIGN(const std::string state, reader.text("state"));
  TRY_ASSIGN(out.stage, known(parse_conversation_stage(state), state));
  TRY_ASSIGN(const schema::JsonNode* opening, reader.object("opening"));
  TRY_ASSIGN(out.opening, read_message(*opening));
  TRY_ASSIGN(out.domain, reader.text("domain"));
  TRY_ASSIGN(out.product, product_in(reader, "product"));
  TRY_ASSIGN(out.fields, reader.texts("fields"));
  out.from_ms = maybe_integer(root, "from");
  out.until_ms = maybe_integer(root, "until");
  TRY_ASSIGN(out.changed_at_ms, reader.integer("changed_at"));
  TRY_ASSIGN(const std::optional<std::string> end, reader.maybe_text("end"));
  if (end) {
    TRY_ASSIGN(out.end, known(parse_conversation_end(*end), *end));
  }
  TRY_ASSIGN(out.closed_by, reader.text("closed_by"));
  TRY_ASSIGN(out.closed_by_name, reader.text("closed_by_name"));
  if (const auto accepted = maybe_integer(root, "accepted")) out.accepted = static_cast<std::size_t>(*accepted);
  TRY_ASSIGN(out.fulfilled_by, product_in(reader, "fulfilled_by"));
  return out;
}

std::string message_record(const Message& message) {
  JsonWriter json;
  write_message(json, message);
  return std::move(json).take();
}

Result<Message> parse_message_record(std::string_view value) {
  TRY_ASSIGN(const schema::JsonNode root, schema::parse_json(value));
  return read_message(root);
}

void write_message_members(JsonWriter& json, const Message& message) {
  json.member("from", message.from)
      .member("display_name", message.from_name)
      .member("time", time_text(message.time_ms))
      .member("text", message.text);
}

}  // namespace weft::mesh
