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

/// Stands wherever "/index.html" and its policy need the nonce: 128 random bits in base64, new for every response.
inline constexpr std::string_view kNoncePlaceholder = "__WEFT_NONCE__";

/// The Content-Security-Policy header that "/index.html" is sent with, and the widest that the UI works under. The
/// one Trusted Types policy makes the URL of the worker that holds the event stream (web/src/live).
inline constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-__WEFT_NONCE__'; connect-src 'self'; "
    "worker-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types weft-worker";

/// The policy that scripts are sent with. A worker runs under the policy of its own script, not under its page's:
/// without connect-src the worker that holds the event stream could not open it.
inline constexpr std::string_view kScriptPolicy = "default-src 'none'; script-src 'self'; connect-src 'self'";

/// Every file of the UI, ordered by path; empty in a program built without Node. Any thread.
std::span<const Asset> embedded_assets();

}  // namespace weft::http
