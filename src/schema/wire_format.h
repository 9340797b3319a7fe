#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "base/strong.h"

namespace weft::schema {

/// The number a registry gave a schema, unique in the registry. Positive.
using SchemaId = Strong<struct SchemaIdTag, std::int32_t>;

/// What Confluent's serializers put before a value: magic byte 0 and the schema id in 4 bytes, big-endian.
inline constexpr std::size_t kFrameBytes = 5;

struct Frame {
  SchemaId id;
  ByteView payload;  ///< Of Protobuf: begins with the message indexes.
};

/// Appends the five bytes; the payload follows.
void append_frame(Buffer& out, SchemaId id);
/// Errors: kCorrupt when the bytes are no frame: too short, or another magic byte.
Result<Frame> parse_frame(ByteView bytes);

}  // namespace weft::schema
