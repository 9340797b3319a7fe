#pragma once

#include <functional>

#include "base/result.h"
#include "server/settings.h"

namespace weft::server {

class Node;

/// Runs a node until SIGINT or SIGTERM; `started` is called once it serves and before anybody is told so. Returns the
/// exit code.
int run_node(const Settings& settings, const std::function<Result<void>(Node&)>& started);

}  // namespace weft::server
