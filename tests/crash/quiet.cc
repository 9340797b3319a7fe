#include "base/log.h"

// Hundreds of crashes log thousands of expected errors; what went wrong is in the test's own message.
namespace {
[[maybe_unused]] const bool kQuiet = weft::set_log_levels("off").ok();
}  // namespace
