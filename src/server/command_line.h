#pragma once

namespace weft::server {

/// The program: parses the command line, runs one command, returns its exit code (doc/command-line.md).
int run_command_line(int argc, char** argv);

}  // namespace weft::server
