#include "schema/wire_format.h"

#include "base/varint.h"

namespace weft::schema {

void append_frame(Buffer& out, SchemaId id) {
  out.push_back(std::byte{0});
  append_be<std::int32_t>(out, id.get());
}

Result<Frame> parse_frame(ByteView bytes) {
  if (bytes.size() < kFrameBytes) {
    return error(ErrorCode::kCorrupt,
                 "{} bytes are too few for a schema id: a framed value begins with 0 and 4 bytes of id", bytes.size());
  }
  if (bytes[0] != std::byte{0}) {
    return error(ErrorCode::kCorrupt, "the first byte is {}, not 0: this value does not name its schema",
                 std::to_integer<int>(bytes[0]));
  }
  return Frame{SchemaId(load_be<std::int32_t>(bytes.data() + 1)), bytes.subspan(kFrameBytes)};
}

}  // namespace weft::schema
