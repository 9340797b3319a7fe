#include "mesh/news.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "mesh/catalogue.h"
#include "mesh/conversations.h"
#include "mesh/personal.h"
#include "mesh/products.h"

namespace weft::mesh {

namespace {

constexpr std::string_view kProduct = "product:";
constexpr std::string_view kSubject = "subject:";

std::int64_t seen_until(const std::string& person, const Personal& personal) {
  const PersonalEntries& marks = personal.entries(person, PersonalKind::kMark);
  const auto at = marks.find(kNewsMark);
  std::int64_t until_ms = 0;
  if (at != marks.end()) std::from_chars(at->second.value.data(), at->second.value.data() + at->second.value.size(), until_ms);
  return until_ms;
}

/// Gathers what is newer than what the person has seen of each product.
class Gathering {
 public:
  Gathering(const std::string& person, const Personal& personal, const Catalogue& catalogue) : person_(person) {
    news_.since_ms = seen_until(person, personal);
    for (const auto& [name, entry] : personal.entries(person, PersonalKind::kFollow)) {
      const auto id = ProductId::parse(name);
      if (!id) continue;
      since_.emplace(*id, std::max(news_.since_ms, entry.changed_at_ms));
      if (const ProductPointer product = catalogue.find(*id)) by_subject_.emplace(product->stream().subject, *id);
    }
  }
  bool follows_nothing() const { return since_.empty(); }

  void add(const AuditEntry& entry) {
    if (entry.outcome != AuditOutcome::kDone || entry.principal == person_) return;
    const std::string_view subject = entry.subject;
    if (subject.starts_with(kProduct) && !is_conversation(entry.action)) {
      if (const auto id = ProductId::parse(subject.substr(kProduct.size())))
        add({NewsKind::kChange, *id, entry.time_ms, entry.display_name, entry.summary, entry.number, {}});
    } else if (subject.starts_with(kSubject) && entry.action == AuditAction::kSchemaRegister) {
      const auto [begin, end] = by_subject_.equal_range(subject.substr(kSubject.size()));
      for (auto at = begin; at != end; ++at)
        add({NewsKind::kSchema, at->second, entry.time_ms, entry.display_name, entry.summary, entry.number, {}});
    }
  }

  void add(const Conversation& each) {
    if (!each.product) return;
    if (each.kind == ConversationKind::kAnnouncement && each.stage == ConversationStage::kStanding) {
      add(NewsKind::kAnnouncement, each, each.opening);
    } else if (each.kind == ConversationKind::kQuestion && !each.messages.empty() &&
               each.stage != ConversationStage::kWaiting) {
      add(NewsKind::kAnswer, each, each.messages[each.accepted.value_or(each.messages.size()) - 1]);
    }
  }

  News take() && {
    std::set<ProductId> products;
    for (const NewsItem& item : news_.items) products.insert(item.product);
    news_.products = products.size();
    news_.total = news_.items.size();
    std::sort(news_.items.begin(), news_.items.end(), [](const NewsItem& a, const NewsItem& b) {
      return std::tie(b.time_ms, a.product) < std::tie(a.time_ms, b.product);
    });
    if (news_.items.size() > kNewsMax) news_.items.resize(kNewsMax);
    return std::move(news_);
  }

 private:
  static bool is_conversation(AuditAction action) {
    return action == AuditAction::kConversationOpen || action == AuditAction::kConversationReply ||
           action == AuditAction::kConversationClose;
  }
  void add(NewsKind kind, const Conversation& each, const Message& message) {
    if (message.from != person_)
      add({kind, *each.product, message.time_ms, message.from_name, message.text, {}, each.number});
  }
  void add(NewsItem item) {
    const auto since = since_.find(item.product);
    if (since != since_.end() && item.time_ms > since->second) news_.items.push_back(std::move(item));
  }

  const std::string& person_;
  News news_;
  std::map<ProductId, std::int64_t> since_;
  std::multimap<std::string, ProductId, std::less<>> by_subject_;
};

}  // namespace

std::string_view news_kind_name(NewsKind kind) {
  constexpr std::string_view kNames[] = {"change", "schema", "announcement", "answer"};
  return kNames[static_cast<std::size_t>(kind)];
}

News news_for(const std::string& person, const Personal& personal, const Products& products,
              const Catalogue& catalogue, const Conversations& conversations) {
  Gathering gathering(person, personal, catalogue);
  if (!gathering.follows_nothing()) {
    AuditFilter everything;
    everything.limit = kAuditEntriesMax;
    for (const AuditPointer& entry : products.list_audit(everything).entries) gathering.add(*entry);
    for (const auto& [number, conversation] : conversations.all()) gathering.add(*conversation);
  }
  return std::move(gathering).take();
}

}  // namespace weft::mesh
