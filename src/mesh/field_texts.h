#pragma once

#include "mesh/facts.h"

namespace weft::mesh {

/// What a registered schema says, as search and rules use it: its whole field tree, flattened.
SubjectFactsPointer subject_facts(SchemaPointer schema);

}  // namespace weft::mesh
