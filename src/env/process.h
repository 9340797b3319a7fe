#pragma once

#include <cstdint>
#include <string>

namespace weft::env {

/// Makes SIGINT and SIGTERM wait for wait_for_stop, and SIGPIPE harmless. Call in main before any thread is made.
void prepare_signals();
/// Blocks until SIGINT or SIGTERM; its name, for the log.
std::string wait_for_stop();

/// How many files and sockets this process may have open. Raised to the hard limit at the first call.
std::uint64_t open_files_max();

}  // namespace weft::env
