#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "access/principal.h"
#include "mesh/conversation.h"
#include "mesh/mesh_state.h"
#include "state/shard.h"

namespace weft::mesh {

/// What somebody wants to begin; bounds on it are checked by the state.
struct ConversationDraft {
  ConversationKind kind = ConversationKind::kQuestion;
  std::string text;
  std::string domain;
  std::optional<ProductId> product;
  std::vector<std::string> fields;
  std::optional<std::int64_t> from_ms, until_ms;
};

/// How somebody wants to close one.
struct ConversationClosing {
  ConversationEnd end = ConversationEnd::kWithdrawn;
  std::optional<std::string> text;       ///< The last message, if any; kDeclined needs one.
  std::optional<std::size_t> accepted;   ///< kAccepted needs it: a message's number.
  std::optional<ProductId> fulfilled_by; ///< kFulfilled needs it.
};

/// What came of a wish to begin, continue or close one.
struct ConversationChange {
  enum class Kind { kRefused, kOpened, kReplied, kClosed };
  Kind kind = Kind::kRefused;
  ConversationPointer conversation;  ///< As it is now; none when nothing was begun.
  std::optional<Refusal> refusal;
  std::string detail;  ///< Why it was refused, and what to do.
  std::vector<Finding> findings;
};

/// Questions, asks and announcements: the state of `_weft_conversations`. Who may do what is decided with the teams that
/// the caller says it is put to.
class ConversationState final : public state::Machine {
 public:
  void replay(const state::Record& record, Offset offset, Timestamp timestamp) override;
  void reset() override;
  void loaded() override;

  ConversationPointer find(ConversationNumber number) const;
  const std::map<ConversationNumber, ConversationPointer>& all() const { return conversations_; }
  std::uint64_t ignored_records() const { return ignored_records_; }

  /// `teams`: to whom it is put; an announcement is made by one of them.
  state::Decision<ConversationChange> open(const Asked& asked, std::int64_t now_ms, ConversationDraft draft,
                                           const std::vector<std::string>& teams) const;
  /// Who asked makes it wait again, who was asked answers it; a word of anybody else changes neither.
  state::Decision<ConversationChange> reply(const Asked& asked, std::int64_t now_ms, ConversationNumber number,
                                            std::string text, const std::vector<std::string>& teams) const;
  state::Decision<ConversationChange> close(const Asked& asked, std::int64_t now_ms, ConversationNumber number,
                                            ConversationClosing closing, const std::vector<std::string>& teams) const;

 private:
  void replay_head(ConversationNumber number, const std::optional<std::string>& value);
  void replay_message(ConversationNumber number, std::size_t message, const std::optional<std::string>& value);
  /// Makes room for one more: the records that forget the oldest closed one. kExhausted when all are open.
  Result<std::vector<state::Record>> make_room() const;
  std::size_t open_of(std::string_view person) const;

  std::map<ConversationNumber, ConversationPointer> conversations_;
  std::map<std::string, std::size_t, std::less<>> open_of_;  ///< By who began them.
  ConversationNumber last_number_ = 0;
  std::uint64_t ignored_records_ = 0;
};

}  // namespace weft::mesh
