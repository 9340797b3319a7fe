#pragma once

#include <functional>

#include "base/result.h"
#include "env/env.h"
#include "server/settings.h"

namespace weft::server {

class Node;

/// Runs a node until SIGINT or SIGTERM. `started` is called once it serves and before anybody is told so, `stopping`
/// before it stops. Returns the exit code.
int run_node(const Settings& settings, const std::function<Result<void>(Node&, env::Env&)>& started,
             const std::function<void(Node&)>& stopping);

}  // namespace weft::server
