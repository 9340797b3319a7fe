#include <cstdlib>

#include "base/log.h"

// Hundreds of crashes log thousands of expected errors; what went wrong is in the test's own message. One seed by
// itself tells everything.
namespace {
[[maybe_unused]] const bool kQuiet = std::getenv("WEFT_SIM_SEED") != nullptr || weft::set_log_levels("off").ok();
}  // namespace
