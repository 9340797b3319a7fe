#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/audit.h"
#include "mesh/conversation.h"

namespace weft::mesh {

class Catalogue;
class Conversations;
class Personal;
class Products;

enum class NewsKind {
  kChange,        ///< Of the product: published, edited, deprecated, handed over, unpublished.
  kSchema,        ///< Of its schema.
  kAnnouncement,  ///< By its owner.
  kAnswer,        ///< To somebody's question about it.
};
std::string_view news_kind_name(NewsKind kind);

/// One thing that happened to a product that somebody follows.
struct NewsItem {
  NewsKind kind = NewsKind::kChange;
  ProductId product;
  std::int64_t time_ms = 0;
  std::string who;      ///< "Mara Kovač"
  std::string summary;  ///< What an audit entry, an announcement or an answer says.
  std::optional<AuditNumber> audit;
  std::optional<ConversationNumber> conversation;
};

struct News {
  std::int64_t since_ms = 0;  ///< Until when the person has seen it all; 0: never said so.
  std::size_t products = 0;   ///< To how many products something happened.
  std::size_t total = 0;
  std::vector<NewsItem> items;  ///< Newest first, the newest kNewsMax of `total`.
};
inline constexpr std::size_t kNewsMax = 200;

/// What others did to the products that a person ("User:mkovac") follows, since they last said that they had seen it and
/// since they follow. Reaches back as far as the audit does.
News news_for(const std::string& person, const Personal& personal, const Products& products,
              const Catalogue& catalogue, const Conversations& conversations);

/// The name and value of the mark that says until when the news are seen.
inline constexpr std::string_view kNewsMark = "news";

}  // namespace weft::mesh
