#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "record/batch.h"

namespace weft::record {

/// A whole batch with its records under `codec` instead, all else as it was and the CRC redone. The records were looked
/// into on the way: kCorrupt (CRC, compressed data), kTooLarge (decompressed), kInvalidArgument (a record's structure,
/// or one without a key where `require_key`).
Result<Buffer> recompressed(ByteView batch, Codec codec, bool require_key);

}  // namespace weft::record
