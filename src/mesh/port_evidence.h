#pragma once

#include <string>

#include "base/function.h"
#include "env/executor.h"
#include "mesh/product_rules.h"

namespace weft::stream {
class Cluster;
}

namespace weft::mesh {

class Schemas;

/// Asks cluster and registry, at the same time, what the rules need to know about a topic and a subject. Always
/// answers: what could not be found out within five seconds is in the `…_unknown` members. On the loop of mesh.
void gather_evidence(env::EventLoop& loop, stream::Cluster& cluster, Schemas& schemas, std::string topic,
                     std::string subject, Callback<PortEvidence> done);

}  // namespace weft::mesh
