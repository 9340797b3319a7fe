#include "http/site.h"

#include <algorithm>
#include <array>

#include "base/base64.h"
#include "base/bytes.h"
#include "env/random.h"
#include "http/gzip.h"

namespace weft::http {
namespace {

constexpr std::string_view kIndex = "/index.html";
constexpr std::string_view kHashedPrefix = "/assets/";

/// What a program built without Node shows instead of the UI.
constexpr std::string_view kNoInterface = R"(<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>weft</title>
<style nonce="__WEFT_NONCE__">body{font:14px/20px system-ui,sans-serif;max-width:72ch;margin:48px auto;padding:0 16px;
color-scheme:light dark}code{font-family:ui-monospace,monospace}</style></head>
<body><h1>weft is running</h1>
<p>This build has no browser interface: it was made without Node.js. To get one, install Node.js 20 or newer and
build again with <code>./dev build</code>.</p>
<p>Everything else works: the command line (<code>weft --help</code>), the API
(<a href="/api/v1/openapi.json">/api/v1</a>), Kafka clients, the schema registry and <a href="/metrics">/metrics</a>.</p>
</body></html>
)";

/// 128 random bits in base64 (CSP 3, 8.2: at least that many).
std::string make_nonce(env::Random& random) {
  std::array<std::byte, 16> bits;
  store_be(bits.data(), random.next());
  store_be(bits.data() + 8, random.next());
  return base64(bits);
}

std::string with_nonce(std::string_view text, std::string_view nonce) {
  std::string out;
  for (;;) {
    const std::size_t at = std::min(text.find(kNoncePlaceholder), text.size());
    out += text.substr(0, at);
    if (at == text.size()) return out;
    out += nonce;
    text.remove_prefix(at + kNoncePlaceholder.size());
  }
}

/// Whether If-None-Match holds this tag (RFC 9110 13.1.2).
bool is_known(const Request& request, std::string_view etag) {
  const auto known = request.header("if-none-match");
  return known && (*known == "*" || known->find(etag) != std::string_view::npos);
}

}  // namespace

Site::Site(env::Random& random, std::span<const Asset> assets, std::vector<std::string> api_prefixes)
    : random_(random), assets_(assets), api_prefixes_(std::move(api_prefixes)) {}

Response Site::serve(const Request& request) const {
  if (const Asset* asset = find(request.path); asset != nullptr && asset->path != kIndex)
    return serve_asset(request, *asset);
  if (is_view(request)) return serve_index();
  return problem(error(ErrorCode::kNotFound, "there is nothing at {}", request.path));
}

const Asset* Site::find(std::string_view path) const {
  const auto found = std::lower_bound(assets_.begin(), assets_.end(), path,
                                      [](const Asset& asset, std::string_view wanted) { return asset.path < wanted; });
  return found != assets_.end() && found->path == path ? &*found : nullptr;
}

bool Site::is_view(const Request& request) const {
  if (request.path == "/" || request.path == kIndex) return true;
  if (request.path.starts_with(kHashedPrefix)) return false;
  const bool is_api = std::any_of(api_prefixes_.begin(), api_prefixes_.end(),
                                  [&](const std::string& prefix) { return request.path.starts_with(prefix); });
  // A browser's navigation names HTML; a script's fetch and a program's request take anything, and get 404.
  const auto accept = request.header("accept");
  return !is_api && accept && accept->find("text/html") != std::string_view::npos && request.accepts("text/html");
}

Response Site::serve_asset(const Request& request, const Asset& asset) const {
  Response response;
  const bool packed = !asset.gzip.empty() && accepts_gzip(request);
  // The packed bytes are another representation and need another tag (RFC 9110 8.8.3.3).
  std::string etag(asset.etag);
  if (packed) etag.insert(etag.size() - 1, "-gzip");
  response.headers.emplace_back("etag", etag);
  response.headers.emplace_back(
      "cache-control", asset.path.starts_with(kHashedPrefix) ? "public, max-age=31536000, immutable" : "no-cache");
  if (!asset.gzip.empty()) response.headers.emplace_back("vary", "accept-encoding");
  if (is_known(request, etag)) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("content-type", asset.content_type);
  if (asset.content_type.starts_with("text/javascript"))
    response.headers.emplace_back("content-security-policy", kScriptPolicy);
  if (packed) response.headers.emplace_back("content-encoding", "gzip");
  response.body = SharedBytes(nullptr, packed ? asset.gzip : asset.bytes);  // They live as long as the program.
  return response;
}

Response Site::serve_index() const {
  const Asset* index = find(kIndex);
  const std::string nonce = make_nonce(random_);
  const std::string_view page = index != nullptr ? as_text(index->bytes) : kNoInterface;
  Response response = Response::text(200, with_nonce(page, nonce), "text/html; charset=utf-8");
  response.headers.emplace_back("content-security-policy", with_nonce(kContentSecurityPolicy, nonce));
  response.headers.emplace_back("cache-control", "no-store");  // A nonce is used once.
  response.headers.emplace_back("cross-origin-opener-policy", "same-origin");
  return response;
}

}  // namespace weft::http
