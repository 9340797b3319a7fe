#include <algorithm>
#include <array>

#include "base/check.h"
#include "http/http.h"
#include "http/uri.h"

namespace weft::http {
namespace {

constexpr std::size_t kMethodCount = 7;

/// What one pattern serves: its handler and the names of its parameters, in order.
struct Route {
  Handler handler;
  std::vector<std::string> names;
};

/// One segment deep in the tree of patterns.
struct Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> words;
  std::unique_ptr<Node> parameter;
  std::unique_ptr<Node> rest;
  std::array<std::optional<Route>, kMethodCount> routes;

  Route* route(Method method) {
    auto& found = routes[static_cast<std::size_t>(method)];
    return found ? &*found : nullptr;
  }
  bool serves_any() const {
    return std::any_of(routes.begin(), routes.end(), [](const auto& route) { return route.has_value(); });
  }
};

/// The nodes whose pattern matches, most exact first.
struct Match {
  Node* node;
  std::vector<std::string> values;
};

/// Walks all branches that match; the depth is that of the patterns, so hostile paths cost nothing.
void find_matches(Node& node, const std::vector<std::string>& segments, std::size_t at,
                  std::vector<std::string>& values, std::vector<Match>& found) {
  if (at == segments.size()) {
    if (node.serves_any()) found.push_back({&node, values});
    if (node.rest) {
      values.emplace_back();
      found.push_back({node.rest.get(), values});
      values.pop_back();
    }
    return;
  }
  if (const auto word = node.words.find(segments[at]); word != node.words.end()) {
    find_matches(*word->second, segments, at + 1, values, found);
  }
  if (node.parameter && !segments[at].empty()) {
    values.push_back(segments[at]);
    find_matches(*node.parameter, segments, at + 1, values, found);
    values.pop_back();
  }
  if (node.rest) {
    std::string joined = segments[at];
    for (std::size_t i = at + 1; i < segments.size(); ++i) joined += "/" + segments[i];
    values.push_back(std::move(joined));
    found.push_back({node.rest.get(), values});
    values.pop_back();
  }
}

/// Of a request whose path was decoded already by the server.
std::vector<std::string> segments_of(const Request& request) {
  std::vector<std::string> segments;
  if (request.target.empty()) {  // Made by a test: only the decoded path is there.
    for (const std::string_view segment : split_path(request.path)) segments.emplace_back(segment);
    return segments;
  }
  const auto target = split_target(request.target);
  if (!target.ok()) return segments;
  for (const std::string_view segment : split_path(target->path)) {
    auto decoded = percent_decode(segment);
    segments.push_back(decoded.ok() ? std::move(decoded).value() : std::string(segment));
  }
  return segments;
}

}  // namespace

struct Router::Table {
  Node root;
  Handler otherwise;
  RefusalFormat format = [](const Request&, const Error& why, int status) { return problem(why, status); };

  Response not_found(const Request& request) {
    return format(request, error(ErrorCode::kNotFound, "there is nothing at {}", request.path), 404);
  }
  Response not_taken(const Request& request) {
    return format(
        request, error(ErrorCode::kUnsupported, "{} does not take {}", request.path, method_name(request.method)), 405);
  }
  void refuse(const Request& request, Responder& responder, const std::vector<Match>& matches);
};

Router::Router() : table_(std::make_unique<Table>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(Method method, std::string_view pattern, Handler handler) {
  CHECK(pattern.starts_with('/'), "a pattern begins with /");
  Node* node = &table_->root;
  Route route{std::move(handler), {}};
  bool rest = false;
  for (const std::string_view segment : split_path(pattern)) {
    CHECK(!rest, "nothing follows {name...}");
    std::unique_ptr<Node>* next = nullptr;
    if (segment.starts_with('{') && segment.ends_with("...}")) {
      route.names.emplace_back(segment.substr(1, segment.size() - 5));
      next = &node->rest;
      rest = true;
    } else if (segment.starts_with('{') && segment.ends_with('}')) {
      route.names.emplace_back(segment.substr(1, segment.size() - 2));
      next = &node->parameter;
    } else {
      next = &node->words[std::string(segment)];
    }
    if (!*next) *next = std::make_unique<Node>();
    node = next->get();
  }
  auto& slot = node->routes[static_cast<std::size_t>(method)];
  CHECK(!slot.has_value(), "two handlers for one method and pattern");
  slot = std::move(route);
}

void Router::otherwise(Handler handler) { table_->otherwise = std::move(handler); }

void Router::refuse_as(RefusalFormat format) { table_->format = std::move(format); }

Response Router::refusal(const Request& request, const Error& why, int status) const {
  return table_->format(request, why, status);
}

void Router::dispatch(Request request, Responder responder) {
  std::vector<Match> matches;
  std::vector<std::string> values;
  find_matches(table_->root, segments_of(request), 0, values, matches);
  for (Match& match : matches) {
    Route* route = match.node->route(request.method);
    if (route == nullptr && request.method == Method::kHead) route = match.node->route(Method::kGet);
    if (route == nullptr) continue;
    for (std::size_t i = 0; i < route->names.size(); ++i)
      request.parameters[route->names[i]] = std::move(match.values[i]);
    route->handler(std::move(request), std::move(responder));
    return;
  }
  const bool reads = request.method == Method::kGet || request.method == Method::kHead;
  if (matches.empty() && reads && table_->otherwise) return table_->otherwise(std::move(request), std::move(responder));
  table_->refuse(request, responder, matches);
}

void Router::Table::refuse(const Request& request, Responder& responder, const std::vector<Match>& matches) {
  if (matches.empty() && request.path != "*") return responder.send(not_found(request));
  bool allowed[kMethodCount] = {};
  allowed[static_cast<std::size_t>(Method::kOptions)] = true;
  for (const Match& match : matches) {
    for (std::size_t i = 0; i < kMethodCount; ++i) allowed[i] = allowed[i] || match.node->routes[i].has_value();
  }
  if (allowed[static_cast<std::size_t>(Method::kGet)]) allowed[static_cast<std::size_t>(Method::kHead)] = true;
  std::string allow;
  for (std::size_t i = 0; i < kMethodCount; ++i) {
    if (allowed[i]) allow += (allow.empty() ? "" : ", ") + std::string(method_name(static_cast<Method>(i)));
  }
  Response response;
  if (request.method == Method::kOptions)
    response.status = 204;
  else
    response = not_taken(request);
  response.headers.emplace_back("allow", allow);
  responder.send(std::move(response));
}

}  // namespace weft::http
