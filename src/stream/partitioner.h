#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "record/ids.h"

namespace weft::stream {

/// Kafka's own murmur2 (org.apache.kafka.common.utils.Utils): what Java producers place keys by.
std::uint32_t murmur2(ByteView bytes);

/// Where the Java client's default partitioner puts a keyed record, so that weft's own writers and Java's agree.
PartitionIndex partition_of(ByteView key, std::int32_t partition_count);

}  // namespace weft::stream
