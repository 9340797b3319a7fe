#pragma once

#include <vector>

#include "mesh/finding.h"

namespace weft::identity {
class Directory;
}

namespace weft::mesh {

class RuleBook;

/// Teams and domains that a book names and the directory does not know: an owner blocks, a domain warns (it may come).
void check_names(const RuleBook& book, const identity::Directory& directory, std::vector<Finding>& findings);

}  // namespace weft::mesh
