#pragma once

#include <cstddef>

namespace weft::kafka {

/// The largest frame that is read at all (Kafka's socket.request.max.bytes): one Produce request, mostly.
inline constexpr std::size_t kFrameBytesMax = 100u << 20;
/// Heap that the arrays of one decoded message may take. An empty string is one byte on the wire and 32 in memory, so
/// the frame's size alone bounds too little. Room for half a million partitions.
inline constexpr std::size_t kDecodedBytesMax = 64u << 20;
/// Frames up to this share the buffer that the connection reads into; larger ones get one of their own.
inline constexpr std::size_t kReadBytes = 64u << 10;
/// What a connection that says little reads into: thousands of them are to cost little.
inline constexpr std::size_t kReadBytesMin = 4u << 10;

static_assert(kReadBytesMin < kReadBytes && kReadBytes < kFrameBytesMax);

}  // namespace weft::kafka
