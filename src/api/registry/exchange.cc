#include "api/registry/exchange.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "registry/refusal.h"
#include "registry/subject_name.h"
#include "schema/json_text.h"

namespace weft::api {

using http::Method;
using http::Request;
using http::Responder;
using http::Response;
using registry::Refusal;

namespace {

constexpr std::array<std::string_view, 3> kAnswerTypes = {"application/vnd.schemaregistry.v1+json",
                                                          "application/vnd.schemaregistry+json", "application/json"};
/// Also what curl sends when nothing is said.
constexpr std::array<std::string_view, 2> kOtherBodyTypes = {"application/octet-stream",
                                                             "application/x-www-form-urlencoded"};

/// Confluent's number for an error that has none of its own.
int confluent_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnauthenticated:
      return 401;
    case ErrorCode::kForbidden:
      return 403;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kTooLarge:
      return 413;
    case ErrorCode::kExhausted:
      return 429;
    case ErrorCode::kTimeout:
      return static_cast<int>(Refusal::kStoreTimeout);
    case ErrorCode::kInvalidArgument:
      return 422;
    default:
      return static_cast<int>(Refusal::kStore);
  }
}

bool is_body_type_known(const Request& request) {
  const auto header = request.header("content-type");
  if (!header) return true;
  std::string type(header->substr(0, header->find(';')));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  std::transform(type.begin(), type.end(), type.begin(), [](unsigned char c) { return std::tolower(c); });
  return type.empty() || std::find(kAnswerTypes.begin(), kAnswerTypes.end(), type) != kAnswerTypes.end() ||
         std::find(kOtherBodyTypes.begin(), kOtherBodyTypes.end(), type) != kOtherBodyTypes.end();
}

}  // namespace

std::string registry_error_json(int code, std::string_view message) {
  return schema::JsonObjectText().number("error_code", code).text("message", message).take();
}

std::optional<std::string_view> registry_answer_type(const Request& request) {
  if (!request.header("accept")) return kAnswerTypes[0];
  for (const std::string_view type : kAnswerTypes) {
    if (request.accepts(type)) return type;
  }
  return std::nullopt;
}

void Exchange::send(SharedBytes body, int status) {
  if (answered_) std::exchange(answered_, {})({});
  answer(std::move(body), status);
}

void Exchange::answer(SharedBytes body, int status) {
  Response response;
  response.status = status;
  response.headers.emplace_back("content-type", content_type_);
  response.body = std::move(body);
  responder_.send(std::move(response));
}

void Exchange::refuse(const Error& why) {
  int code = why.detail != 0 ? why.detail : confluent_code(why.code);
  if (code == static_cast<int>(Refusal::kIncompatible)) code = incompatible_code_;
  if (answered_ && why.code != ErrorCode::kCancelled) std::exchange(answered_, {})(why);
  answer(SharedBytes(registry_error_json(code, why.message)), code < 1000 ? code : code / 100);
}

Result<Page> Page::of(const Request& request) {
  Page page;
  for (const std::string_view name : {"offset", "limit"}) {
    const auto text = request.query_value(name);
    if (!text || *text == "-1") continue;
    std::size_t number = 0;
    const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (failed != std::errc{} || end != text->data() + text->size()) {
      return registry::refuse(Refusal::kInvalidRequest, "{}={} is not a number from 0, or -1", name,
                              text->substr(0, 100));
    }
    (name == "offset" ? page.offset : page.limit) = number;
  }
  return page;
}

bool is_set(const Request& request, std::string_view flag) { return query_text(request, flag) == "true"; }

std::string query_text(const Request& request, std::string_view name) {
  return std::string(request.query_value(name).value_or(""));
}

void RegistryRoutes::add(Method method, std::string_view pattern,
                         const std::function<void(Request&, Exchange)>& handle) {
  add_once(method, pattern, handle);
  add_once(method, fmt::format("/contexts/{{context}}{}", pattern), handle);
}

void RegistryRoutes::add_once(Method method, std::string_view pattern,
                              const std::function<void(Request&, Exchange)>& handle) {
  router_.add(method, pattern, [handle, options = options_](Request request, Responder responder) {
    const auto type = registry_answer_type(request);
    Exchange out(type.value_or(kAnswerTypes[0]), options->incompatible_code, std::move(responder));
    if (!type) {
      return out.send(registry_error_json(406, "HTTP 406: the answer would be JSON, and Accept does not name it"), 406);
    }
    const bool has_body = request.method == Method::kPost || request.method == Method::kPut;
    if (has_body && !is_body_type_known(request)) {
      return out.send(registry_error_json(415, "HTTP 415: the body must be JSON; name its Content-Type"), 415);
    }
    if (options->changed && (request.method == Method::kPut || request.method == Method::kDelete)) {
      const std::string scope = request.parameters.contains("subject") ? subject_of(request) : context_scope(request);
      out.on_answer([options, request, scope](Result<void> outcome) { options->changed(request, scope, outcome); });
    }
    handle(request, std::move(out));
  });
}

std::string context_scope(const Request& request) {
  const auto named = request.parameters.find("context");
  if (named == request.parameters.end()) return {};
  std::string_view name = named->second;
  while (name.starts_with(':')) name.remove_prefix(1);
  while (name.ends_with(':')) name.remove_suffix(1);
  return registry::context_subject(name.starts_with('.') ? std::string(name) : fmt::format(".{}", name));
}

std::string subject_of(const Request& request) {
  return registry::plain_subject(registry::in_context_of(context_scope(request), request.parameters.at("subject")));
}

std::string beside_of(const Request& request) {
  return registry::plain_subject(registry::in_context_of(context_scope(request), query_text(request, "subject")));
}

std::string prefix_of(const Request& request) {
  const std::string scope = context_scope(request);
  const auto prefix = request.query_value("subjectPrefix");
  if (!prefix) return scope.empty() ? std::string(registry::kAllContexts) : scope;
  return prefix->starts_with(registry::kAllContexts) ? std::string(*prefix) : registry::in_context_of(scope, *prefix);
}

}  // namespace weft::api
