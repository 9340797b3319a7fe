#include "record/compression.h"

#include <lz4frame.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/varint.h"

namespace weft::record {
namespace {

Error damaged(Codec codec, std::string_view why) {
  return error(ErrorCode::kCorrupt, "{} data cannot be decompressed: {}", codec_name(codec), why);
}

Error too_large(Codec codec, std::size_t bytes_max) {
  return error(ErrorCode::kTooLarge, "{} data decompresses to more than {} bytes", codec_name(codec), bytes_max);
}

/// Output that grows as bytes really come. One byte of room beyond the bound tells "full" from "too much".
class Growing {
 public:
  Growing(Codec codec, std::size_t expected, std::size_t bytes_max) : codec_(codec), bytes_max_(bytes_max) {
    bytes_.resize(std::min(std::max<std::size_t>(expected, 256), bytes_max) + 1);
  }
  std::byte* at() { return bytes_.data() + used_; }
  std::size_t room() const { return bytes_.size() - used_; }
  void use(std::size_t count) { used_ += count; }
  /// Makes room for more; kTooLarge past the bound.
  Result<void> grow() {
    if (used_ > bytes_max_) return too_large(codec_, bytes_max_);
    if (room() == 0) bytes_.resize(std::min(bytes_.size() * 2, bytes_max_ + 1));
    return {};
  }
  Result<Buffer> take() {
    if (used_ > bytes_max_) return too_large(codec_, bytes_max_);
    bytes_.resize(used_);
    return std::move(bytes_);
  }

 private:
  Buffer bytes_;
  std::size_t used_ = 0;
  Codec codec_;
  std::size_t bytes_max_;
};

// --- gzip (RFC 1952) ---

constexpr int kGzipWindowBits = 15 + 16;

Result<Buffer> gzip_compress(ByteView bytes) {
  z_stream stream{};
  CHECK(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindowBits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  Buffer out(deflateBound(&stream, bytes.size()));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  CHECK(result == Z_STREAM_END, "deflateBound gave too little room");
  return out;
}

Result<Buffer> gzip_decompress(ByteView bytes, std::size_t bytes_max) {
  z_stream stream{};
  CHECK(inflateInit2(&stream, kGzipWindowBits) == Z_OK);
  const std::unique_ptr<z_stream, int (*)(z_stream*)> cleanup(&stream, inflateEnd);
  Growing out(Codec::kGzip, bytes.size() * 4, bytes_max);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  for (;;) {
    TRY(out.grow());
    const std::size_t room = out.room();
    stream.next_out = reinterpret_cast<Bytef*>(out.at());
    stream.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream, Z_NO_FLUSH);
    out.use(room - stream.avail_out);
    if (result == Z_STREAM_END) {
      if (stream.avail_in == 0) return out.take();
      if (inflateReset(&stream) != Z_OK) return damaged(Codec::kGzip, "bytes follow its end");  // another member
      continue;
    }
    if (result != Z_OK && result != Z_BUF_ERROR)
      return damaged(Codec::kGzip, stream.msg != nullptr ? stream.msg : "not gzip");
    if (stream.avail_in == 0 && stream.avail_out != 0) return damaged(Codec::kGzip, "it ends early");
  }
}

// --- snappy, bare or in the framing of xerial's snappy-java: magic, version, compatible version, then blocks with a
// --- 32-bit length each ---

constexpr std::array<unsigned char, 8> kXerialMagic = {0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
constexpr std::size_t kXerialHeaderBytes = 16;
constexpr std::size_t kXerialBlockBytes = 32 * 1024;

void append_snappy_block(Buffer& out, ByteView block) {
  const std::size_t at = out.size();
  out.resize(at + 4 + snappy::MaxCompressedLength(block.size()));
  std::size_t size = 0;
  snappy::RawCompress(reinterpret_cast<const char*>(block.data()), block.size(),
                      reinterpret_cast<char*>(out.data() + at + 4), &size);
  store_be(out.data() + at, static_cast<std::int32_t>(size));
  out.resize(at + 4 + size);
}

Result<Buffer> snappy_compress(ByteView bytes) {
  Buffer out;
  append_bytes(out, std::as_bytes(std::span(kXerialMagic)));
  append_be(out, std::int32_t{1});
  append_be(out, std::int32_t{1});
  while (!bytes.empty()) {
    const std::size_t size = std::min(kXerialBlockBytes, bytes.size());
    append_snappy_block(out, bytes.first(size));
    bytes = bytes.subspan(size);
  }
  return out;
}

Result<void> append_unsnappied(Buffer& out, ByteView block, std::size_t bytes_max) {
  // The densest element copies 64 bytes with 3: a claim far beyond that is refused before memory is taken for it.
  constexpr std::size_t kRatioMax = 22;
  const char* from = reinterpret_cast<const char*>(block.data());
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(from, block.size(), &size))
    return damaged(Codec::kSnappy, "its length is missing");
  if (size > block.size() * kRatioMax + 64) return damaged(Codec::kSnappy, "it claims more than its bytes can hold");
  if (size > bytes_max - out.size()) return too_large(Codec::kSnappy, bytes_max);
  const std::size_t at = out.size();
  out.resize(at + size);
  if (!snappy::RawUncompress(from, block.size(), reinterpret_cast<char*>(out.data() + at)))
    return damaged(Codec::kSnappy, "a block is malformed");
  return {};
}

Result<Buffer> snappy_decompress(ByteView bytes, std::size_t bytes_max) {
  Buffer out;
  const bool xerial =
      bytes.size() >= kXerialHeaderBytes && std::memcmp(bytes.data(), kXerialMagic.data(), kXerialMagic.size()) == 0;
  if (!xerial) {
    TRY(append_unsnappied(out, bytes, bytes_max));
    return out;
  }
  bytes = bytes.subspan(kXerialHeaderBytes);
  while (!bytes.empty()) {
    if (bytes.size() < 4) return damaged(Codec::kSnappy, "it ends inside a block's length");
    const auto size = load_be<std::uint32_t>(bytes.data());
    bytes = bytes.subspan(4);
    if (size > bytes.size()) return damaged(Codec::kSnappy, "it ends inside a block");
    TRY(append_unsnappied(out, bytes.first(size), bytes_max));
    bytes = bytes.subspan(size);
  }
  return out;
}

// --- lz4 frames ---

Result<Buffer> lz4_compress(ByteView bytes) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;  // what Kafka's Java reader insists on
  preferences.frameInfo.blockSizeID = LZ4F_max64KB;
  Buffer out(LZ4F_compressFrameBound(bytes.size(), &preferences));
  const std::size_t size = LZ4F_compressFrame(out.data(), out.size(), bytes.data(), bytes.size(), &preferences);
  CHECK(LZ4F_isError(size) == 0U, "LZ4F_compressFrameBound gave too little room");
  out.resize(size);
  return out;
}

Result<Buffer> lz4_decompress(ByteView bytes, std::size_t bytes_max) {
  LZ4F_dctx* raw = nullptr;
  CHECK(LZ4F_isError(LZ4F_createDecompressionContext(&raw, LZ4F_VERSION)) == 0U, "out of memory");
  const std::unique_ptr<LZ4F_dctx, LZ4F_errorCode_t (*)(LZ4F_dctx*)> context(raw, LZ4F_freeDecompressionContext);
  Growing out(Codec::kLz4, bytes.size() * 3, bytes_max);
  std::size_t hint = 1;
  while (!bytes.empty() || hint != 0) {
    TRY(out.grow());
    std::size_t produced = out.room();
    std::size_t consumed = bytes.size();
    hint = LZ4F_decompress(context.get(), out.at(), &produced, bytes.data(), &consumed, nullptr);
    if (LZ4F_isError(hint) != 0U) return damaged(Codec::kLz4, LZ4F_getErrorName(hint));
    out.use(produced);
    bytes = bytes.subspan(consumed);
    if (consumed == 0 && produced == 0 && out.room() > 0) {
      if (hint != 0) return damaged(Codec::kLz4, "it ends early");
      break;
    }
  }
  return out.take();
}

// --- zstd frames ---

Result<Buffer> zstd_compress(ByteView bytes) {
  constexpr int kLevel = 3;
  Buffer out(ZSTD_compressBound(bytes.size()));
  const std::size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), kLevel);
  CHECK(ZSTD_isError(size) == 0U, "ZSTD_compressBound gave too little room");
  out.resize(size);
  return out;
}

Result<Buffer> zstd_decompress(ByteView bytes, std::size_t bytes_max) {
  constexpr int kWindowLogMax = 27;  // 128 MiB, zstd's own default for streams
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  CHECK(context != nullptr, "out of memory");
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kWindowLogMax);
  Growing out(Codec::kZstd, bytes.size() * 4, bytes_max);
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::size_t hint = 1;
  while (in.pos < in.size || hint != 0) {
    TRY(out.grow());
    ZSTD_outBuffer piece{out.at(), out.room(), 0};
    const std::size_t before = in.pos;
    hint = ZSTD_decompressStream(context.get(), &piece, &in);
    if (ZSTD_isError(hint) != 0U) return damaged(Codec::kZstd, ZSTD_getErrorName(hint));
    out.use(piece.pos);
    if (piece.pos == 0 && in.pos == before) return damaged(Codec::kZstd, "it ends early");
  }
  return out.take();
}

}  // namespace

Result<Buffer> compress(Codec codec, ByteView bytes) {
  switch (codec) {
    case Codec::kNone:
      return to_buffer(bytes);
    case Codec::kGzip:
      return gzip_compress(bytes);
    case Codec::kSnappy:
      return snappy_compress(bytes);
    case Codec::kLz4:
      return lz4_compress(bytes);
    case Codec::kZstd:
      return zstd_compress(bytes);
  }
  return error(ErrorCode::kUnsupported, "compression codec {} is not known", static_cast<int>(codec));
}

Result<Buffer> decompress(Codec codec, ByteView bytes, std::size_t bytes_max) {
  switch (codec) {
    case Codec::kNone:
      if (bytes.size() > bytes_max) return too_large(codec, bytes_max);
      return to_buffer(bytes);
    case Codec::kGzip:
      return gzip_decompress(bytes, bytes_max);
    case Codec::kSnappy:
      return snappy_decompress(bytes, bytes_max);
    case Codec::kLz4:
      return lz4_decompress(bytes, bytes_max);
    case Codec::kZstd:
      return zstd_decompress(bytes, bytes_max);
  }
  return error(ErrorCode::kUnsupported, "compression codec {} is not known", static_cast<int>(codec));
}

}  // namespace weft::record
