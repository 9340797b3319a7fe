#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace weft {

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4), as record batch v2 and the journal use it. Hardware where the CPU has it.
std::uint32_t crc32c(ByteView bytes);
/// Goes on from `crc`, the result for the bytes before.
std::uint32_t crc32c_extend(std::uint32_t crc, ByteView bytes);

}  // namespace weft
