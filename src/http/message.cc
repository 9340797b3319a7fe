#include <algorithm>

#include "http/ascii.h"
#include "http/http.h"

namespace weft::http {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// The part before `separator`; takes both off `rest`.
std::string_view next_part(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = trimmed(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

/// "q=0", "q=0.000": not acceptable.
bool is_zero_quality(std::string_view parameter) {
  return parameter.starts_with("q=0") && parameter.find_first_not_of("0.", 2) == std::string_view::npos;
}

}  // namespace

std::string_view method_name(Method method) {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kHead:
      return "HEAD";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kPatch:
      return "PATCH";
    case Method::kDelete:
      return "DELETE";
    case Method::kOptions:
      return "OPTIONS";
  }
  return "GET";
}

bool is_safe(Method method) { return method == Method::kGet || method == Method::kHead || method == Method::kOptions; }

std::optional<std::string_view> Request::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  const auto found = query.find(std::string(name));
  if (found == query.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string_view> Request::cookie(std::string_view name) const {
  for (const auto& [header_name, header_value] : headers) {
    if (header_name != "cookie") continue;
    for (std::string_view rest = header_value; !rest.empty();) {
      const std::string_view pair = next_part(rest, ';');
      if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
        return pair.substr(name.size() + 1);
    }
  }
  return std::nullopt;
}

bool Request::accepts(std::string_view media_type) const {
  const auto accept = header("accept");
  if (!accept) return true;
  // The most specific range decides: "text/html;q=0, */*" takes all but HTML.
  std::size_t best = 0;
  bool accepted = false;
  for (std::string_view rest = *accept; !rest.empty();) {
    std::string_view range = next_part(rest, ',');
    const std::string_view type = next_part(range, ';');
    const bool any_subtype = type.ends_with("/*") && equal_but_for_case(type.substr(0, type.size() - 2),
                                                                        media_type.substr(0, media_type.find('/')));
    const std::size_t weight = equal_but_for_case(type, media_type) ? 3 : any_subtype ? 2 : type == "*/*" ? 1 : 0;
    if (weight == 0 || weight < best) continue;
    best = weight;
    accepted = true;
    while (!range.empty()) {
      if (is_zero_quality(next_part(range, ';'))) accepted = false;
    }
  }
  return accepted;
}

Response Response::text(int status, std::string body, std::string_view content_type) {
  Response response;
  response.status = status;
  response.headers.emplace_back("content-type", content_type);
  response.body = SharedBytes(std::move(body));
  return response;
}

}  // namespace weft::http
