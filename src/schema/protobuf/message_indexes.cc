#include "schema/protobuf/message_indexes.h"

#include <google/protobuf/descriptor.h>

#include <optional>

#include "base/varint.h"
#include "schema/protobuf/nesting.h"

namespace weft::schema::protobuf {
namespace {

/// The file whose messages are meant.
const ProtoFile& effective_file(const Schema& schema) {
  const ProtoFile& file = schema.file();
  const bool forwards = file.messages.empty() && file.enums.empty() && file.imports.empty() && file.extends.empty() &&
                        file.services.empty() && file.public_imports.size() == 1;
  const ProtoFile* other = forwards ? schema.imported(file.public_imports.front()) : nullptr;
  return other == nullptr ? file : *other;
}

/// Nothing when these are no indexes in this encoding.
std::optional<IndexedMessage> parse_as(ByteView payload, bool zigzagged) {
  ByteReader in(payload);
  const auto number = [&]() -> std::int64_t {
    const auto raw = in.uvarint("message indexes");
    if (!raw.ok()) return -1;
    return zigzagged ? unzigzag(*raw) : static_cast<std::int64_t>(*raw);
  };
  const std::int64_t count = number();
  if (count < 0 || count > kNestingMax) return std::nullopt;
  IndexedMessage parsed;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t index = number();
    if (index < 0 || index > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
    parsed.indexes.push_back(static_cast<std::int32_t>(index));
  }
  if (count == 0) parsed.indexes = {0};
  parsed.message = in.rest();
  return parsed;
}

bool find_message(const std::vector<Message>& messages, std::string_view scope, std::string_view wanted,
                  MessageIndexes& path) {
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const std::string name = join_name(scope, messages[i].name);
    path.push_back(static_cast<std::int32_t>(i));
    if (name == wanted) return true;
    if (wanted.starts_with(name + ".") && find_message(messages[i].messages, name, wanted, path)) return true;
    path.pop_back();
  }
  return false;
}

}  // namespace

void append_message_indexes(Buffer& out, std::span<const std::int32_t> indexes) {
  if (indexes.size() == 1 && indexes[0] == 0) {
    append_varint(out, 0);
    return;
  }
  append_varint(out, static_cast<std::int64_t>(indexes.size()));
  for (const std::int32_t index : indexes) append_varint(out, index);
}

Result<IndexedMessage> parse_message_indexes(ByteView payload) {
  for (const bool zigzagged : {true, false}) {
    if (auto parsed = parse_as(payload, zigzagged)) return std::move(*parsed);
  }
  return error(ErrorCode::kCorrupt, "value does not begin with the message indexes of Confluent's Protobuf format");
}

Result<std::string> message_name(const Schema& schema, std::span<const std::int32_t> indexes) {
  const ProtoFile& file = effective_file(schema);
  const std::vector<Message>* messages = &file.messages;
  std::string name = file.package;
  for (const std::int32_t index : indexes) {
    if (index < 0 || static_cast<std::size_t>(index) >= messages->size()) {
      return error(ErrorCode::kNotFound, "the Protobuf schema has no message at [{}]: {} has {} messages",
                   fmt::join(indexes, ","), name.empty() ? "the file" : name, messages->size());
    }
    const Message& message = (*messages)[static_cast<std::size_t>(index)];
    name = join_name(name, message.name);
    messages = &message.messages;
  }
  return name;
}

Result<MessageIndexes> message_indexes(const Schema& schema, std::string_view full_name) {
  const ProtoFile& file = effective_file(schema);
  MessageIndexes path;
  if (find_message(file.messages, file.package, full_name, path)) return path;
  std::string names;
  for (std::size_t i = 0; i < file.messages.size() && i < 10; ++i) {
    names += (i > 0 ? ", " : "") + join_name(file.package, file.messages[i].name);
  }
  return error(ErrorCode::kNotFound, "the Protobuf schema has no message \"{}\"; it has: {}", full_name, names);
}

Result<const google::protobuf::Descriptor*> message_at(const Schema& schema, std::span<const std::int32_t> indexes) {
  TRY_ASSIGN(const std::string name, message_name(schema, indexes));
  return message_called(schema, name);
}

Result<const google::protobuf::Descriptor*> message_called(const Schema& schema, std::string_view full_name) {
  TRY(schema.descriptor());
  const auto* found = schema.pool().FindMessageTypeByName(std::string(full_name));
  if (found != nullptr) return found;
  return error(ErrorCode::kNotFound, "the Protobuf schema has no message \"{}\"", full_name);
}

}  // namespace weft::schema::protobuf
