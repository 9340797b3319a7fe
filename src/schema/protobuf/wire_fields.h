#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace google::protobuf {
class Descriptor;
class DescriptorPool;
class FieldDescriptor;
}  // namespace google::protobuf

namespace weft::schema::protobuf {

enum class WireType : std::uint8_t {
  kVarint = 0,
  kFixed64 = 1,
  kBytes = 2,
  kGroupStart = 3,
  kGroupEnd = 4,
  kFixed32 = 5
};
/// How the field's values are written when they are not packed.
WireType wire_type(const google::protobuf::FieldDescriptor& field);

/// One value of a known field as it stands in a message's bytes. Reading data this way, and not into libprotobuf's
/// dynamic messages, keeps memory in proportion to the bytes: two bytes may stand for an empty message, but a dynamic
/// message takes room for every field its type has.
struct WireField {
  const google::protobuf::FieldDescriptor* field = nullptr;
  std::uint64_t number = 0;  ///< Varint, fixed32 or fixed64 as its bits.
  ByteView bytes;            ///< Length-delimited content, or a group's between its tags.
  bool packed = false;       ///< `bytes` holds several numbers of a repeated field.
};

/// The known fields of a message in the order of the bytes. Fields that the type does not have, and values of another
/// wire type than their field's, are left out, as Protobuf has it. Extensions are found in `pool`. Errors: kCorrupt for
/// what is no message.
Result<std::vector<WireField>> scan_fields(const google::protobuf::Descriptor& type, ByteView message,
                                           const google::protobuf::DescriptorPool& pool);

/// The decimal digits of an integer, bool or enum of the field's type, from the bits on the wire.
std::string integer_text(const google::protobuf::FieldDescriptor& field, std::uint64_t bits);
/// The value of a float or double.
double real_value(const google::protobuf::FieldDescriptor& field, std::uint64_t bits);

/// The numbers of a packed field. Error: kCorrupt.
Result<std::vector<std::uint64_t>> unpack(const WireField& field);

}  // namespace weft::schema::protobuf
