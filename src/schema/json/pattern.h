#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace weft::schema::json {

/// A regular expression of a schema, searched for anywhere in a text. Matching takes linear time (RE2). What only a
/// backtracking engine can do (look-around, back references, very large repeats) is accepted in a schema, because
/// other registries accept it, but cannot be searched for.
class Pattern {
 public:
  /// Null when `text` is no regular expression. With `search` false it is only checked, which costs next to nothing.
  static std::unique_ptr<const Pattern> compile(std::string_view text, bool search);
  ~Pattern();

  /// False when `found_in` cannot tell.
  bool searchable() const { return expression_ != nullptr; }
  /// Whether some part of `text` matches; false when the pattern is not searchable.
  bool found_in(std::string_view text) const;
  const std::string& text() const { return text_; }
  /// The steps of its program, a measure of the memory and time it took to make.
  int cost() const { return cost_; }

 private:
  Pattern() = default;

  std::string text_;
  int cost_ = 0;
  std::unique_ptr<re2::RE2> expression_;
};

}  // namespace weft::schema::json
