#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/json_values.h"

namespace weft::api {

/// Where a filter's text is wrong, and what to do about it.
struct FilterFault {
  std::size_t position = 1;  ///< Of the character, counted from 1.
  std::string message;
  std::string fix;

  std::string to_string() const;
};

/// Which records somebody wants: comparisons joined by `and`, as people type them.
///
///     customer.address.city = "Berlin" and quantity >= 2500 and key contains "EU-" and header.trace = "a1"
///
/// A place is a field of the decoded value (`customer.city`, `items[0].sku`, `items[].sku` for any of them), `value` or
/// `key` as a whole, a field of either (`value.id`, `key.id`), or `header.name`. Names with other characters stand in
/// quotes; quoted `"key"`, `"value"` and `"header"` are fields of that name. A value is text in quotes (a single word
/// needs none), a number, true, false or null. Immutable; any thread.
class RecordFilter {
 public:
  static constexpr std::size_t kTextBytesMax = 1000;
  static constexpr std::size_t kTermsMax = 16;
  static constexpr std::size_t kStepsMax = 32;

  enum class Part { kKey, kValue, kHeader };
  enum class Operator { kEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kContains };
  struct Literal {
    enum class Kind { kText, kNumber, kTrue, kFalse, kNull };
    Kind kind = Kind::kText;
    std::string text;  ///< Without quotes and escapes; a number as it was typed.
  };
  struct Term {
    Part part = Part::kValue;
    std::string header;  ///< Name, with kHeader.
    JsonPath path;       ///< Into key or value; empty: the whole.
    Operator op = Operator::kEqual;
    Literal literal;
  };

  /// Text without any term lets every record through. Nothing when it is wrong: `fault` says where.
  static std::optional<RecordFilter> parse(std::string_view text, FilterFault& fault);

  const std::string& text() const { return text_; }
  const std::vector<Term>& terms() const { return terms_; }
  bool needs(Part part) const;

 private:
  std::string text_;
  std::vector<Term> terms_;
};

/// Whether the JSON value `json` (as it stands in its text) is what the term wants. Numbers are compared by all their
/// digits, text by its characters; a number is never a text. `contains` looks into a string's characters, and into the
/// text of everything else.
bool satisfies(const RecordFilter::Term& term, std::string_view json);
/// The same for bytes without a schema: `42` and `"42"` both mean the text 42.
bool satisfies_text(const RecordFilter::Term& term, std::string_view text);

}  // namespace weft::api
