#pragma once

#include "base/bytes.h"
#include "http/http.h"

namespace weft::http {

/// RFC 1952, fast rather than small: made for every answer anew.
Buffer gzip(ByteView bytes);

/// By its Accept-Encoding header.
bool accepts_gzip(const Request& request);

}  // namespace weft::http
