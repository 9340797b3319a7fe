#pragma once

#include <string>

namespace weft::schema {
class JsonNode;
}

namespace weft::mesh {

/// A JSON tree as YAML 1.2 that people like to read: blocks, texts of several lines as they are, every text that a
/// reader of YAML could take for something else in quotes. Reading it gives the same tree.
std::string yaml_text(const schema::JsonNode& node);

}  // namespace weft::mesh
