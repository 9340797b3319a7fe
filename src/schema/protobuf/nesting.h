#pragma once

#include <string_view>

#include "base/result.h"

namespace weft::schema::protobuf {

/// Messages, groups and aggregate values inside each other. libprotobuf's parser and everything here that walks a file
/// recurse this deep at most.
inline constexpr int kNestingMax = 100;

/// Whether brackets of any kind stay within kNestingMax, seen without parsing and without recursion; comments and
/// strings do not count. Error: kTooLarge with line and column.
Result<void> check_nesting(std::string_view text);

}  // namespace weft::schema::protobuf
