#pragma once

#include <string>

#include "schema/avro/schema.h"

namespace weft::schema::avro {

/// Avro's own JSON print: member order fixed, unknown members kept, no white space, each named type in full where it
/// stands first and by name afterwards; types of referenced schemas always by name. What a registry stores and
/// compares.
std::string canonical_text(const Schema& schema);
/// The canonical text with everything sorted that has no order of its own: aliases, unknown members at all depths;
/// numbers of defaults in the form of their type; a decimal scale of 0 left out. What `normalize=true` stores.
std::string normalized_text(const Schema& schema);
/// The canonical text with the types of referenced schemas in full where they stand first. Error: kTooLarge when they lie
/// too deep inside each other.
Result<std::string> resolved_text(const Schema& schema);
/// The specification's Parsing Canonical Form: what reading data depends on, for fingerprints. Referenced types in
/// full. Error: kTooLarge when referenced types lie too deep inside each other.
Result<std::string> parsing_canonical_form(const Schema& schema);

/// Whether two definitions say the same, member for member; the named types inside are compared by name.
bool same_definition(const Type& a, const Type& b);

/// A type in a few words for people: "long", "array of string", "null or Address", "timestamp-millis (long)".
std::string type_text(const Type& type);

}  // namespace weft::schema::avro
