#include <cstddef>
#include <cstdint>

#include "base/crc32c.h"
#include "log/checkpoint.h"
#include "log/control.h"
#include "log/journal_format.h"

// What recovery reads: whatever the bytes, decoding ends with an answer within them. The checksum is set right first,
// or nothing would ever get past it; what is accepted comes out of the encoder again as it went in.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft;
  using namespace weft::log;
  Buffer bytes(reinterpret_cast<const std::byte*>(data), reinterpret_cast<const std::byte*>(data) + size);

  EntryHeader header;
  std::vector<TableSlice> slices;
  const std::uint32_t header_bytes = peek_header_bytes(bytes);
  if (header_bytes != 0 && header_bytes <= bytes.size()) {
    const std::uint32_t fixed = crc32c(ByteView(bytes).first(100));
    store_be(bytes.data() + 100, crc32c_extend(fixed, ByteView(bytes).subspan(104, header_bytes - 104)));
  }
  if (decode_entry_head(bytes, nullptr, header, slices) == HeadFault::kNone) {
    CHECK(header.slice_count == slices.size());
    std::size_t at = header.header_bytes;
    for (const TableSlice& slice : slices) {
      if (at + slice.length > bytes.size()) break;
      (void)slice_holds(ByteView(bytes).subspan(at, slice.length), slice);
      at += slice.length;
    }
    Buffer again(header.header_bytes);
    EntryHeader copy = header;
    encode_entry_head(again, copy, slices);
    EntryHeader second;
    std::vector<TableSlice> second_slices;
    CHECK(decode_entry_head(again, nullptr, second, second_slices) == HeadFault::kNone && second_slices == slices);
  }
  if (const auto records = decode_control(bytes); records.ok()) CHECK(encode_control(*records) == bytes);
  if (bytes.size() > 16) store_be(bytes.data() + bytes.size() - 4, crc32c(ByteView(bytes).first(bytes.size() - 4)));
  (void)decode_checkpoint(bytes);
  return 0;
}
