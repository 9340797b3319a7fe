#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/facts.h"
#include "mesh/product.h"

namespace weft::search_set {

/// A product of the set and what it was made of.
struct Made {
  mesh::ProductPointer product;
  mesh::SubjectFactsPointer subject;
  std::string entity, meaning;             ///< "direct_debit"; what it is.
  std::string event, event_text;           ///< "daily_totals"; how the description says it.
  std::string qualifier, qualifier_text;   ///< "dach"; may be empty.
  std::string version;                     ///< "v2"; may be empty.
  std::vector<std::string> tags;
  std::vector<std::string> own_fields;  ///< Names of fields that only its entity has, in snake_case.
};

/// So many products, the same for the same seed, with 20 fields each. Names are dotted, snake_case, camelCase or
/// kebab-case, as their domain likes it. At most 300,000.
std::vector<Made> make_products(std::size_t count, std::uint64_t seed);

/// Facts of a set: nothing is measured, every subject is known.
class SetFacts final : public mesh::Facts {
 public:
  explicit SetFacts(const std::vector<Made>& products);
  mesh::TopicFactsPointer topic(std::string_view) const override { return nullptr; }
  mesh::SubjectFactsPointer subject(std::string_view name) const override;

 private:
  std::map<std::string, mesh::SubjectFactsPointer, std::less<>> subjects_;
};

/// Small and enough for sets that must be the same everywhere (SplitMix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// From 0 to one below `sides`.
  std::size_t roll(std::size_t sides) { return static_cast<std::size_t>(next() % sides); }
  bool one_in(std::size_t sides) { return roll(sides) == 0; }
  template <class Container>
  auto& any(Container& of) {
    return of[roll(std::size(of))];
  }

 private:
  std::uint64_t state_;
};

/// The words between underscores.
std::vector<std::string> words_in(std::string_view snake_case);

}  // namespace weft::search_set
