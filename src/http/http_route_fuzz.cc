// Any text as a request's target: decoding gives UTF-8 or an error, encoding comes back, and the router serves what an
// obvious matcher would serve, answering exactly once.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/percent_encoding.h"
#include "base/utf8.h"
#include "http/http.h"
#include "http/uri.h"

using namespace weft;
using namespace weft::http;

namespace {

constexpr std::array<std::string_view, 8> kPatterns = {
    "/", "/a", "/a/{x}", "/a/b", "/a/{x}/c", "/a/b/{y}", "/{x}/{y}/d", "/files/{path...}"};

/// Segment by segment, without a tree.
bool matches(std::string_view pattern, const std::vector<std::string>& segments) {
  const auto wanted = split_path(pattern);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].ends_with("...}")) return true;
    if (i >= segments.size()) return false;
    if (wanted[i].starts_with('{') ? segments[i].empty() : segments[i] != wanted[i]) return false;
  }
  return segments.size() == wanted.size();
}

Router make_router() {
  Router router;
  for (const std::string_view pattern : kPatterns) {
    router.add(Method::kGet, pattern, [pattern](Request request, Responder responder) {
      for (const auto& [name, value] : request.parameters) CHECK(name == "path" || !value.empty());
      responder.send(Response::text(200, std::string(pattern)));
    });
  }
  return router;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto decoded = percent_decode(text); decoded.ok()) {
    CHECK(is_utf8(*decoded) && decoded->find('\0') == std::string::npos);
    CHECK(percent_decode(percent_encode(*decoded)).value() == *decoded);
  }
  if (const auto query = parse_query(text); query.ok()) {
    for (const auto& [name, value] : *query) CHECK(is_utf8(name) && is_utf8(value));
  }
  const auto target = split_target(text);
  if (!target.ok()) return 0;
  Request request;
  const auto path = percent_decode(target->path);
  if (!path.ok()) return 0;
  request.target = text;
  request.path = *path;

  std::vector<std::string> segments;
  if (target->path != "*") {
    for (const std::string_view segment : split_path(target->path)) segments.push_back(percent_decode(segment).value());
  }
  bool expected = false;
  for (const std::string_view pattern : kPatterns) expected = expected || matches(pattern, segments);
  static Router router = make_router();
  int answers = 0;
  router.dispatch(std::move(request), Responder::to([&](Response response) {
                    ++answers;
                    if (text != "*") CHECK((response.status == 200) == expected, "served as an obvious matcher would");
                  }));
  CHECK(answers == 1);
  return 0;
}
