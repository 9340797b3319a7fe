#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/principal.h"
#include "base/function.h"
#include "base/result.h"
#include "mesh/conversation_state.h"
#include "state/shard.h"
#include "stream/cluster.h"

namespace weft::identity {
class Directory;
class DirectoryFile;
}  // namespace weft::identity

namespace weft::mesh {

class Catalogue;
class Products;

/// Which part of the inbox somebody looks at.
enum class InboxView {
  kForYou,  ///< What waits for the person, and what they decided lately.
  kSent,    ///< What they began.
  kAll,     ///< Everything: conversations are open to everybody who may find the product.
};
std::optional<InboxView> parse_inbox_view(std::string_view name);

struct InboxQuery {
  InboxView view = InboxView::kForYou;
  std::optional<ConversationKind> kind;
  std::size_t limit = 100;
  std::optional<ConversationNumber> before;  ///< Only older ones.
};

struct InboxPage {
  std::vector<ConversationPointer> items;    ///< Newest first. For you: those that wait.
  std::vector<ConversationPointer> decided;  ///< For you only: closed or answered by you, the newest few.
  std::optional<ConversationNumber> next_before;
  std::size_t for_you = 0, sent = 0, all = 0;  ///< How many wait for you, are yours and open, are open or standing.
};

/// Questions, asks and announcements: state, whom they are put to, audit, and who hears of a change. Lives on one loop.
class Conversations {
 public:
  struct Parts {
    env::EventLoop& loop;
    stream::Cluster& home;
    const identity::DirectoryFile& directory;
    const Catalogue& catalogue;
    Products& products;  ///< Whose audit tells of it.
    std::string topic = "_weft_conversations";
  };

  explicit Conversations(Parts parts);
  ~Conversations();

  /// Makes the topic if it is not there, and replays it.
  void load(Callback<Result<void>> done);

  void open(Asked asked, ConversationDraft draft, Callback<Result<ConversationChange>> done);
  void reply(Asked asked, ConversationNumber number, std::string text, Callback<Result<ConversationChange>> done);
  void close(Asked asked, ConversationNumber number, ConversationClosing closing,
             Callback<Result<ConversationChange>> done);

  ConversationPointer find(ConversationNumber number) const { return state_.find(number); }
  InboxPage inbox(const access::Principal& principal, const InboxQuery& query) const;
  /// Of one product, newest first.
  std::vector<ConversationPointer> of_product(const ProductId& product) const;
  const std::map<ConversationNumber, ConversationPointer>& all() const { return state_.all(); }

  /// The teams that a conversation is put to today: the product's owner; without one, or for an ask, the teams of the
  /// domain; without a domain, every team that has one.
  std::vector<std::string> teams_of(const Conversation& conversation) const;
  /// Whether it waits for this person: to answer, or, who asked, to say whether the answer is one.
  bool waits_for(const access::Principal& principal, const Conversation& conversation) const;

  /// Runs on the loop after each durable change.
  void on_change(Function<void(const ConversationChange&)> heard) { heard_.push_back(std::move(heard)); }

 private:
  std::vector<std::string> teams_of(const std::optional<ProductId>& product, const std::string& domain) const;
  Callback<Result<ConversationChange>> telling(Asked asked, Callback<Result<ConversationChange>> done);
  void tell(const Asked& asked, const ConversationChange& change);

  Parts parts_;
  ConversationState state_;
  std::vector<Function<void(const ConversationChange&)>> heard_;
  std::shared_ptr<bool> alive_;
  state::Shard shard_;  ///< Last: what still waits is refused while the rest is there.
};

}  // namespace weft::mesh
