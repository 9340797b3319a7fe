#include "api/registry/registry_api.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include "api/registry/register_body.h"
#include "registry/answers.h"
#include "registry/refusal.h"
#include "schema/json_text.h"

namespace weft::api {
namespace {

using http::Method;
using http::Request;
using http::Responder;
using http::Response;
using registry::Refusal;
using registry::Registry;
using registry::SchemaId;
using registry::Service;
using registry::SubjectVersion;
using registry::VersionName;

constexpr std::array<std::string_view, 3> kAnswerTypes = {"application/vnd.schemaregistry.v1+json",
                                                          "application/vnd.schemaregistry+json", "application/json"};
/// Also what curl sends when nothing is said.
constexpr std::array<std::string_view, 2> kOtherBodyTypes = {"application/octet-stream",
                                                             "application/x-www-form-urlencoded"};

// ---- Answers

std::string error_json(int code, std::string_view message) {
  return schema::JsonObjectText().number("error_code", code).text("message", message).take();
}

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

/// Where one request's answer goes, in the content type it asked for.
class Exchange {
 public:
  Exchange(std::string_view content_type, Responder responder)
      : content_type_(content_type), responder_(std::move(responder)) {}

  void send(SharedBytes body, int status = 200) {
    Response response;
    response.status = status;
    response.headers.emplace_back("content-type", content_type_);
    response.body = std::move(body);
    responder_.send(std::move(response));
  }
  void send(std::string body, int status = 200) { send(SharedBytes(std::move(body)), status); }
  void refuse(const Error& why) {
    const int code = why.detail != 0 ? why.detail : confluent_code(why.code);
    send(error_json(code, why.message), code < 1000 ? code : code / 100);
  }

 private:
  std::string_view content_type_;
  Responder responder_;
};

/// A callback that sends what `print` makes of the value, or the error.
template <class T, class Print>
Callback<Result<T>> answer(Exchange exchange, Print print) {
  return [exchange = std::move(exchange), print = std::move(print)](Result<T> result) mutable {
    if (!result.ok()) return exchange.refuse(result.error());
    exchange.send(print(*result));
  };
}

// ---- Requests

/// Paging of a list: `offset` and `limit`, -1 being without limit.
struct Page {
  std::size_t offset = 0;
  std::size_t limit = SIZE_MAX;

  static Result<Page> of(const Request& request) {
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

  template <class T, class Print>
  std::string print(const std::vector<T>& all, Print element) const {
    std::string out = "[";
    for (std::size_t i = offset; i < all.size() && i - offset < limit; ++i) {
      if (out.size() > 1) out += ',';
      element(out, all[i]);
    }
    return out += ']';
  }
};

bool is_set(const Request& request, std::string_view flag) {
  const auto value = request.query_value(flag);
  return value && *value == "true";
}

Result<SchemaId> schema_id(const Request& request) {
  const std::string& text = request.parameters.at("id");
  std::int32_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed == std::errc{} && end == text.data() + text.size()) return SchemaId(number);
  return error(ErrorCode::kNotFound, "HTTP 404: '{}' is not a schema id", text.substr(0, 100));
}

/// The first of our content types that the request accepts, the preferred one first.
std::optional<std::string_view> answer_type(const Request& request) {
  if (!request.header("accept")) return kAnswerTypes[0];
  for (const std::string_view type : kAnswerTypes) {
    if (request.accepts(type)) return type;
  }
  return std::nullopt;
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

/// The resources. Every handler gets a request whose headers have been checked.
class Resources {
 public:
  explicit Resources(Service& service) : service_(service) {}

  http::Router router() {
    http::Router router;
    route(router, Method::kGet, "/", [](Request&, Exchange out) { out.send("{}"); });
    route(router, Method::kGet, "/subjects", bind(&Resources::subjects));
    route(router, Method::kPost, "/subjects/{subject}", bind(&Resources::lookup));
    route(router, Method::kGet, "/subjects/{subject}/versions", bind(&Resources::versions));
    route(router, Method::kPost, "/subjects/{subject}/versions", bind(&Resources::register_schema));
    route(router, Method::kGet, "/subjects/{subject}/versions/{version}", bind(&Resources::version));
    route(router, Method::kGet, "/subjects/{subject}/versions/{version}/schema", bind(&Resources::version_text));
    route(router, Method::kGet, "/schemas/types", [](Request&, Exchange out) { out.send(R"(["AVRO"])"); });
    route(router, Method::kGet, "/schemas/ids/{id}", bind(&Resources::schema));
    route(router, Method::kGet, "/schemas/ids/{id}/schema", bind(&Resources::schema_text));
    route(router, Method::kGet, "/schemas/ids/{id}/subjects", bind(&Resources::schema_subjects));
    route(router, Method::kGet, "/schemas/ids/{id}/versions", bind(&Resources::schema_versions));
    route(router, Method::kGet, "/config", bind(&Resources::config));
    route(router, Method::kGet, "/mode", bind(&Resources::mode));
    router.refuse_as([](const Request& request, const Error& why, int status) {
      return Response::text(status, error_json(status, fmt::format("HTTP {}: {}", status, why.message)),
                            answer_type(request).value_or(kAnswerTypes[0]));
    });
    return router;
  }

 private:
  using Handle = Function<void(Request&, Exchange)>;

  Handle bind(void (Resources::*handle)(Request&, Exchange) const) const {
    return [self = *this, handle](Request& request, Exchange out) { (self.*handle)(request, std::move(out)); };
  }

  static void route(http::Router& router, Method method, std::string_view pattern, Handle handle) {
    router.add(method, pattern, [handle = std::move(handle)](Request request, Responder responder) mutable {
      const auto type = answer_type(request);
      Exchange out(type.value_or(kAnswerTypes[0]), std::move(responder));
      if (!type) return out.send(error_json(406, "HTTP 406: the answer would be JSON, and Accept does not name it"), 406);
      if (request.method == Method::kPost && !is_body_type_known(request)) {
        return out.send(error_json(415, "HTTP 415: the body must be JSON; name its Content-Type"), 415);
      }
      handle(request, std::move(out));
    });
  }

  // ---- Subjects

  void subjects(Request& request, Exchange out) const {
    const auto page = Page::of(request);
    if (!page.ok()) return out.refuse(page.error());
    std::string prefix(request.query_value("subjectPrefix").value_or(""));
    if (prefix.starts_with(":*:")) prefix.erase(0, 3);
    const bool only_deleted = is_set(request, "deletedOnly");
    const bool deleted_too = only_deleted || is_set(request, "deleted");
    service_.read_all<std::vector<std::string>>(
        [this_service = &service_, principal = std::move(request.principal), prefix, deleted_too,
         only_deleted](const Registry& registry) -> Result<std::vector<std::string>> {
          auto names = registry.subjects(prefix, deleted_too);
          std::erase_if(names, [&](const std::string& name) {
            return !this_service->may_read(principal, name) || (only_deleted && registry.versions(name).ok());
          });
          return names;
        },
        answer<std::vector<std::string>>(std::move(out), [page = *page](const std::vector<std::string>& names) {
          return page.print(names,
                            [](std::string& to, const std::string& name) { schema::append_json_string(to, name); });
        }));
  }

  void versions(Request& request, Exchange out) const {
    const auto page = Page::of(request);
    if (!page.ok()) return out.refuse(page.error());
    const std::string& subject = request.parameters.at("subject");
    const bool deleted_too = is_set(request, "deleted");
    service_.read<std::vector<std::int32_t>>(
        request.principal, subject,
        [subject, deleted_too](const Registry& registry) { return registry.versions(subject, deleted_too); },
        answer<std::vector<std::int32_t>>(std::move(out), [page = *page](const std::vector<std::int32_t>& numbers) {
          return page.print(numbers, [](std::string& to, std::int32_t number) { to += std::to_string(number); });
        }));
  }

  void version(Request& request, Exchange out) const {
    find_version(request, std::move(out), [](const SubjectVersion& found) { return subject_version_json(found); });
  }
  void version_text(Request& request, Exchange out) const {
    find_version(request, std::move(out), [](const SubjectVersion& found) { return found.schema->definition.text; });
  }
  template <class Print>
  void find_version(Request& request, Exchange out, Print print) const {
    const auto name = VersionName::parse(request.parameters.at("version"));
    if (!name.ok()) return out.refuse(name.error());
    const std::string& subject = request.parameters.at("subject");
    const bool deleted_too = is_set(request, "deleted");
    service_.read<SubjectVersion>(
        request.principal, subject,
        [subject, name = *name, deleted_too](const Registry& registry) {
          return registry.version(subject, name, deleted_too);
        },
        answer<SubjectVersion>(std::move(out), print));
  }

  void register_schema(Request& request, Exchange out) const {
    auto body = parse_body(request);
    if (!body.ok()) return out.refuse(body.error());
    service_.register_schema(
        request.principal, std::move(*body),
        answer<SubjectVersion>(std::move(out), [](const SubjectVersion& added) { return registered_json(added); }));
  }
  void lookup(Request& request, Exchange out) const {
    auto body = parse_body(request);
    if (!body.ok()) return out.refuse(body.error());
    service_.lookup(request.principal, std::move(*body), is_set(request, "deleted"),
                    answer<SubjectVersion>(std::move(out),
                                           [](const SubjectVersion& found) { return subject_version_json(found); }));
  }
  static Result<registry::RegisterRequest> parse_body(Request& request) {
    TRY_ASSIGN(registry::RegisterRequest body,
               parse_register_body(request.body, std::move(request.parameters.at("subject"))));
    body.normalize = is_set(request, "normalize");
    return body;
  }

  // ---- Schemas by id

  void schema(Request& request, Exchange out) const {
    const auto id = schema_id(request);
    if (!id.ok()) return out.refuse(id.error());
    service_.schema_body(request.principal, *id, beside(request),
                         answer<SharedBytes>(std::move(out), [](SharedBytes& body) { return std::move(body); }));
  }
  void schema_text(Request& request, Exchange out) const {
    find_by_id<registry::StoredSchemaPointer>(
        request, std::move(out),
        [](const Registry& registry, SchemaId id, const std::string& subject) { return registry.schema(id, subject); },
        [](const registry::StoredSchemaPointer& found) { return found->definition.text; });
  }

  using Uses = std::vector<std::pair<std::string, std::int32_t>>;
  void schema_versions(Request& request, Exchange out) const {
    find_uses(request, std::move(out), [](const Page& page, const Uses& uses) {
      return page.print(uses, [](std::string& to, const auto& use) {
        to += schema::JsonObjectText().text("subject", use.first).number("version", use.second).take();
      });
    });
  }
  void schema_subjects(Request& request, Exchange out) const {
    find_uses(request, std::move(out), [](const Page& page, const Uses& uses) {
      std::vector<std::string> names;
      for (const auto& [subject, version] : uses) {
        if (names.empty() || names.back() != subject) names.push_back(subject);
      }
      return page.print(names, [](std::string& to, const std::string& name) { schema::append_json_string(to, name); });
    });
  }
  template <class Print>
  void find_uses(Request& request, Exchange out, Print print) const {
    const auto page = Page::of(request);
    if (!page.ok()) return out.refuse(page.error());
    find_by_id<Uses>(
        request, std::move(out),
        [deleted_too = is_set(request, "deleted"), this_service = &service_, principal = request.principal](
            const Registry& registry, SchemaId id, const std::string& subject) -> Result<Uses> {
          TRY_ASSIGN(Uses uses, registry.uses(id, subject, deleted_too));
          std::erase_if(uses, [&](const auto& use) { return !this_service->may_read(principal, use.first); });
          return uses;
        },
        [page = *page, print](const Uses& uses) { return print(page, uses); });
  }

  /// `look` reads from the registry by id, for who may read a subject that uses it.
  template <class T, class Look, class Print>
  void find_by_id(Request& request, Exchange out, Look look, Print print) const {
    const auto id = schema_id(request);
    if (!id.ok()) return out.refuse(id.error());
    service_.read_by_id<T>(
        request.principal, *id, beside(request),
        [id = *id, subject = beside(request), look = std::move(look)](const Registry& registry) {
          return look(registry, id, subject);
        },
        answer<T>(std::move(out), std::move(print)));
  }
  /// The subject that says in which context an id is meant.
  static std::string beside(const Request& request) { return std::string(request.query_value("subject").value_or("")); }

  // ---- Settings

  void config(Request&, Exchange out) const {
    service_.read_all<std::string>(
        [](const Registry& registry) -> Result<std::string> {
          return schema::JsonObjectText().text("compatibilityLevel", level_name(registry.compatibility_level())).take();
        },
        answer<std::string>(std::move(out), [](std::string& body) { return std::move(body); }));
  }
  void mode(Request&, Exchange out) const {
    service_.read_all<std::string>(
        [](const Registry& registry) -> Result<std::string> {
          return schema::JsonObjectText().text("mode", registry.mode()).take();
        },
        answer<std::string>(std::move(out), [](std::string& body) { return std::move(body); }));
  }

  Service& service_;
};

}  // namespace

http::Router registry_router(Service& service) { return Resources(service).router(); }

}  // namespace weft::api
