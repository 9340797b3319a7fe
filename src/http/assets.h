#pragma once

#include <span>
#include <string_view>

#include "base/bytes.h"

namespace weft::http {

/// One file of the browser UI, compiled into the program. Everything lives as long as the program.
struct Asset {
  /// As requested, for example "/index.html" or "/assets/index-4f1c.js". Names under /assets/ hold a hash of the
  /// content: they may be cached for ever. All others must be revalidated by their etag.
  std::string_view path;
  /// Complete, for example "text/javascript; charset=utf-8".
  std::string_view content_type;
  /// With its quotes, as in the ETag header. "/index.html" is a template: its etag is not that of what is sent.
  std::string_view etag;
  ByteView bytes;
  /// The same bytes as gzip; empty where that would not be smaller, and for templates.
  ByteView gzip;
};

/// Stands wherever "/index.html" needs the nonce of this response's Content-Security-Policy.
inline constexpr std::string_view kNoncePlaceholder = "__WEFT_NONCE__";

/// Every file of the UI, ordered by path; empty in a program built without Node. Any thread.
std::span<const Asset> embedded_assets();

}  // namespace weft::http
