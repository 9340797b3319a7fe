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

/// Lets the allocator keep up to 16 MiB that was freed, instead of giving every buffer of a fetch or produce back to the
/// kernel and taking it anew page by page: that was half of what a fetch cost. Call in main before any thread is made.
void keep_freed_memory();

}  // namespace weft::env
