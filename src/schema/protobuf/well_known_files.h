#pragma once

#include <string_view>

#include "schema/protobuf/type_index.h"

namespace google::protobuf {
class DescriptorPool;
}

namespace weft::schema::protobuf {

/// Whether a file can be imported without being given: google/protobuf/*, google/type/*, confluent/meta.proto,
/// confluent/type/*. Such names always mean the files known here, whatever text a reference gives.
bool is_well_known_file(std::string_view name);

/// What these files declare: as written, and linked. Built at the first call; lives as long as the process.
const TypeIndex& well_known_types();
const google::protobuf::DescriptorPool& well_known_pool();

}  // namespace weft::schema::protobuf
