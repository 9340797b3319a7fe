#pragma once

#include "identity/directory.h"
#include "mesh/catalogue.h"

namespace weft::api {

/// The `Team` and `Domain` objects of the API, with how many products there are.
void write_team(mesh::JsonWriter& json, const identity::Team& team, const identity::Directory& directory, const mesh::Catalogue& catalogue);
void write_domain(mesh::JsonWriter& json, const identity::Domain& domain, const identity::Directory& directory,
                  const mesh::Catalogue& catalogue);
/// Whether the directory no longer knows the team that owns it.
bool is_orphan(const mesh::Product& product, const identity::Directory& directory);
void write_person(mesh::JsonWriter& json, const identity::Person& person, const identity::Directory& directory);

}  // namespace weft::api
