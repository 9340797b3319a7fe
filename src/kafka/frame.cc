#include "kafka/frame.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace weft::kafka {
namespace {

constexpr std::size_t kSizeBytes = sizeof(std::int32_t);

}  // namespace

Result<RequestFrame> parse_request(SharedBytes frame) {
  RequestFrame request;
  Reader in(std::move(frame), /*flexible=*/false);
  request.header.api = static_cast<ApiKey>(in.int16("request header's API key"));
  request.header.version = in.int16("request header's API version");
  request.header.correlation_id = in.int32("request header's correlation id");
  TRY(in.status());
  const ApiInfo* api = find_api(request.header.api);
  if (api == nullptr || !api->has(request.header.version)) return request;
  // The client id keeps its 16-bit length in header v2 (KIP-482).
  request.header.client_id = in.nullable_string("request header's client id");
  if (api->request_header_version(request.header.version) >= 2) in.skip_tags();
  TRY(in.status());
  request.api = api;
  request.body = in.rest();
  return request;
}

Result<ResponseFrame> parse_response(SharedBytes frame, ApiKey api, std::int16_t version) {
  const ApiInfo* info = find_api(api);
  CHECK(info != nullptr && info->has(version), "an answer to a request that we could not have sent");
  Reader in(std::move(frame), /*flexible=*/false);
  ResponseFrame response;
  response.correlation_id = in.int32("response header's correlation id");
  if (info->response_header_version(version) >= 1) in.skip_tags();
  TRY(in.status());
  response.body = in.rest();
  return response;
}

Result<std::int32_t> peek_correlation_id(ByteView frame) {
  if (frame.size() < sizeof(std::int32_t)) {
    return error(ErrorCode::kCorrupt, "a response of {} bytes has no correlation id", frame.size());
  }
  return load_be<std::int32_t>(frame.data());
}

Writer begin_request(const RequestHeader& header, bool flexible) {
  Writer out(/*flexible=*/false);
  out.int32(0);
  out.int16(static_cast<std::int16_t>(header.api));
  out.int16(header.version);
  out.int32(header.correlation_id);
  if (header.client_id) {
    out.string("request header's client id", *header.client_id);
  } else {
    out.null_string();
  }
  if (flexible) out.no_tags();
  out.flexible(flexible);
  return out;
}

Writer begin_response(ApiKey api, std::int16_t version, std::int32_t correlation_id) {
  const ApiInfo* info = find_api(api);
  CHECK(info != nullptr && info->has(version), "checked before");
  Writer out(info->is_flexible(version));
  out.int32(0);
  out.int32(correlation_id);
  if (info->response_header_version(version) >= 1) out.no_tags();
  return out;
}

Result<Encoded> finish_frame(Writer out) {
  const std::size_t size = out.size() - kSizeBytes;
  if (size > std::numeric_limits<std::int32_t>::max()) {
    return error(ErrorCode::kTooLarge, "a frame of {} bytes: its size must fit 31 bits", size);
  }
  out.patch_int32(0, static_cast<std::int32_t>(size));
  return std::move(out).finish();
}

// ---- FrameReader

std::size_t FrameReader::needed() const {
  if (end_ - begin_ < kSizeBytes) return kSizeBytes;
  const auto size = load_be<std::int32_t>(buffer_.get() + begin_);
  // A size that next() refuses must not move memory.
  if (size < 0 || static_cast<std::size_t>(size) > frame_bytes_max_) return kSizeBytes;
  return kSizeBytes + static_cast<std::size_t>(size);
}

void FrameReader::move_to(std::size_t capacity) {
  // Not initialised: pages that nothing is read into are never touched.
  auto buffer = std::make_shared_for_overwrite<std::byte[]>(capacity);
  const std::size_t held = end_ - begin_;
  if (held > 0) std::memcpy(buffer.get(), buffer_.get() + begin_, held);
  buffer_ = std::move(buffer);
  capacity_ = capacity;
  begin_ = 0;
  end_ = held;
}

std::size_t FrameReader::buffer_bytes_needed() const {
  const std::size_t need = needed();
  return need > capacity_ - begin_ || end_ == capacity_ ? std::max(need, read_bytes_) : 0;
}

std::span<std::byte> FrameReader::space() {
  if (const std::size_t bytes = buffer_bytes_needed(); bytes > 0) move_to(bytes);
  return {buffer_.get() + end_, capacity_ - end_};
}

void FrameReader::filled(std::size_t count) {
  CHECK(count <= capacity_ - end_, "more than there was space for");
  end_ += count;
  read_bytes_ = std::clamp(std::bit_ceil(2 * count), kReadBytesMin, kReadBytes);
}

Result<std::optional<SharedBytes>> FrameReader::next() {
  if (end_ - begin_ < kSizeBytes) return std::optional<SharedBytes>();
  const auto size = load_be<std::int32_t>(buffer_.get() + begin_);
  if (size < 0) return error(ErrorCode::kCorrupt, "a frame's size is below zero: {}", size);
  if (static_cast<std::size_t>(size) > frame_bytes_max_) {
    return error(ErrorCode::kTooLarge, "a frame of {} bytes; at most {} are read", size, frame_bytes_max_);
  }
  const std::size_t need = kSizeBytes + static_cast<std::size_t>(size);
  if (end_ - begin_ < need) return std::optional<SharedBytes>();
  const ByteView bytes(buffer_.get() + begin_ + kSizeBytes, static_cast<std::size_t>(size));
  begin_ += need;
  return std::optional(SharedBytes(std::shared_ptr<const void>(buffer_), bytes));
}

}  // namespace weft::kafka
