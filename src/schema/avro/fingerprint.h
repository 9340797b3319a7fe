#pragma once

#include <cstdint>
#include <string_view>

#include "schema/avro/schema.h"

namespace weft::schema::avro {

/// CRC-64-AVRO (Rabin) of a text, as the Avro specification defines it.
std::uint64_t crc64_avro(std::string_view text);
/// The fingerprint of a schema: of its Parsing Canonical Form. Error: as of parsing_canonical_form.
Result<std::uint64_t> fingerprint(const Schema& schema);

}  // namespace weft::schema::avro
