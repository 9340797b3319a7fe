#pragma once

#include <span>
#include <string>

#include "mesh/standards/exported.h"

namespace weft::mesh {

/// The streams of one product as AsyncAPI 3.0.0, as JSON: a server per cluster, a channel per topic with Kafka's
/// bindings, a message per channel with its schema as it is registered. Ports that are no streams are not AsyncAPI's.
std::string asyncapi_of_product(const ExportedProduct& exported, const identity::Directory& directory,
                                const ExportPlaces& places);

/// The same for all products of a domain in one document.
std::string asyncapi_of_domain(std::string_view domain, std::span<const ExportedProduct> exported,
                               const identity::Directory& directory, const ExportPlaces& places);

}  // namespace weft::mesh
