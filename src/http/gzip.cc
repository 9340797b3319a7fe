#include "http/gzip.h"

#include <zlib.h>

#include "base/check.h"

namespace weft::http {

Buffer gzip(ByteView bytes) {
  constexpr int kWindowBitsForGzip = 15 + 16;
  z_stream stream{};
  CHECK(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kWindowBitsForGzip, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  Buffer out(deflateBound(&stream, bytes.size()));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END, "deflateBound is enough");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

bool accepts_gzip(const Request& request) {
  const auto accepted = request.header("accept-encoding");
  if (!accepted) return false;
  const std::size_t at = accepted->find("gzip");
  if (at == std::string_view::npos) return false;
  const std::string_view parameters = accepted->substr(at + 4, accepted->find(',', at) - at - 4);
  const std::size_t quality = parameters.find("q=");
  return quality == std::string_view::npos ||
         parameters.substr(quality + 2).find_first_of("123456789") != std::string_view::npos;
}

}  // namespace weft::http
