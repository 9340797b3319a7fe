#pragma once

#include <string_view>

#include "base/result.h"

namespace weft::schema::protobuf {

/// Messages, groups and aggregate values inside each other. libprotobuf's parser and everything here that walks a file
/// recurse this deep at most.
inline constexpr int kNestingMax = 200;
/// Maps inside each other in an option value, the parts of the option's name included: printing turns repeated members
/// into lists and dotted names into maps, which must not take a file beyond kNestingMax (libprotobuf lets messages nest
/// 32 deep).
inline constexpr int kOptionDepthMax = 60;
static_assert(32 + 2 * kOptionDepthMax + 10 < kNestingMax);

/// Whether brackets of any kind stay within kNestingMax, seen without parsing and without recursion; comments and
/// strings do not count. Error: kTooLarge with line and column.
Result<void> check_nesting(std::string_view text);

}  // namespace weft::schema::protobuf
