#pragma once

#include "mesh/facts.h"
#include "mesh/product.h"

namespace weft::api {

/// The `Product` object of the API: what its owner says and what was measured.
void write_product(mesh::JsonWriter& json, const mesh::Product& product, const mesh::Facts& facts);

}  // namespace weft::api
