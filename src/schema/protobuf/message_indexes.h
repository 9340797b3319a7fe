#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "schema/protobuf/schema.h"

namespace weft::schema::protobuf {

/// Which message of a file a value is: its place among the file's messages, then among the nested messages of that one,
/// and so on. Confluent's serializers write it between schema id and message. Only what the schema's text writes as a
/// message counts: entries that `map<>` stands for and groups do not.
using MessageIndexes = std::vector<std::int32_t>;

/// Appends the indexes: their count and themselves as zig-zag varints; [0] as the single byte 0.
void append_message_indexes(Buffer& out, std::span<const std::int32_t> indexes);

struct IndexedMessage {
  MessageIndexes indexes;
  ByteView message;
};
/// Takes the indexes off a payload. Plain varints, as some old clients wrote them, are read where the zig-zag ones make
/// no sense. Error: kCorrupt.
Result<IndexedMessage> parse_message_indexes(ByteView payload);

/// The message there, "acme.Outer.Inner". A file that only imports one other publicly stands for that one.
/// Error: kNotFound.
Result<std::string> message_name(const Schema& schema, std::span<const std::int32_t> indexes);
/// The place of a message, named in full. Error: kNotFound, naming those that exist.
Result<MessageIndexes> message_indexes(const Schema& schema, std::string_view full_name);

/// The linked message. Errors: kNotFound; as Schema::descriptor.
Result<const google::protobuf::Descriptor*> message_at(const Schema& schema, std::span<const std::int32_t> indexes);
Result<const google::protobuf::Descriptor*> message_called(const Schema& schema, std::string_view full_name);

}  // namespace weft::schema::protobuf
