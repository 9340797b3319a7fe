#pragma once

#include <span>
#include <string_view>

#include "schema/json_tree.h"

namespace weft::identity {
class Directory;
}

namespace weft::mesh {

struct PortEvidence;
struct ProductDraft;
struct ProductId;

/// A product as rules read it: what its owner says, with the API's names and defaults filled in, and beside that
///   domain, name, lifecycle
///   streams[]   its topics that exist, as weft sees them: port ("ports[0]"), topic, subject, internal, has_events,
///               schema {format, version, fields, fields_without_doc}, history {kind, kept (ms or "forever")},
///               unknown {member: why it could not be looked at}
///   owner_team  {exists, contact}
/// `evidence` is of the draft's ports, one by one.
schema::JsonNode product_document(const ProductId& id, const ProductDraft& draft, std::string_view lifecycle,
                                  std::span<const PortEvidence> evidence, const identity::Directory& directory);

}  // namespace weft::mesh
