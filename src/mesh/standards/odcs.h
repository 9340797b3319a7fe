#pragma once

#include <string>

#include "mesh/standards/exported.h"

namespace weft::mesh {

/// The product as a data contract of the Open Data Contract Standard 3.1.0, as JSON. What the standard has no word for
/// (quality, tier, audience, attributes, deprecation) is in `customProperties`.
std::string odcs_contract(const ExportedProduct& exported, const identity::Directory& directory,
                          const ExportPlaces& places);

}  // namespace weft::mesh
