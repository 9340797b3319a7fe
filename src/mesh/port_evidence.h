#pragma once

#include <vector>

#include "base/function.h"
#include "env/executor.h"
#include "mesh/product_rules.h"

namespace weft::stream {
class Cluster;
}

namespace weft::mesh {

class Schemas;

/// Asks cluster and registry, at the same time, what the rules need to know about the topic and subject of every port
/// that is a stream. Always answers, with one for each port: what could not be found out within five seconds is in the
/// `…_unknown` members. On the loop of mesh.
void gather_evidence(env::EventLoop& loop, stream::Cluster& cluster, Schemas& schemas,
                     const std::vector<PortDraft>& ports, Callback<std::vector<PortEvidence>> done);

}  // namespace weft::mesh
