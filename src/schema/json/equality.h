#pragma once

#include <cstdint>
#include <unordered_map>

#include "schema/json_tree.h"

namespace weft::schema::json {

/// Whether two JSON values are the same as JSON Schema means it: numbers by value, objects whatever their order.
bool json_equal(const JsonNode& a, const JsonNode& b);
/// Hashes of arrays and objects that were computed before; the tree must not change.
using HashMemo = std::unordered_map<const JsonNode*, std::uint64_t>;
/// Equal values have equal hashes. With a memo, hashing every part of a tree takes no longer than hashing the tree.
std::uint64_t json_hash(const JsonNode& node, HashMemo* memo = nullptr);

/// -1, 0 or 1 as the number `a` is below, equal to or above `b`.
int compare_numbers(const JsonNode& a, const JsonNode& b);
/// Whether the number `a` is a whole multiple of `divisor`, in decimal where both fit 18 digits: 0.3 is one of 0.1.
bool is_multiple_of(const JsonNode& a, const JsonNode& divisor);

}  // namespace weft::schema::json
