#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/json_tree.h"

namespace weft::mesh {

/// Names values inside a product: "port.topic", "tags[]" (each element), "links[].url". Empty: the whole product.
class DocumentPath {
 public:
  static constexpr std::size_t kStepsMax = 8;
  static constexpr std::size_t kBytesMax = 200;

  DocumentPath() = default;
  /// Nothing when it is no path.
  static std::optional<DocumentPath> parse(std::string_view text);
  /// "attributes.<name>", whatever characters the name has.
  static DocumentPath attribute(const std::string& name);

  const std::string& text() const { return text_; }
  /// The names on the way: {"evidence", "schema", "format"}.
  std::string_view step(std::size_t index) const {
    return index < steps_.size() ? std::string_view(steps_[index].name) : std::string_view();
  }

  /// Calls `visit(value, indexes)` for each value the path names; `value` is null where a member is absent or null.
  /// Lists on the way are walked, so there may be none. Goes on while `visit` returns true.
  template <class Visit>
  void each(const schema::JsonNode& root, Visit visit) const {
    std::vector<std::size_t> indexes;
    walk(&root, 0, indexes, visit);
  }
  /// The value at these indexes of the lists on the way; null when it is absent or null.
  const schema::JsonNode* find(const schema::JsonNode& root, const std::vector<std::size_t>& indexes = {}) const;
  /// The path with real indexes: "links[2].url".
  std::string place(const std::vector<std::size_t>& indexes) const;

 private:
  struct Step {
    std::string name;
    bool each_element = false;
  };

  template <class Visit>
  bool walk(const schema::JsonNode* at, std::size_t step, std::vector<std::size_t>& indexes, Visit& visit) const {
    if (at != nullptr && at->is_null()) at = nullptr;
    if (step == steps_.size()) return visit(at, std::as_const(indexes));
    const schema::JsonNode* member = at == nullptr ? nullptr : at->find(steps_[step].name);
    if (!steps_[step].each_element) return walk(member, step + 1, indexes, visit);
    if (member == nullptr || !member->is_array()) return true;
    for (std::size_t i = 0; i < member->elements.size(); ++i) {
      indexes.push_back(i);
      const bool go_on = walk(&member->elements[i], step + 1, indexes, visit);
      indexes.pop_back();
      if (!go_on) return false;
    }
    return true;
  }

  std::string text_;
  std::vector<Step> steps_;
};

}  // namespace weft::mesh
