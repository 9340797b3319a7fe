#include "schema/json/equality.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <functional>
#include <optional>

namespace weft::schema::json {
namespace {

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  a ^= b + 0x9E3779B97F4A7C15u + (a << 6) + (a >> 2);
  return a * 0xBF58476D1CE4E5B9u;
}

std::vector<const JsonNode::Member*> sorted(const JsonNode& object) {
  std::vector<const JsonNode::Member*> members;
  members.reserve(object.members.size());
  for (const auto& member : object.members) members.push_back(&member);
  std::ranges::sort(members, {}, [](const auto* member) -> std::string_view { return member->name; });
  return members;
}

/// digits * 10^exponent
struct Decimal {
  std::int64_t digits = 0;
  int exponent = 0;
};

std::optional<Decimal> decimal(std::string_view text) {
  Decimal out;
  std::string digits;
  if (const auto e = text.find_first_of("eE"); e != std::string_view::npos) {
    std::string_view exponent = text.substr(e + 1);
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    const auto [end, failed] = std::from_chars(exponent.data(), exponent.data() + exponent.size(), out.exponent);
    if (failed != std::errc{} || std::abs(out.exponent) > 400) return std::nullopt;
    text = text.substr(0, e);
  }
  const auto point = text.find('.');
  digits = text.substr(0, point);
  if (point != std::string_view::npos) {
    digits += text.substr(point + 1);
    out.exponent -= static_cast<int>(std::min<std::size_t>(text.size() - point - 1, 1'000));
  }
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), out.digits);
  if (failed != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  for (; out.digits != 0 && out.digits % 10 == 0; ++out.exponent) out.digits /= 10;
  return out;
}

bool lower_exponent(Decimal& value, int exponent) {
  for (; value.exponent > exponent; --value.exponent) {
    if (value.digits == 0) continue;
    if (__builtin_mul_overflow(value.digits, 10, &value.digits)) return false;
  }
  return true;
}

}  // namespace

int compare_numbers(const JsonNode& a, const JsonNode& b) {
  const auto whole_a = a.integer(), whole_b = b.integer();
  if (whole_a && whole_b) return *whole_a < *whole_b ? -1 : *whole_a > *whole_b ? 1 : 0;
  const double x = a.number(), y = b.number();
  return x < y ? -1 : x > y ? 1 : 0;
}

bool is_multiple_of(const JsonNode& a, const JsonNode& divisor) {
  auto x = decimal(a.text), y = decimal(divisor.text);
  if (x && y && y->digits != 0) {
    if (x->digits == 0) return true;
    const int exponent = std::min(x->exponent, y->exponent);
    if (lower_exponent(*x, exponent) && lower_exponent(*y, exponent)) {
      return y->digits == -1 || x->digits % y->digits == 0;
    }
  }
  return divisor.number() != 0 && std::fmod(a.number(), divisor.number()) == 0;
}

std::uint64_t json_hash(const JsonNode& node, HashMemo* memo) {
  const bool remember = memo != nullptr && (node.is_array() || node.is_object());
  if (remember) {
    if (const auto known = memo->find(&node); known != memo->end()) return known->second;
  }
  auto hash = static_cast<std::uint64_t>(node.kind) + 1;
  switch (node.kind) {
    case JsonNode::Kind::kNull:
      break;
    case JsonNode::Kind::kBoolean:
      hash = mix(hash, node.boolean ? 1 : 0);
      break;
    case JsonNode::Kind::kNumber:
      hash = mix(hash, std::bit_cast<std::uint64_t>(node.number() + 0.0));  // -0 is 0
      break;
    case JsonNode::Kind::kString:
      hash = mix(hash, std::hash<std::string>()(node.text));
      break;
    case JsonNode::Kind::kArray:
      for (const JsonNode& element : node.elements) hash = mix(hash, json_hash(element, memo));
      break;
    case JsonNode::Kind::kObject:
      for (const auto& member : node.members) {  // order does not count
        hash += mix(std::hash<std::string>()(member.name), json_hash(member.value, memo));
      }
      break;
  }
  if (remember) memo->emplace(&node, hash);
  return hash;
}

bool json_equal(const JsonNode& a, const JsonNode& b) {
  if (a.kind != b.kind || a.elements.size() != b.elements.size() || a.members.size() != b.members.size()) return false;
  switch (a.kind) {
    case JsonNode::Kind::kNull:
      return true;
    case JsonNode::Kind::kBoolean:
      return a.boolean == b.boolean;
    case JsonNode::Kind::kNumber:
      return compare_numbers(a, b) == 0;
    case JsonNode::Kind::kString:
      return a.text == b.text;
    case JsonNode::Kind::kArray:
      return std::ranges::equal(a.elements, b.elements, json_equal);
    case JsonNode::Kind::kObject:
      return std::ranges::equal(sorted(a), sorted(b), [](const auto* x, const auto* y) {
        return x->name == y->name && json_equal(x->value, y->value);
      });
  }
  return false;
}

}  // namespace weft::schema::json
