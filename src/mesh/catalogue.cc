#include "mesh/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <tuple>
#include <utility>

namespace weft::mesh {

namespace {

constexpr std::array kSortNames = {std::pair{ProductSort::kBest, "best"}, std::pair{ProductSort::kName, "name"},
                                   std::pair{ProductSort::kRate, "rate"},
                                   std::pair{ProductSort::kFreshness, "freshness"},
                                   std::pair{ProductSort::kNewest, "newest"}};
constexpr std::uint32_t kLast = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kNearWordsShown = 10;
/// A text that finds fewer is looked for with a typo too where its words are not whole words of the index.
constexpr std::size_t kFewHits = 5;

/// The later, the smaller.
std::uint32_t latest_first(std::int64_t time_ms) {
  const std::int64_t seconds = std::clamp<std::int64_t>(time_ms / 1000, 0, kLast - 1);
  return kLast - 1 - static_cast<std::uint32_t>(seconds);
}

/// The busier, the smaller: the bits of floats that are not negative are in the order of their values.
std::uint32_t busiest_first(double per_second) {
  return kLast - 1 - std::bit_cast<std::uint32_t>(static_cast<float>(std::max(0.0, per_second)));
}

bool in_order(const Product& a, const Product& b) {
  return std::tie(a.id.name, a.id.domain) < std::tie(b.id.name, b.id.domain);
}

/// Among equal answers the one that can be trusted more.
std::uint8_t trust_in(Quality quality) {
  switch (quality) {
    case Quality::kAuthoritative:
      return 2;
    case Quality::kCurated:
      return 1;
    case Quality::kRaw:
      return 0;
  }
  return 0;
}

std::size_t count_found(const search::Scores& scores) {
  return scores.weight.size() -
         static_cast<std::size_t>(std::count(scores.weight.begin(), scores.weight.end(), std::uint16_t{0}));
}

/// Each product that has both gets the sum; the others nothing.
void add_to(search::Scores& sum, const search::Scores& scores) {
  for (std::size_t doc = 0; doc < sum.weight.size(); ++doc) {
    const bool both = sum.weight[doc] != 0 && scores.weight[doc] != 0;
    sum.weight[doc] = both ? static_cast<std::uint16_t>(sum.weight[doc] + scores.weight[doc]) : std::uint16_t{0};
    sum.where[doc] |= scores.where[doc];
  }
}

}  // namespace

std::string_view sort_name(ProductSort sort) { return kSortNames[static_cast<std::size_t>(sort)].second; }

std::optional<ProductSort> parse_sort(std::string_view name) {
  for (const auto& [sort, known] : kSortNames)
    if (name == known) return sort;
  return std::nullopt;
}

// ---- What is

void Catalogue::clear() {
  products_.clear();
  docs_.clear();
  orders_.clear();
  free_.clear();
  by_name_.clear();
  by_topic_.clear();
  by_subject_.clear();
  words_.clear();
  facets_.clear();
  waiting_.clear();
  name_rank_.clear();
}

void Catalogue::load(const std::map<ProductId, ProductPointer>& products) {
  clear();
  docs_.reserve(products.size());
  orders_.reserve(products.size());
  for (const auto& [id, product] : products) {
    products_.put(product);
    const Doc doc = take_doc();
    docs_[doc].product = product;
    by_name_.push_back(doc);
    describe(doc);
    wait_for_index(doc);
  }
  std::sort(by_name_.begin(), by_name_.end(),
            [this](Doc a, Doc b) { return in_order(*docs_[a].product, *docs_[b].product); });
}

void Catalogue::put(ProductPointer product) {
  erase(product->id);
  products_.put(product);
  const Doc doc = take_doc();
  docs_[doc].product = std::move(product);
  by_name_.insert(place_of(docs_[doc].product->id), doc);
  describe(doc);
  if (waiting_.empty()) {
    index(doc);
  } else {
    wait_for_index(doc);
  }
}

void Catalogue::erase(const ProductId& id) {
  const auto place = place_of(id);
  if (place == by_name_.end() || docs_[*place].product->id != id) return;
  const Doc doc = *place;
  unindex(doc);
  const auto forget = [doc](auto& table, const std::string& key) {
    const auto [begin, end] = table.equal_range(key);
    for (auto at = begin; at != end; ++at)
      if (at->second == doc) return void(table.erase(at));
  };
  for (const Port& port : docs_[doc].product->ports) {
    forget(by_topic_, port.topic);
    forget(by_subject_, port.subject);
  }
  by_name_.erase(place);
  name_rank_.clear();
  docs_[doc] = {};
  orders_[doc] = {};
  facets_.put(doc, {});
  free_.push_back(doc);
  products_.erase(id);
}

search::Doc Catalogue::take_doc() {
  name_rank_.clear();
  if (free_.empty()) {
    docs_.emplace_back();
    orders_.emplace_back();
    return static_cast<Doc>(docs_.size() - 1);
  }
  const Doc doc = free_.back();
  free_.pop_back();
  return doc;
}

std::vector<search::Doc>::const_iterator Catalogue::place_of(const ProductId& id) const {
  return std::lower_bound(by_name_.begin(), by_name_.end(), id, [this](Doc doc, const ProductId& wanted) {
    const ProductId& here = docs_[doc].product->id;
    return std::tie(here.name, here.domain) < std::tie(wanted.name, wanted.domain);
  });
}

void Catalogue::rank_names() const {
  if (name_rank_.size() == docs_.size()) return;
  name_rank_.assign(docs_.size(), 0);
  for (std::size_t rank = 0; rank < by_name_.size(); ++rank)
    name_rank_[by_name_[rank]] = static_cast<std::uint32_t>(rank);
}

// ---- Facets and sorts

void Catalogue::topic_changed(std::string_view topic) {
  const auto [begin, end] = by_topic_.equal_range(std::string(topic));
  for (auto at = begin; at != end; ++at) describe_facts(at->second);
}

void Catalogue::subject_changed(std::string_view subject) {
  const auto [begin, end] = by_subject_.equal_range(std::string(subject));
  for (auto at = begin; at != end; ++at) {
    describe_facts(at->second);
    wait_for_index(at->second);
  }
}

void Catalogue::orphan_if(Function<bool(const std::string&)> is_gone) {
  is_gone_ = std::move(is_gone);
  for (const Doc doc : by_name_) describe_order(doc);
}

void Catalogue::describe(Doc doc) {
  const Product& product = *docs_[doc].product;
  for (const Port& port : product.ports) {
    if (!port.is_stream()) continue;
    by_topic_.emplace(port.topic, doc);
    by_subject_.emplace(port.subject, doc);
  }
  orders_[doc].taken = true;
  orders_[doc].trust = trust_in(product.quality);
  orders_[doc].newest = latest_first(product.published_at_ms);
  describe_order(doc);
  describe_facts(doc);
}

void Catalogue::describe_order(Doc doc) {
  const Product& product = *docs_[doc].product;
  orders_[doc].retired = product.is_retired();
  orders_[doc].later = product.lifecycle != Lifecycle::kLive || (is_gone_ && is_gone_(product.owner));
}

void Catalogue::describe_facts(Doc doc) {
  const Product& product = *docs_[doc].product;
  const TopicFactsPointer topic = facts_.topic(product.stream().topic);
  orders_[doc].busiest = topic && topic->rate ? busiest_first(topic->rate->records_per_second) : kLast;
  orders_[doc].freshest = topic && topic->last_record ? latest_first(topic->last_record->timestamp_ms) : kLast;

  search::FacetTable::Row row{{Facet::kDomain, product.id.domain},
                              {Facet::kOwner, product.owner},
                              {Facet::kQuality, std::string(quality_name(product.quality))},
                              {Facet::kSla, fmt::format("{}", product.sla)},
                              {Facet::kLifecycle, std::string(lifecycle_name(product.lifecycle))},
                              {Facet::kSensitivity, std::string(sensitivity_name(product.sensitivity))}};
  for (const std::string& tag : product.tags) row.emplace_back(Facet::kTag, tag);
  if (topic && topic->history) row.emplace_back(Facet::kHistory, std::string(history_name(topic->history->kind)));
  for (const Port& port : product.ports) {
    if (!port.cluster.empty()) row.emplace_back(Facet::kCluster, port.cluster);
    if (!port.region.empty()) row.emplace_back(Facet::kRegion, port.region);
    if (!port.format.empty()) row.emplace_back(Facet::kFormat, port.format);
    const SubjectFactsPointer subject = port.is_stream() ? facts_.subject(port.subject) : nullptr;
    if (subject && subject->schema) row.emplace_back(Facet::kFormat, subject->schema->format);
  }
  facets_.put(doc, row);
}

// ---- Words

void Catalogue::wait_for_index(Doc doc) {
  if (std::exchange(docs_[doc].waiting, true)) return;
  waiting_.push_back(doc);
  if (waiting_.size() == 1 && unindexed_heard_) unindexed_heard_();
}

std::size_t Catalogue::index_some(std::size_t products_max) {
  for (std::size_t i = 0; i < products_max && !waiting_.empty(); ++i) {
    const Doc doc = waiting_.front();
    waiting_.pop_front();
    // It may have gone meanwhile, and its place been taken.
    if (!docs_[doc].waiting) continue;
    unindex(doc);
    index(doc);
  }
  return waiting_.size();
}

void Catalogue::index(Doc doc) {
  Document& document = docs_[doc];
  document.waiting = false;
  document.indexed = true;
  document.subjects = search::subjects_of(*document.product, facts_);
  for (const search::Text& text : search::texts_of(*document.product, document.subjects))
    for (const search::WeighedWord& word : search::words_of(text, document.product->id.domain))
      words_.add(word.text, doc, word.level, text.in);
}

void Catalogue::unindex(Doc doc) {
  Document& document = docs_[doc];
  if (!std::exchange(document.indexed, false)) return;
  for (const search::Text& text : search::texts_of(*document.product, document.subjects))
    for (const search::WeighedWord& word : search::words_of(text, document.product->id.domain))
      words_.remove(word.text, doc);
}

Catalogue::Size Catalogue::index_size() const {
  return {words_.word_count(), words_.posting_count(), words_.bytes()};
}

// ---- Searching

void Catalogue::score_word(const search::QueryWord& word) const {
  word_.reset(docs_.size());
  word.parts.front().score(words_, word_);
  for (std::size_t i = 1; i < word.parts.size(); ++i) {
    part_.reset(docs_.size());
    word.parts[i].score(words_, part_);
    add_to(word_, part_);
  }
  for (const search::Sought& whole : word.in_one) {
    part_.reset(docs_.size());
    whole.score(words_, part_);
    // In one piece it is worth what its parts are worth together.
    for (std::size_t doc = 0; doc < docs_.size(); ++doc) {
      const std::size_t weight = part_.weight[doc] * word.parts.size();
      word_.weight[doc] = std::max(word_.weight[doc], static_cast<std::uint16_t>(weight));
      word_.where[doc] |= part_.where[doc];
    }
  }
}

std::size_t Catalogue::score_words(const std::vector<search::QueryWord>& words,
                                   std::vector<std::size_t>& totals) const {
  for (std::size_t i = 0; i < words.size(); ++i) {
    score_word(words[i]);
    totals[i] = count_found(word_);
    if (i == 0) {
      std::swap(total_, word_);
    } else {
      add_to(total_, word_);
    }
  }
  return count_found(total_);
}

std::vector<std::size_t> Catalogue::score_text(std::vector<search::QueryWord>& words) const {
  std::vector<std::size_t> totals(words.size());
  std::size_t total = score_words(words, totals);
  enum class Near { kFoundNowhere, kNotWhole, kAny };
  for (const Near which : {Near::kFoundNowhere, Near::kNotWhole, Near::kAny}) {
    if (total >= (which == Near::kNotWhole ? kFewHits : 1)) continue;
    bool looked = false;
    const auto look = [&](search::Sought& sought) {
      if (sought.has_near() || (which == Near::kNotWhole && words_.has(sought.word()))) return;
      sought.look_near(words_);
      looked |= sought.has_near();
    };
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (which == Near::kFoundNowhere && totals[i] > 0) continue;
      for (search::Sought& part : words[i].parts) look(part);
      for (search::Sought& whole : words[i].in_one) look(whole);
    }
    if (looked) total = score_words(words, totals);
  }
  return totals;
}

std::uint32_t Catalogue::sort_key(Doc doc, ProductSort sort) const {
  const Order& order = orders_[doc];
  switch (sort) {
    case ProductSort::kBest: {
      const std::uint32_t score = 4U * total_.weight[doc] + order.trust;
      return kLast - (order.later ? score / 2 : score);
    }
    case ProductSort::kName:
      return 0;
    case ProductSort::kRate:
      return order.busiest;
    case ProductSort::kFreshness:
      return order.freshest;
    case ProductSort::kNewest:
      return order.newest;
  }
  return 0;
}

CataloguePage Catalogue::search(const CatalogueQuery& query) const {
  std::vector<search::QueryWord> words = search::query_words(query.text);
  CataloguePage page;
  page.unindexed = waiting_.size();
  const bool by_text = !words.empty();
  if (by_text) {
    const std::vector<std::size_t> totals = score_text(words);
    for (std::size_t i = 0; i < words.size(); ++i) page.words.push_back(word_found(words[i], totals[i]));
  }
  rank_names();
  ProductSort sort = query.sort.value_or(by_text ? ProductSort::kBest : ProductSort::kName);
  if (!by_text && sort == ProductSort::kBest) sort = ProductSort::kName;

  // The sort's key, and below it the place by name: both in one number.
  std::uint64_t from = 0;
  if (query.after)
    from = (std::uint64_t{query.after->key} << 32U) | static_cast<std::uint64_t>(place_behind(query.after->id));
  std::vector<std::uint64_t> found;
  search::FacetTable::Count count(facets_, query.filters);
  const bool hide_retired = values_in(query.filters, Facet::kLifecycle).empty();
  for (Doc doc = 0; doc < orders_.size(); ++doc) {
    const Order& order = orders_[doc];
    if (!order.taken) continue;
    page.published += order.retired ? 0 : 1;
    if (by_text && total_.weight[doc] == 0) continue;
    const search::Where where = by_text ? total_.where[doc] : search::Where{0};
    search::Failed failed = count.failed(doc, where);
    // Retired ones are counted beside the rest, and shown to who asks for them.
    if (hide_retired && order.retired) failed |= search::facet_bit(Facet::kLifecycle);
    count.add(doc, where, failed);
    if (failed != 0) continue;
    ++page.total;
    const std::uint64_t key = (std::uint64_t{sort_key(doc, sort)} << 32U) | name_rank_[doc];
    if (key >= from) found.push_back(key);
  }
  page.facets = std::move(count).take();

  const std::size_t shown = std::min(found.size(), query.limit);
  const auto end = found.begin() + static_cast<std::ptrdiff_t>(shown);
  std::nth_element(found.begin(), end, found.end());
  std::sort(found.begin(), end);
  for (std::size_t i = 0; i < shown; ++i) {
    const Document& document = docs_[by_name_[found[i] & kLast]];
    page.hits.push_back({document.product, {}});
    if (by_text)
      page.hits.back().matches = search::why_it_matches(*document.product, document.subjects, words);
  }
  if (shown > 0 && shown < found.size())
    page.next = PagePlace{static_cast<std::uint32_t>(found[shown - 1] >> 32U), page.hits.back().product->id};
  return page;
}

WordFound Catalogue::word_found(const search::QueryWord& word, std::size_t total) {
  WordFound found{word.typed, total, {}};
  word.each([&](const search::Sought& sought) {
    for (std::string& near : sought.near_words())
      if (found.near.size() < kNearWordsShown) found.near.push_back(std::move(near));
  });
  return found;
}

std::size_t Catalogue::place_behind(const ProductId& id) const {
  const auto place = place_of(id);
  const bool is_there = place != by_name_.end() && docs_[*place].product->id == id;
  return static_cast<std::size_t>(place - by_name_.begin()) + (is_there ? 1 : 0);
}

}  // namespace weft::mesh
