#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mesh/facts.h"
#include "mesh/product.h"
#include "mesh/schemas.h"

namespace weft::identity {
class Directory;
}

namespace weft::mesh {

/// What an export of a product is made from, at one moment.
struct ExportedProduct {
  struct Stream {
    const Port* port = nullptr;  ///< Of `product`.
    SchemaPointer schema;        ///< None: there is none, or it could not be asked for.
    TopicFactsPointer facts;     ///< None: the topic is unknown.
  };
  ProductPointer product;
  std::vector<Stream> streams;
};

/// Where the things that an export names are reached.
struct ExportPlaces {
  std::string kafka;                    ///< Bootstrap servers of the home cluster: "127.0.0.1:9092".
  std::optional<std::string> registry;  ///< "http://127.0.0.1:8081"
  std::string http;                     ///< Of the page: "http://127.0.0.1:8080"
};

}  // namespace weft::mesh
