#include "schema/protobuf/wire_fields.h"

#include <google/protobuf/descriptor.h>

#include <bit>

#include "base/varint.h"

namespace weft::schema::protobuf {
namespace {

using google::protobuf::FieldDescriptor;

Result<std::uint64_t> fixed(ByteReader& in, std::size_t size) {
  TRY_ASSIGN(const ByteView bytes, in.bytes(size, "a fixed-size number"));
  std::uint64_t value = 0;
  for (std::size_t i = size; i > 0; --i) value = value << 8 | std::to_integer<std::uint64_t>(bytes[i - 1]);
  return value;
}

Error no_message(std::string_view why) { return error(ErrorCode::kCorrupt, "not a Protobuf message: {}", why); }

/// Skips the value that follows a tag that is no group's.
Result<void> skip_value(ByteReader& in, WireType type) {
  switch (type) {
    case WireType::kVarint:
      return in.uvarint("a varint").ok() ? Result<void>() : no_message("a varint is cut or too long");
    case WireType::kFixed64:
      TRY(in.bytes(8, "a fixed-size number"));
      return {};
    case WireType::kFixed32:
      TRY(in.bytes(4, "a fixed-size number"));
      return {};
    case WireType::kBytes: {
      TRY_ASSIGN(const std::uint64_t size, in.uvarint("a length"));
      TRY(in.bytes(size, "a length-delimited value"));
      return {};
    }
    default:
      return no_message("a tag has a wire type that does not exist");
  }
}

struct Tag {
  std::uint64_t number;
  WireType wire_type;
};
Result<Tag> read_tag(ByteReader& in) {
  TRY_ASSIGN(const std::uint64_t tag, in.uvarint("a tag"));
  if (tag > 0xffffffff || tag >> 3 == 0) return no_message("a tag has a field number that does not exist");
  return Tag{tag >> 3, static_cast<WireType>(tag & 7)};
}

/// Content of the group whose start tag was just read, up to its end tag, which is read too.
Result<ByteView> group_content(ByteReader& in, std::uint64_t number) {
  const ByteView rest = in.rest();
  std::vector<std::uint64_t> open{number};
  while (true) {
    const std::size_t size = rest.size() - in.remaining();
    TRY_ASSIGN(const Tag tag, read_tag(in));
    if (tag.wire_type == WireType::kGroupStart) {
      open.push_back(tag.number);
    } else if (tag.wire_type == WireType::kGroupEnd) {
      if (open.back() != tag.number) return no_message("a group ends that did not begin");
      open.pop_back();
      if (open.empty()) return rest.first(size);
    } else {
      TRY(skip_value(in, tag.wire_type));
    }
  }
}

}  // namespace

WireType wire_type(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64:
      return WireType::kFixed64;
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32:
      return WireType::kFixed32;
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES:
    case FieldDescriptor::TYPE_MESSAGE:
      return WireType::kBytes;
    case FieldDescriptor::TYPE_GROUP:
      return WireType::kGroupStart;
    default:
      return WireType::kVarint;
  }
}

Result<std::vector<WireField>> scan_fields(const google::protobuf::Descriptor& type, ByteView message,
                                           const google::protobuf::DescriptorPool& pool) {
  std::vector<WireField> found;
  ByteReader in(message);
  while (in.remaining() > 0) {
    TRY_ASSIGN(const Tag tag, read_tag(in));
    const int number = static_cast<int>(tag.number);
    const FieldDescriptor* field = type.FindFieldByNumber(number);
    if (field == nullptr && type.IsExtensionNumber(number)) field = pool.FindExtensionByNumber(&type, number);
    WireField value{field, 0, {}, false};
    switch (tag.wire_type) {
      case WireType::kVarint: {
        TRY_ASSIGN(value.number, in.uvarint("a varint"));
        break;
      }
      case WireType::kFixed64: {
        TRY_ASSIGN(value.number, fixed(in, 8));
        break;
      }
      case WireType::kFixed32: {
        TRY_ASSIGN(value.number, fixed(in, 4));
        break;
      }
      case WireType::kBytes: {
        TRY_ASSIGN(const std::uint64_t size, in.uvarint("a length"));
        TRY_ASSIGN(value.bytes, in.bytes(size, field == nullptr ? "an unknown field" : field->name()));
        break;
      }
      case WireType::kGroupStart: {
        TRY_ASSIGN(value.bytes, group_content(in, tag.number));
        break;
      }
      default:
        return no_message("a tag has a wire type that does not exist");
    }
    if (field == nullptr) continue;
    value.packed = tag.wire_type == WireType::kBytes && field->is_packable();
    if (value.packed || tag.wire_type == wire_type(*field)) found.push_back(value);
  }
  return found;
}

std::string integer_text(const FieldDescriptor& field, std::uint64_t bits) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_BOOL:
      return bits == 0 ? "0" : "1";
    case FieldDescriptor::TYPE_UINT64:
    case FieldDescriptor::TYPE_FIXED64:
      return std::to_string(bits);
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_FIXED32:
      return std::to_string(static_cast<std::uint32_t>(bits));
    case FieldDescriptor::TYPE_SINT32:
      return std::to_string(static_cast<std::int32_t>(unzigzag(bits & 0xffffffff)));
    case FieldDescriptor::TYPE_SINT64:
      return std::to_string(unzigzag(bits));
    case FieldDescriptor::TYPE_INT64:
    case FieldDescriptor::TYPE_SFIXED64:
      return std::to_string(static_cast<std::int64_t>(bits));
    default:
      return std::to_string(static_cast<std::int32_t>(bits));
  }
}

double real_value(const FieldDescriptor& field, std::uint64_t bits) {
  if (field.type() == FieldDescriptor::TYPE_DOUBLE) return std::bit_cast<double>(bits);
  return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
}

Result<std::vector<std::uint64_t>> unpack(const WireField& field) {
  std::vector<std::uint64_t> numbers;
  const WireType type = wire_type(*field.field);
  ByteReader in(field.bytes);
  while (in.remaining() > 0) {
    if (type == WireType::kVarint) {
      TRY_ASSIGN(const std::uint64_t number, in.uvarint("a packed number"));
      numbers.push_back(number);
    } else {
      TRY_ASSIGN(const std::uint64_t number, fixed(in, type == WireType::kFixed64 ? 8 : 4));
      numbers.push_back(number);
    }
  }
  return numbers;
}

}  // namespace weft::schema::protobuf
