// How long searches over 100,000 products take, on one core: README.md beside doc/evidence/search.md's table.
//   search_queries [PRODUCTS] [QUERIES]
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>

#include "mesh/catalogue.h"
#include "mesh_set.h"

namespace weft::search_set {
namespace {

/// Time that this thread has had a core: what it takes on a core of its own, whatever else runs on the machine.
struct Clock {
  using time_point = double;
  static double now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
  }
};

double ms_since(Clock::time_point began) { return Clock::now() - began; }

/// Resident memory now, in bytes.
double resident() {
  std::ifstream statm("/proc/self/statm");
  long total = 0;
  long pages = 0;
  statm >> total >> pages;
  return static_cast<double>(pages) * 4096;
}

/// Words of which each is in at least 30 % of the products; checked before anything is measured.
constexpr std::string_view kCommonWords[] = {"customer", "amount", "event",    "source", "status",  "system",
                                             "version",  "country", "currency", "tenant", "channel", "quantity"};

struct Kind {
  std::string name;
  std::vector<mesh::CatalogueQuery> queries;
};

class Mix {
 public:
  Mix(const std::vector<Made>& products, std::uint64_t seed) : products_(products), dice_(seed) {}

  std::vector<Kind> make(std::size_t each) {
    std::vector<Kind> kinds{{"two letters", {}},          {"a word that 30 % hold", {}}, {"such a word, two filters", {}},
                            {"a word, partly typed", {}}, {"three words", {}},           {"three words, a typo", {}},
                            {"no text, two filters", {}}};
    for (std::size_t i = 0; i < each; ++i) {
      const Made& made = dice_.any(products_);
      const std::vector<std::string> words = words_of(made);
      kinds[0].queries.push_back(text(words[dice_.roll(words.size())].substr(0, 2)));
      kinds[1].queries.push_back(text(std::string(dice_.any(kCommonWords))));
      kinds[2].queries.push_back(filtered(std::string(dice_.any(kCommonWords)), made));
      std::string part = words[dice_.roll(words.size())];
      if (part.size() > 3) part.resize(3 + dice_.roll(part.size() - 3));
      kinds[3].queries.push_back(text(part));
      std::string three = made.entity + " " + made.event + " " + made.qualifier;
      std::replace(three.begin(), three.end(), '_', ' ');
      kinds[4].queries.push_back(text(three));
      three.erase(1 + dice_.roll(made.entity.size() - 1), 1);
      kinds[5].queries.push_back(text(three));
      kinds[6].queries.push_back(filtered("", made));
    }
    return kinds;
  }

 private:
  static mesh::CatalogueQuery text(std::string words) { return {.text = std::move(words), .limit = 50}; }
  mesh::CatalogueQuery filtered(std::string words, const Made& made) {
    mesh::CatalogueQuery query = text(std::move(words));
    query.filters[static_cast<std::size_t>(mesh::Facet::kDomain)] = {made.product->id.domain, "payments"};
    query.filters[static_cast<std::size_t>(mesh::Facet::kQuality)] = {"curated", "authoritative"};
    return query;
  }
  std::vector<std::string> words_of(const Made& made) {
    std::vector<std::string> words = words_in(made.entity);
    for (const std::string& field : made.own_fields)
      for (std::string& word : words_in(field)) words.push_back(std::move(word));
    words.push_back(made.product->id.domain);
    for (const std::string_view word : kCommonWords) words.emplace_back(word);
    return words;
  }

  const std::vector<Made>& products_;
  Dice dice_;
};

void print_row(const std::string& name, std::vector<double> times, std::size_t found) {
  std::sort(times.begin(), times.end());
  const auto at = [&](double share) { return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))]; };
  fmt::print("| {} | {} | {} | {:.2f} | {:.2f} | {:.2f} |\n", name, times.size(), found / times.size(), at(0.5), at(0.99),
             times.back());
}

int run(std::size_t count, std::size_t each) {
  const double before = resident();
  const std::vector<Made> products = make_products(count, 7);
  const SetFacts facts(products);
  std::map<mesh::ProductId, mesh::ProductPointer> by_id;
  for (const Made& made : products) by_id.emplace(made.product->id, made.product);
  const double with_products = resident();

  mesh::Catalogue catalogue(facts);
  auto began = Clock::now();
  catalogue.load(by_id);
  const double load_ms = ms_since(began);
  double longest_ms = 0;
  began = Clock::now();
  for (std::size_t left = 1; left > 0;) {
    const auto step = Clock::now();
    left = catalogue.index_some(1);
    longest_ms = std::max(longest_ms, ms_since(step));
  }
  const double index_ms = ms_since(began);
  const mesh::Catalogue::Size size = catalogue.index_size();
  fmt::print("{} products of 20 fields: {:.0f} MB of products and facts\n", count, (with_products - before) / 1e6);
  fmt::print("found by id and by filters after {:.0f} ms; words in the index after {:.0f} ms more, longest step {:.1f} ms\n",
             load_ms, index_ms, longest_ms);
  fmt::print("catalogue and index: {:.0f} MB resident more; {} words, {} postings, {:.0f} MB by count\n\n",
             (resident() - with_products) / 1e6, size.words, size.postings, static_cast<double>(size.bytes) / 1e6);

  for (const std::string_view word : kCommonWords) {
    const std::size_t total = catalogue.search({.text = std::string(word), .limit = 1}).total;
    if (total * 10 < count * 3) return fmt::print("{} is held by {} products only\n", word, total), 1;
  }

  fmt::print("| searches | number | found, mean | p50 ms | p99 ms | longest ms |\n|---|---|---|---|---|---|\n");
  std::vector<double> all;
  std::size_t found_in_all = 0;
  for (const Kind& kind : Mix(products, 11).make(each)) {
    std::vector<double> times;
    std::size_t found = 0;
    for (const mesh::CatalogueQuery& query : kind.queries) {
      const auto start = Clock::now();
      const mesh::CataloguePage page = catalogue.search(query);
      times.push_back(ms_since(start));
      found += page.total;
    }
    print_row(kind.name, times, found);
    all.insert(all.end(), times.begin(), times.end());
    found_in_all += found;
  }
  print_row("all", all, found_in_all);

  std::vector<double> edits;
  for (std::size_t i = 0; i < each; ++i) {
    const auto start = Clock::now();
    catalogue.put(products[(i * 7919) % products.size()].product);
    edits.push_back(ms_since(start));
  }
  print_row("a product is edited (no search)", edits, 0);
  return 0;
}

}  // namespace
}  // namespace weft::search_set

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100'000;
  const std::size_t each = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 300;
  return weft::search_set::run(count, each);
}
