#include "server/command_line.h"

int main(int argc, char** argv) { return weft::server::run_command_line(argc, argv); }
