#pragma once

#include <string>

#include "schema/protobuf/schema.h"

namespace weft::schema::protobuf {

/// A file as text: comments lost, statements grouped by kind and otherwise in their order. What a registry stores and
/// compares; it reads back as the same file.
std::string canonical_text(const Schema& schema);
std::string print_file(const ProtoFile& file);

/// The canonical text with everything sorted that has no order of its own, type names in full and options in one form:
/// what `normalize=true` stores. Numbers keep all their digits (Confluent's registry rounds them to three places).
/// Error: kInvalidArgument for a type that nothing declares.
Result<std::string> normalized_text(const Schema& schema);

/// The linked file as a Base64 FileDescriptorProto, called "default": what `format=serialized` answers.
/// Error: as Schema::descriptor.
Result<std::string> serialized_text(const Schema& schema);

/// The canonical text without `extend` blocks, extension ranges and custom options other than Confluent's own: what
/// `format=ignore_extensions` answers.
std::string text_without_extensions(const Schema& schema);

}  // namespace weft::schema::protobuf
