#pragma once

#include <fmt/format.h>

#include <compare>
#include <concepts>
#include <cstddef>
#include <functional>
#include <utility>

namespace weft {

/// A number or name with an identity of its own: an Offset is not a Position, and the compiler knows.
template <class Tag, class Rep>
class Strong {
 public:
  using rep = Rep;

  constexpr Strong() = default;
  constexpr explicit Strong(Rep value) : value_(std::move(value)) {}

  constexpr const Rep& get() const { return value_; }
  auto operator<=>(const Strong&) const = default;
  bool operator==(const Strong&) const = default;

  /// Steps by a plain count; only for integers.
  constexpr Strong operator+(std::integral auto count) const
    requires std::integral<Rep>
  {
    return Strong(static_cast<Rep>(value_ + static_cast<Rep>(count)));
  }
  constexpr Strong operator-(std::integral auto count) const
    requires std::integral<Rep>
  {
    return Strong(static_cast<Rep>(value_ - static_cast<Rep>(count)));
  }
  /// The distance between two positions of the same kind.
  constexpr Rep operator-(const Strong& other) const
    requires std::integral<Rep>
  {
    return static_cast<Rep>(value_ - other.value_);
  }
  constexpr Strong& operator++()
    requires std::integral<Rep>
  {
    ++value_;
    return *this;
  }

 private:
  Rep value_{};
};

}  // namespace weft

template <class Tag, class Rep>
struct std::hash<weft::Strong<Tag, Rep>> {
  std::size_t operator()(const weft::Strong<Tag, Rep>& value) const { return std::hash<Rep>{}(value.get()); }
};

template <class Tag, class Rep>
struct fmt::formatter<weft::Strong<Tag, Rep>> : fmt::formatter<Rep> {
  template <class Context>
  auto format(const weft::Strong<Tag, Rep>& value, Context& context) const {
    return fmt::formatter<Rep>::format(value.get(), context);
  }
};
