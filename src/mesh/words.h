#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace weft::mesh {

/// The words that the values of an enumeration have in records, in the API and on the command line.
template <class Value, std::size_t N>
class Words {
 public:
  constexpr explicit Words(std::array<std::pair<Value, std::string_view>, N> words) : words_(words) {}

  constexpr std::string_view name(Value value) const {
    for (const auto& [each, word] : words_)
      if (each == value) return word;
    return words_.front().second;
  }
  constexpr std::optional<Value> parse(std::string_view name) const {
    for (const auto& [each, word] : words_)
      if (word == name) return each;
    return std::nullopt;
  }

 private:
  std::array<std::pair<Value, std::string_view>, N> words_;
};

}  // namespace weft::mesh
