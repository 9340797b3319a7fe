#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "kafka/api.h"
#include "kafka/codec.h"
#include "kafka/limits.h"
#include "kafka/wire.h"

namespace weft::kafka {

struct RequestHeader {
  ApiKey api{};
  std::int16_t version = 0;
  std::int32_t correlation_id = 0;
  std::optional<std::string> client_id;
};

/// A request whose body has not been looked at.
struct RequestFrame {
  RequestHeader header;
  /// Null when there is no definition for this API or this version of it: then nothing after the correlation id could
  /// be read. ApiVersions is to be answered in v0 with UNSUPPORTED_VERSION; for the rest the connection is closed, as
  /// the client can't be told.
  const ApiInfo* api = nullptr;
  /// For kafka::decode; shares the frame.
  SharedBytes body;
};

struct ResponseFrame {
  std::int32_t correlation_id = 0;
  SharedBytes body;
};

/// `frame` comes without its size. kCorrupt or kInvalidArgument: the connection can't go on.
Result<RequestFrame> parse_request(SharedBytes frame);
/// `api` and `version` are those of the request with this correlation id, so peek at it first.
Result<ResponseFrame> parse_response(SharedBytes frame, ApiKey api, std::int16_t version);
/// The correlation id alone, to find out what was asked.
Result<std::int32_t> peek_correlation_id(ByteView frame);

/// Writes size (0 for now) and header.
Writer begin_request(const RequestHeader& header, bool flexible);
Writer begin_response(ApiKey api, std::int16_t version, std::int32_t correlation_id);
/// Puts the size in. kTooLarge above 2 GiB.
Result<Encoded> finish_frame(Writer out);

/// A whole frame, ready for the connection. header.api must be Message::kApi. Errors as kafka::encode.
template <class Message>
Result<Encoded> encode_request(const Message& message, const RequestHeader& header) {
  static_assert(Message::kIsRequest);
  CHECK(header.api == Message::kApi, "the header says what the message is");
  TRY_ASSIGN(const bool flexible, check_version(Message::kApi, header.version));
  Writer out = begin_request(header, flexible);
  write(out, message, header.version);
  return finish_frame(std::move(out));
}

template <class Message>
Result<Encoded> encode_response(const Message& message, std::int16_t version, std::int32_t correlation_id) {
  static_assert(!Message::kIsRequest);
  TRY(check_version(Message::kApi, version));
  Writer out = begin_response(Message::kApi, version, correlation_id);
  write(out, message, version);
  return finish_frame(std::move(out));
}

/// Cuts a connection's bytes into frames without copying them: read into `space()`, say how much came, take frames
/// until there is none.
///
///   connection.read(frames.space(), [&](Result<std::size_t> count) {
///     frames.filled(*count);
///     for (;;) { auto frame = frames.next(); if (!frame.ok()) close; else if (!*frame) break; else handle(**frame); }
///   });
///
/// Buffers are as large as the last reads make likely, up to kReadBytes; a larger frame gets one of its own size, and
/// before that is made `buffer_bytes_needed` tells. Not thread-safe; frames live on by themselves.
class FrameReader {
 public:
  explicit FrameReader(std::size_t frame_bytes_max = kFrameBytesMax) : frame_bytes_max_(frame_bytes_max) {}

  /// How large a buffer the next `space()` has to make; 0 when it goes on with the one there is.
  std::size_t buffer_bytes_needed() const;
  /// Where the next bytes go: never empty, and good until the next call of any member.
  std::span<std::byte> space();
  void filled(std::size_t count);
  /// A frame without its size, or none until more bytes are there. kTooLarge above the limit and kCorrupt for a size
  /// below zero: there is no way to find the next frame, so the connection is to be closed. (The first bytes of TLS or
  /// HTTP look like a very large size.)
  Result<std::optional<SharedBytes>> next();

 private:
  /// The frame at begin_, its size included; what a size takes when that is not known yet.
  std::size_t needed() const;
  void move_to(std::size_t capacity);

  std::size_t frame_bytes_max_;
  std::shared_ptr<std::byte[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t read_bytes_ = kReadBytesMin;  ///< Of the next shared buffer.
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace weft::kafka
