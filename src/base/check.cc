#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace weft {

void check_failed(std::string_view expression, std::string_view file, int line, std::string_view why) {
  std::fprintf(stderr, "CHECK failed: %.*s at %.*s:%d%s%.*s\n", static_cast<int>(expression.size()), expression.data(),
               static_cast<int>(file.size()), file.data(), line, why.empty() ? "" : ": ", static_cast<int>(why.size()),
               why.data());
  std::abort();
}

}  // namespace weft
