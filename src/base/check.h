#pragma once

#include <string_view>

namespace weft {

/// Logs "CHECK failed: expression at file:line: why" and aborts. For our own mistakes only: what a user, a client or a
/// disk can cause is a Result.
[[noreturn]] void check_failed(std::string_view expression, std::string_view file, int line, std::string_view why);

}  // namespace weft

/// Invariants, on in release builds too. The optional second argument says what would break.
#define CHECK(condition, ...)                                                                   \
  do {                                                                                          \
    if (!(condition)) [[unlikely]]                                                              \
      ::weft::check_failed(#condition, __FILE__, __LINE__, ::std::string_view{__VA_ARGS__});    \
  } while (false)
