#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "record/batch.h"

namespace weft::record {

/// As Kafka's clients write them: gzip members, snappy in xerial's framing, lz4 frames, zstd frames.
Result<Buffer> compress(Codec codec, ByteView bytes);
/// Also takes bare snappy (librdkafka). At most `bytes_max` come out, else kTooLarge; memory follows what really comes
/// out, not what a header claims. kCorrupt, kUnsupported (codec).
Result<Buffer> decompress(Codec codec, ByteView bytes, std::size_t bytes_max);

}  // namespace weft::record
