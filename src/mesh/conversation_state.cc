#include "mesh/conversation_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/log.h"

namespace weft::mesh {

namespace {

constexpr Logger kLog("mesh");
constexpr std::string_view kHeadKey = "conversation/";
constexpr std::string_view kMessageKey = "message/";

/// Fixed width, so that keys sort as they count.
std::string head_key(ConversationNumber number) { return fmt::format("{}{:010}", kHeadKey, number); }
std::string message_key(ConversationNumber number, std::size_t message) {
  return fmt::format("{}{:010}/{:04}", kMessageKey, number, message);
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

bool is_anonymous(const Asked& asked) { return asked.principal.kind == access::Principal::Kind::kAnonymous; }

bool is_one_of(const access::Principal& principal, const std::vector<std::string>& teams) {
  return std::any_of(teams.begin(), teams.end(), [&](const std::string& team) { return principal.member_of(team); });
}

std::string who_may(const std::vector<std::string>& teams) {
  return teams.empty() ? "nobody: no team owns it" : fmt::format("a member of {}", fmt::join(teams, ", "));
}

ConversationChange refusal(Refusal why, std::string detail, ConversationPointer conversation = {}) {
  ConversationChange change;
  change.refusal = why;
  change.detail = std::move(detail);
  change.conversation = std::move(conversation);
  return change;
}

Finding blocking(std::string field, std::string rule, std::string title, std::string message, std::string fix) {
  return {std::move(field), std::move(rule), Severity::kBlocks, std::move(title), std::move(message), std::move(fix),
          std::nullopt};
}

void check_text(const std::string& text, std::vector<Finding>& findings) {
  if (text.find_first_not_of(" \t\r\n") == text.npos) {
    findings.push_back(blocking("text", "text-said", "There must be words", "The text is empty.",
                                "Write what you want to say."));
  } else if (text.size() > kConversationTextBytesMax) {
    findings.push_back(blocking("text", "text-length", "The text must have room",
                                fmt::format("The text has {} bytes; at most {}.", text.size(), kConversationTextBytesMax),
                                "Shorten it, or link to a page."));
  }
}

std::vector<Finding> check_draft(const ConversationDraft& draft) {
  std::vector<Finding> findings;
  check_text(draft.text, findings);
  if (draft.fields.size() > kAskedFieldsMax)
    findings.push_back(blocking("fields", "fields-count", "Fields must be few",
                                fmt::format("{} fields; at most {}.", draft.fields.size(), kAskedFieldsMax),
                                "Name the ones that matter; describe the rest."));
  for (std::size_t i = 0; i < draft.fields.size(); ++i) {
    if (!draft.fields[i].empty() && draft.fields[i].size() <= kAskedFieldBytesMax) continue;
    findings.push_back(blocking(fmt::format("fields[{}]", i), "field-length", "A field has a name",
                                fmt::format("It has {} bytes; 1 to {}.", draft.fields[i].size(), kAskedFieldBytesMax),
                                "Write its name, such as customer_id."));
  }
  if (draft.from_ms && draft.until_ms && *draft.until_ms <= *draft.from_ms)
    findings.push_back(blocking("until", "until-after-from", "The end comes after the beginning",
                                "until is not after from.", "Choose a later end, or leave it open."));
  return findings;
}

std::string how_many(const std::vector<Finding>& findings) {
  return fmt::format("{} finding{}", findings.size(), findings.size() == 1 ? " blocks" : "s block");
}

Message message_of(const Asked& asked, std::int64_t now_ms, std::string text) {
  return {asked.principal.to_string(), asked.display_name, now_ms, std::move(text)};
}

}  // namespace

// ---- Replay

void ConversationState::replay(const state::Record& record, Offset offset, Timestamp) {
  const std::uint64_t ignored = ignored_records_;
  const std::string_view key = record.key;
  if (key.starts_with(kHeadKey)) {
    const auto number = parse_number(key.substr(kHeadKey.size()));
    number ? replay_head(*number, record.value) : void(++ignored_records_);
  } else if (key.starts_with(kMessageKey)) {
    const std::string_view rest = key.substr(kMessageKey.size());
    const std::size_t slash = std::min(rest.find('/'), rest.size() - 1);
    const auto number = parse_number(rest.substr(0, slash));
    const auto message = parse_number(rest.substr(slash + 1));
    number && message ? replay_message(*number, static_cast<std::size_t>(*message), record.value)
                      : void(++ignored_records_);
  } else {
    ++ignored_records_;
  }
  if (ignored_records_ != ignored)
    kLog.warn("a record of _weft_conversations is not understood; it stays as it is",
              {{"key", record.key}, {"offset", offset.get()}});
}

void ConversationState::replay_head(ConversationNumber number, const std::optional<std::string>& value) {
  const ConversationPointer before = find(number);
  auto read = value ? parse_conversation_record(*value) : Result<Conversation>(Conversation{});
  if (!read.ok() || (value && read->number != number)) {
    ++ignored_records_;
    return;
  }
  if (before && before->open()) --open_of_[before->opening.from];
  if (!value) {
    conversations_.erase(number);
    return;
  }
  // Compaction may leave messages in front of the head that they belong to.
  if (before) read->messages = before->messages;
  if (read->open()) ++open_of_[read->opening.from];
  last_number_ = std::max(last_number_, number);
  conversations_.insert_or_assign(number, std::make_shared<const Conversation>(std::move(*read)));
}

void ConversationState::replay_message(ConversationNumber number, std::size_t message,
                                       const std::optional<std::string>& value) {
  const ConversationPointer before = find(number);
  if (!value) return;  // It goes with its conversation.
  auto read = parse_message_record(*value);
  if (!read.ok() || message > kMessagesMax) {
    ++ignored_records_;
    return;
  }
  Conversation next = before ? *before : Conversation{.number = number, .stage = ConversationStage::kClosed};
  if (next.messages.size() < message) next.messages.resize(message);
  next.messages[message - 1] = std::move(*read);
  conversations_.insert_or_assign(number, std::make_shared<const Conversation>(std::move(next)));
}

void ConversationState::reset() {
  conversations_.clear();
  open_of_.clear();
  last_number_ = 0;
  ignored_records_ = 0;
}

void ConversationState::loaded() {
  // Compaction drops a conversation's records in any order: messages may be left without their head.
  std::erase_if(conversations_, [](const auto& each) { return each.second->opening.from.empty(); });
}

ConversationPointer ConversationState::find(ConversationNumber number) const {
  const auto at = conversations_.find(number);
  return at == conversations_.end() ? nullptr : at->second;
}

std::size_t ConversationState::open_of(std::string_view person) const {
  const auto at = open_of_.find(person);
  return at == open_of_.end() ? 0 : at->second;
}

// ---- Decisions

Result<std::vector<state::Record>> ConversationState::make_room() const {
  std::vector<state::Record> records;
  if (conversations_.size() < kConversationsMax) return records;
  const auto oldest = std::find_if(conversations_.begin(), conversations_.end(),
                                   [](const auto& each) { return each.second->stage == ConversationStage::kClosed; });
  if (oldest == conversations_.end())
    return error(ErrorCode::kExhausted, "{} conversations are open, which is the most; close some first.",
                 conversations_.size());
  for (std::size_t i = 1; i <= oldest->second->messages.size(); ++i)
    records.push_back({message_key(oldest->first, i), std::nullopt});
  records.push_back({head_key(oldest->first), std::nullopt});
  return records;
}

state::Decision<ConversationChange> ConversationState::open(const Asked& asked, std::int64_t now_ms,
                                                            ConversationDraft draft,
                                                            const std::vector<std::string>& teams) const {
  if (is_anonymous(asked))
    return {refusal(Refusal::kUnauthenticated, "Nobody is signed in: who would get the answer?"), {}};
  if (draft.kind == ConversationKind::kAnnouncement && !is_one_of(asked.principal, teams))
    return {refusal(Refusal::kForbidden, fmt::format("Only its owner announces something about a product: {}.",
                                                     who_may(teams))),
            {}};
  if (std::vector<Finding> findings = check_draft(draft); !findings.empty()) {
    ConversationChange change = refusal(Refusal::kFindings, fmt::format("Not sent: {}.", how_many(findings)));
    change.findings = std::move(findings);
    return {std::move(change), {}};
  }
  const bool standing = draft.kind == ConversationKind::kAnnouncement;
  if (!standing && open_of(asked.principal.to_string()) >= kOpenOfOnePersonMax)
    return {refusal(Refusal::kInUse, fmt::format("{} of yours are open, which is the most; close some first.",
                                                 kOpenOfOnePersonMax)),
            {}};
  auto records = make_room();
  if (!records.ok()) return {refusal(Refusal::kInUse, records.error().message), {}};

  Conversation made{.number = last_number_ + 1,
                    .kind = draft.kind,
                    .stage = standing ? ConversationStage::kStanding : ConversationStage::kWaiting,
                    .opening = message_of(asked, now_ms, std::move(draft.text)),
                    .domain = std::move(draft.domain),
                    .product = std::move(draft.product),
                    .fields = std::move(draft.fields),
                    .from_ms = draft.from_ms,
                    .until_ms = draft.until_ms,
                    .changed_at_ms = now_ms};
  records->push_back({head_key(made.number), conversation_record(made)});
  ConversationChange change;
  change.kind = ConversationChange::Kind::kOpened;
  change.conversation = std::make_shared<const Conversation>(std::move(made));
  return {std::move(change), std::move(*records)};
}

namespace {

/// Why nothing can be added, if so.
std::optional<ConversationChange> refuse_more(const Asked& asked, ConversationNumber number,
                                              const ConversationPointer& conversation) {
  if (is_anonymous(asked)) return refusal(Refusal::kUnauthenticated, "Nobody is signed in.");
  if (!conversation)
    return refusal(Refusal::kNotFound, fmt::format("There is no {} in the inbox.", number));
  if (conversation->stage == ConversationStage::kClosed)
    return refusal(Refusal::kInUse,
                   fmt::format("{} was closed by {}. Begin a new one.", number, conversation->closed_by_name),
                   conversation);
  return std::nullopt;
}

std::optional<ConversationChange> refuse_message(const ConversationPointer& conversation, const std::string& text) {
  std::vector<Finding> findings;
  check_text(text, findings);
  if (conversation->messages.size() >= kMessagesMax)
    findings.push_back(blocking("text", "messages-count", "A conversation comes to an end",
                                fmt::format("There are {} messages, which is the most.", kMessagesMax),
                                "Close it and begin a new one."));
  if (findings.empty()) return std::nullopt;
  ConversationChange change = refusal(Refusal::kFindings, fmt::format("Not sent: {}.", how_many(findings)), conversation);
  change.findings = std::move(findings);
  return change;
}

}  // namespace

state::Decision<ConversationChange> ConversationState::reply(const Asked& asked, std::int64_t now_ms,
                                                             ConversationNumber number, std::string text,
                                                             const std::vector<std::string>& teams) const {
  const ConversationPointer before = find(number);
  if (auto refused = refuse_more(asked, number, before)) return {std::move(*refused), {}};
  if (auto refused = refuse_message(before, text)) return {std::move(*refused), {}};
  Conversation next = *before;
  Message message = message_of(asked, now_ms, std::move(text));
  if (next.open()) {
    if (message.from == next.opening.from) {
      next.stage = ConversationStage::kWaiting;
    } else if (is_one_of(asked.principal, teams)) {
      next.stage = ConversationStage::kAnswered;
    }
  }
  next.changed_at_ms = now_ms;
  next.messages.push_back(message);
  state::Decision<ConversationChange> decision;
  decision.records = {{head_key(number), conversation_record(next)},
                      {message_key(number, next.messages.size()), message_record(message)}};
  decision.response.kind = ConversationChange::Kind::kReplied;
  decision.response.conversation = std::make_shared<const Conversation>(std::move(next));
  return decision;
}

namespace {

/// Who may close a conversation how, and with what.
std::optional<ConversationChange> refuse_closing(const Asked& asked, const ConversationPointer& conversation,
                                                 const ConversationClosing& closing,
                                                 const std::vector<std::string>& teams) {
  const bool began = asked.principal.to_string() == conversation->opening.from;
  const bool addressed = is_one_of(asked.principal, teams);
  const bool announcement = conversation->kind == ConversationKind::kAnnouncement;
  const auto wrong = [&](std::string field, std::string message, std::string fix) {
    ConversationChange change = refusal(Refusal::kFindings, "Not closed: 1 finding blocks.", conversation);
    change.findings.push_back(blocking(std::move(field), "closing-fits", "Closing says how it ended",
                                       std::move(message), std::move(fix)));
    return change;
  };
  if (announcement && closing.end != ConversationEnd::kWithdrawn)
    return wrong("end", "An announcement is withdrawn, nothing else.", "Write \"withdrawn\".");
  if (closing.end == ConversationEnd::kWithdrawn) {
    if (began || (announcement && addressed)) return std::nullopt;
    return refusal(Refusal::kForbidden, fmt::format("Only {} can withdraw it.", conversation->opening.from_name),
                   conversation);
  }
  if (closing.end == ConversationEnd::kDeclined && !addressed)
    return refusal(Refusal::kForbidden, fmt::format("Only whom it was put to can decline it: {}.", who_may(teams)),
                   conversation);
  if (!began && !addressed)
    return refusal(Refusal::kForbidden,
                   fmt::format("Only {} or {} can close it.", conversation->opening.from_name, who_may(teams)),
                   conversation);
  if (closing.end == ConversationEnd::kDeclined && (!closing.text || closing.text->empty()))
    return wrong("text", "Declining wants a reason.", "Say why, and what else would help.");
  if (closing.end == ConversationEnd::kAccepted &&
      (!closing.accepted || *closing.accepted < 1 || *closing.accepted > conversation->messages.size()))
    return wrong("accepted", fmt::format("There are messages 1 to {}.", conversation->messages.size()),
                 "Name the one that answers.");
  if (closing.end == ConversationEnd::kFulfilled &&
      (!closing.fulfilled_by || conversation->kind != ConversationKind::kAsk))
    return wrong("product", "A product fulfils an ask for data.", "Name the product: domain/name.");
  return std::nullopt;
}

}  // namespace

state::Decision<ConversationChange> ConversationState::close(const Asked& asked, std::int64_t now_ms,
                                                             ConversationNumber number, ConversationClosing closing,
                                                             const std::vector<std::string>& teams) const {
  const ConversationPointer before = find(number);
  if (auto refused = refuse_more(asked, number, before)) return {std::move(*refused), {}};
  if (auto refused = refuse_closing(asked, before, closing, teams)) return {std::move(*refused), {}};
  state::Decision<ConversationChange> decision;
  Conversation next = *before;
  if (closing.text && !closing.text->empty()) {
    if (auto refused = refuse_message(before, *closing.text)) return {std::move(*refused), {}};
    next.messages.push_back(message_of(asked, now_ms, std::move(*closing.text)));
    decision.records.push_back({message_key(number, next.messages.size()), message_record(next.messages.back())});
  }
  next.stage = ConversationStage::kClosed;
  next.end = closing.end;
  next.closed_by = asked.principal.to_string();
  next.closed_by_name = asked.display_name;
  next.changed_at_ms = now_ms;
  if (closing.end == ConversationEnd::kAccepted) next.accepted = closing.accepted;
  if (closing.end == ConversationEnd::kFulfilled) next.fulfilled_by = std::move(closing.fulfilled_by);
  decision.records.push_back({head_key(number), conversation_record(next)});
  decision.response.kind = ConversationChange::Kind::kClosed;
  decision.response.conversation = std::make_shared<const Conversation>(std::move(next));
  return decision;
}

}  // namespace weft::mesh
