#include "record/recompression.h"

#include "base/crc32c.h"
#include "base/varint.h"
#include "record/compression.h"
#include "record/records.h"

namespace weft::record {
namespace {

constexpr std::size_t kCrcAt = 17;

}  // namespace

Result<Buffer> recompressed(ByteView batch, Codec codec, bool require_key) {
  TRY_ASSIGN(BatchHeader header, parse_header(batch));
  if (!crc_holds(batch)) return error(ErrorCode::kCorrupt, "record batch fails its CRC-32C: damaged on the way");
  ByteView records = batch.subspan(kBatchHeaderBytes, header.bytes() - kBatchHeaderBytes);
  Buffer plain;
  if (header.codec() != Codec::kNone) {
    TRY_ASSIGN(plain, decompress(header.codec(), records, kDecompressedBytesMax));
    records = plain;
  }
  TRY(check_records(header, records, require_key));

  Buffer out(kBatchHeaderBytes);
  if (codec == Codec::kNone) {
    append_bytes(out, records);
  } else {
    TRY_ASSIGN(const Buffer packed, compress(codec, records));
    append_bytes(out, packed);
  }
  header.attributes = static_cast<std::int16_t>((header.attributes & ~kCodecMask) | static_cast<int>(codec));
  header.batch_length = static_cast<std::int32_t>(out.size() - kBatchLengthOverhead);
  store_header(out.data(), header);
  store_be(out.data() + kCrcAt, crc32c(ByteView(out).subspan(kBatchPrefixBytes)));
  return out;
}

}  // namespace weft::record
