#include "mesh/conversations.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "identity/directory_file.h"
#include "mesh/catalogue.h"
#include "mesh/products.h"
#include "mesh/state_topic.h"

namespace weft::mesh {

namespace {

constexpr std::size_t kDecidedLately = 10;

std::string subject_of(const Conversation& conversation) {
  return conversation.product ? "product:" + conversation.product->to_string()
                              : fmt::format("ask:{}", conversation.number);
}

std::string summary_of(const ConversationChange& change) {
  const Conversation& conversation = *change.conversation;
  const std::string about = conversation.product ? " on " + conversation.product->to_string()
                            : conversation.domain.empty() ? ""
                                                          : " to " + conversation.domain;
  const std::string_view kind = conversation_kind_name(conversation.kind);
  switch (change.kind) {
    case ConversationChange::Kind::kOpened:
      if (conversation.kind == ConversationKind::kAsk)
        return fmt::format("Asked for data{}, {} in the inbox", about, conversation.number);
      if (conversation.kind == ConversationKind::kAnnouncement)
        return fmt::format("Announced something{}, {} in the inbox", about, conversation.number);
      return fmt::format("Asked a question{}, {} in the inbox", about, conversation.number);
    case ConversationChange::Kind::kReplied:
      return fmt::format("Wrote to {} {}{}", kind, conversation.number, about);
    case ConversationChange::Kind::kClosed:
      return fmt::format("Closed {} {}{}: {}", kind, conversation.number, about,
                         conversation_end_name(conversation.end.value_or(ConversationEnd::kWithdrawn)));
    case ConversationChange::Kind::kRefused:
      break;
  }
  return change.detail;
}

}  // namespace

std::optional<InboxView> parse_inbox_view(std::string_view name) {
  if (name == "for_you") return InboxView::kForYou;
  if (name == "sent") return InboxView::kSent;
  if (name == "all") return InboxView::kAll;
  return std::nullopt;
}

Conversations::Conversations(Parts parts)
    : parts_(std::move(parts)),
      alive_(std::make_shared<bool>(true)),
      shard_(parts_.loop, parts_.home, state_, {.partition = {parts_.topic, PartitionIndex{0}}}) {}

Conversations::~Conversations() { *alive_ = false; }

void Conversations::load(Callback<Result<void>> done) {
  load_state_topic(parts_.loop, parts_.home, parts_.topic, shard_, alive_, std::move(done));
}

// ---- Changes

void Conversations::open(Asked asked, ConversationDraft draft, Callback<Result<ConversationChange>> done) {
  auto wanted = std::make_shared<ConversationDraft>(std::move(draft));
  auto told = telling(asked, std::move(done));
  shard_.submit<ConversationChange>(
      [this, asked = std::move(asked), wanted]() -> Result<state::Decision<ConversationChange>> {
        return state_.open(asked, parts_.loop.clock().wall_ms(), *wanted, teams_of(wanted->product, wanted->domain));
      },
      std::move(told));
}

void Conversations::reply(Asked asked, ConversationNumber number, std::string text,
                          Callback<Result<ConversationChange>> done) {
  auto told = telling(asked, std::move(done));
  shard_.submit<ConversationChange>(
      [this, asked = std::move(asked), number, text = std::move(text)]() -> Result<state::Decision<ConversationChange>> {
        const ConversationPointer found = find(number);
        return state_.reply(asked, parts_.loop.clock().wall_ms(), number, text,
                            found ? teams_of(*found) : std::vector<std::string>());
      },
      std::move(told));
}

void Conversations::close(Asked asked, ConversationNumber number, ConversationClosing closing,
                          Callback<Result<ConversationChange>> done) {
  auto told = telling(asked, std::move(done));
  shard_.submit<ConversationChange>(
      [this, asked = std::move(asked), number, closing = std::move(closing)]() -> Result<state::Decision<ConversationChange>> {
        const ConversationPointer found = find(number);
        return state_.close(asked, parts_.loop.clock().wall_ms(), number, closing,
                            found ? teams_of(*found) : std::vector<std::string>());
      },
      std::move(told));
}

Callback<Result<ConversationChange>> Conversations::telling(Asked asked, Callback<Result<ConversationChange>> done) {
  return [this, asked = std::move(asked), done = std::move(done)](Result<ConversationChange> change) mutable {
    if (change.ok()) tell(asked, *change);
    done(std::move(change));
  };
}

void Conversations::tell(const Asked& asked, const ConversationChange& change) {
  // What is of the wrong shape was no attempt at a change; who may not is written down.
  if (change.refusal && *change.refusal != Refusal::kForbidden) return;
  AuditEntry entry;
  entry.action = change.kind == ConversationChange::Kind::kClosed    ? AuditAction::kConversationClose
                 : change.kind == ConversationChange::Kind::kReplied ? AuditAction::kConversationReply
                                                                     : AuditAction::kConversationOpen;
  entry.subject = change.conversation ? subject_of(*change.conversation) : "inbox";
  entry.outcome = change.refusal ? AuditOutcome::kRefused : AuditOutcome::kDone;
  entry.summary = change.refusal ? change.detail : summary_of(change);
  parts_.products.note(asked.principal, asked.call, std::move(entry));
  if (change.refusal) return;
  for (auto& heard : heard_) heard(change);
}

// ---- What is

std::vector<std::string> Conversations::teams_of(const std::optional<ProductId>& id, const std::string& domain) const {
  const auto directory = parts_.directory.current();
  if (id) {
    const ProductPointer product = parts_.catalogue.find(*id);
    if (product && directory->find_team(product->owner) != nullptr) return {product->owner};
  }
  if (const identity::Domain* found = directory->find_domain(id ? id->domain : domain)) return found->teams;
  std::set<std::string> teams;
  for (const auto& [name, each] : directory->domains()) teams.insert(each.teams.begin(), each.teams.end());
  return {teams.begin(), teams.end()};
}

std::vector<std::string> Conversations::teams_of(const Conversation& conversation) const {
  return teams_of(conversation.product, conversation.domain);
}

bool Conversations::waits_for(const access::Principal& principal, const Conversation& conversation) const {
  if (conversation.stage == ConversationStage::kAnswered) return conversation.opening.from == principal.to_string();
  if (conversation.stage != ConversationStage::kWaiting) return false;
  const std::vector<std::string> teams = teams_of(conversation);
  return std::any_of(teams.begin(), teams.end(), [&](const std::string& team) { return principal.member_of(team); });
}

InboxPage Conversations::inbox(const access::Principal& principal, const InboxQuery& query) const {
  InboxPage page;
  const bool anonymous = principal.kind == access::Principal::Kind::kAnonymous;
  const std::string me = principal.to_string();
  const auto decided_by_me = [&](const Conversation& each) {
    if (each.closed_by == me) return true;
    return each.stage != ConversationStage::kWaiting && !each.messages.empty() && each.messages.back().from == me;
  };
  for (auto at = state_.all().rbegin(); at != state_.all().rend(); ++at) {
    const ConversationPointer& each = at->second;
    const bool waits = !anonymous && waits_for(principal, *each);
    const bool sent = !anonymous && each->opening.from == me;
    page.for_you += waits;
    page.sent += sent && each->open();
    page.all += each->stage != ConversationStage::kClosed;
    if (query.kind && each->kind != *query.kind) continue;
    if (query.view == InboxView::kForYou && !anonymous && !waits && page.decided.size() < kDecidedLately &&
        decided_by_me(*each))
      page.decided.push_back(each);
    const bool shown = query.view == InboxView::kAll || (query.view == InboxView::kSent ? sent : waits);
    if (!shown || (query.before && each->number >= *query.before)) continue;
    if (page.items.size() < query.limit) {
      page.items.push_back(each);
    } else if (!page.next_before) {
      page.next_before = page.items.back()->number;
    }
  }
  return page;
}

std::vector<ConversationPointer> Conversations::of_product(const ProductId& product) const {
  std::vector<ConversationPointer> out;
  for (auto at = state_.all().rbegin(); at != state_.all().rend(); ++at)
    if (at->second->product == product) out.push_back(at->second);
  return out;
}

}  // namespace weft::mesh
