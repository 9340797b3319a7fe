#include "server/api_client.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "http/client.h"

namespace weft::server {
namespace {

using nlohmann::json;

ErrorCode code_of_status(int status) {
  switch (status) {
    case 401: return ErrorCode::kUnauthenticated;
    case 403: return ErrorCode::kForbidden;
    case 404: return ErrorCode::kNotFound;
    case 409: return ErrorCode::kAlreadyExists;
    case 412:
    case 428: return ErrorCode::kConflict;
    case 413: return ErrorCode::kTooLarge;
    case 503: return ErrorCode::kUnavailable;
    default: return status < 500 ? ErrorCode::kInvalidArgument : ErrorCode::kInternal;
  }
}

/// What a problem document (RFC 9457), a registry error or a plain text says, with its findings one a line.
std::string message_of(int status, const std::string& body) {
  const json problem = json::parse(body, nullptr, false);
  if (!problem.is_object()) return fmt::format("HTTP {}: {}", status, body.substr(0, 500));
  const auto text = [&](const char* name) {
    const auto found = problem.find(name);
    return found != problem.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  std::string message = text("detail");
  if (message.empty()) message = text("message");
  if (message.empty()) message = text("title");
  if (const auto findings = problem.find("findings"); findings != problem.end() && findings->is_array()) {
    for (const json& finding : *findings) {
      if (finding.value("severity", "blocks") != "blocks") continue;
      message += fmt::format("\n  {} ({}): {}", finding.value("field", ""), finding.value("rule", ""), finding.value("message", ""));
      if (const auto fix = finding.find("fix"); fix != finding.end() && fix->is_string()) message += " " + fix->get<std::string>();
    }
  }
  if (const std::string id = text("audit_id"); !id.empty()) message += fmt::format("\n  audit id {}", id);
  return message.empty() ? fmt::format("HTTP {}", status) : message;
}

}  // namespace

Result<ApiClient> ApiClient::open(const ClientOptions& options) {
  std::string server = options.server;
  while (!server.empty() && server.back() == '/') server.pop_back();
  if (server.find("://") == std::string::npos) server = "http://" + server;
  ApiClient client(std::move(server));
  if (options.as.empty()) return client;

  http::ClientRequest request{http::Method::kPost, client.server_ + "/api/v1/session", {{"content-type", "application/json"}},
                              json{{"person", options.as}}.dump()};
  TRY_ASSIGN(const http::Response answer, http::send(request));
  if (answer.status != 200)
    return Error{code_of_status(answer.status), message_of(answer.status, std::string(as_text(answer.body.view())))};
  for (const auto& [name, value] : answer.headers)
    if (name == "set-cookie") client.cookie_ = value.substr(0, value.find(';'));
  return client;
}

Result<json> ApiClient::call(http::Method method, std::string_view path_or_url, const json* body, http::Headers headers) const {
  const bool is_url = path_or_url.find("://") != std::string_view::npos;
  http::ClientRequest request{method, is_url ? std::string(path_or_url) : server_ + std::string(path_or_url), std::move(headers), {}};
  request.headers.emplace_back("accept", "application/json, application/problem+json");
  if (body != nullptr) {
    request.headers.emplace_back("content-type", "application/json");
    request.body = body->dump();
  }
  const std::string url = request.url;
  TRY_ASSIGN(const std::string text, exchange(std::move(request), !is_url));
  if (text.empty()) return json();
  json parsed = json::parse(text, nullptr, false);
  if (parsed.is_discarded())
    return error(ErrorCode::kUnavailable, "{} did not answer JSON: is this weft's HTTP port?", url);
  return parsed;
}

Result<std::string> ApiClient::get_text(std::string_view path, std::string_view media_type) const {
  return exchange({http::Method::kGet, server_ + std::string(path), {{"accept", std::string(media_type)}}, {}}, true);
}

Result<std::string> ApiClient::exchange(http::ClientRequest request, bool with_session) const {
  if (!cookie_.empty() && with_session) request.headers.emplace_back("cookie", cookie_);
  TRY_ASSIGN(const http::Response answer, http::send(request));
  std::string text(as_text(answer.body.view()));
  if (answer.status < 200 || answer.status > 299) return Error{code_of_status(answer.status), message_of(answer.status, text)};
  return text;
}

ExitCode exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotFound: return kMissing;
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kUnauthenticated:
    case ErrorCode::kForbidden:
    case ErrorCode::kIncompatible:
    case ErrorCode::kAlreadyExists: return kRefused;
    case ErrorCode::kConflict:
    case ErrorCode::kFenced: return kOutdated;
    case ErrorCode::kUnavailable:
    case ErrorCode::kTimeout: return kUnreachable;
    default: return kFailed;
  }
}

int report_usage(const ClientOptions& client, const Error& why) {
  report(client, why);
  return kUsage;
}

int report(const ClientOptions& client, const Error& why) {
  if (client.json) fmt::print(stderr, "{}\n", json{{"error", error_name(why.code)}, {"message", why.message}}.dump());
  else fmt::print(stderr, "weft: {}\n", why.message);
  return exit_code_of(why.code);
}

void print_table(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    widths[i] = columns[i].size();
    for (const auto& row : rows) widths[i] = std::max(widths[i], row[i].size());
  }
  const auto print_row = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += i + 1 == row.size() ? row[i] : fmt::format("{:<{}}  ", row[i], widths[i]);
    fmt::print("{}\n", line);
  };
  print_row(columns);
  for (const auto& row : rows) print_row(row);
}

std::string bytes_text(double bytes) {
  constexpr std::string_view kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  std::size_t unit = 0;
  while (bytes >= 1000 && unit + 1 < std::size(kUnits)) {
    bytes /= 1000;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f} B", bytes) : fmt::format("{:.1f} {}", bytes, kUnits[unit]);
}

std::string age_text(double ms) {
  const double seconds = ms / 1000;
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  if (seconds < 3600) return fmt::format("{:.0f} min", seconds / 60);
  if (seconds < 2 * 86400) return fmt::format("{:.0f} h", seconds / 3600);
  return fmt::format("{:.0f} days", seconds / 86400);
}

}  // namespace weft::server
