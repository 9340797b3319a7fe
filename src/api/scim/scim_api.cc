#include "api/scim/scim_api.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>

#include "identity/scim.h"
#include "identity/scim_filter.h"
#include "mesh/json_writer.h"

namespace weft::api {

namespace {

using identity::ScimType;
using nlohmann::json;

constexpr std::string_view kRoot = "/scim/v2";
constexpr std::size_t kPageDefault = 100;
constexpr std::size_t kPageMax = 500;
constexpr std::size_t kDepthMax = 32;

struct Surface {
  identity::Scim& scim;
  ScimApiOptions options;
};

http::Response scim_json(int status, const json& body) {
  return http::Response::text(status, body.dump(-1, ' ', false, json::error_handler_t::replace),
                              "application/scim+json");
}

http::Response refusal(const identity::ScimFault& fault) {
  json body = {{"schemas", {"urn:ietf:params:scim:api:messages:2.0:Error"}},
               {"status", fmt::format("{}", fault.status)},
               {"detail", fault.detail}};
  if (!fault.type.empty()) body["scimType"] = fault.type;
  return scim_json(fault.status, body);
}

/// Compares in a time that does not tell how much of the token was right.
bool same_secret(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[b.empty() ? 0 : i % b.size()]);
  return difference == 0 && !b.empty();
}

std::optional<http::Response> refuse_client(const Surface& surface, const http::Request& request) {
  constexpr std::string_view kBearer = "bearer ";
  const auto header = request.header("authorization");
  const std::string given = header && identity::same_name(std::string_view(*header).substr(0, kBearer.size()), kBearer)
                                ? std::string(*header).substr(kBearer.size())
                                : "";
  if (same_secret(given, surface.options.token)) return std::nullopt;
  http::Response response = refusal({401, "", "Send the token of the setting scim_token as Authorization: Bearer."});
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"scim\"");
  return response;
}

std::string base_of(const http::Request& request) {
  const auto host = request.header("host");
  return fmt::format("http://{}{}", host ? std::string(*host) : "localhost", kRoot);
}

std::string_view plural(ScimType type) { return type == ScimType::kUser ? "Users" : "Groups"; }

json resource_json(const identity::ScimResource& resource, const std::string& base) {
  json out = *resource.attributes;
  const std::string location = fmt::format("{}/{}/{}", base, plural(resource.type), resource.id);
  out["schemas"] = {identity::scim_schema_id(resource.type)};
  out["id"] = resource.id;
  out["meta"] = {{"resourceType", identity::scim_type_name(resource.type)},
                 {"created", mesh::time_text(resource.created_ms)},
                 {"lastModified", mesh::time_text(resource.changed_ms)},
                 {"location", location}};
  return out;
}

std::vector<std::string> split_names(const std::optional<std::string>& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; text && at <= text->size();) {
    const std::size_t comma = std::min(text->find(',', at), text->size());
    std::string name = text->substr(at, comma - at);
    name.erase(std::remove(name.begin(), name.end(), ' '), name.end());
    if (!name.empty()) out.push_back(std::move(name));
    at = comma + 1;
  }
  return out;
}

std::optional<std::string> parameter(const http::Request& request, std::string_view name) {
  for (const auto& [key, value] : request.query)
    if (identity::same_name(key, name)) return value;
  return std::nullopt;
}

/// Leaves what `attributes` asks for, or takes away what `excludedAttributes` names; id and schemas always stay.
void choose_attributes(const http::Request& request, ScimType type, json& resource) {
  const auto wanted = split_names(parameter(request, "attributes"));
  const auto unwanted = split_names(parameter(request, "excludedAttributes"));
  const auto names = [&](const std::vector<std::string>& list, const std::string& key) {
    return std::any_of(list.begin(), list.end(), [&](const std::string& each) {
      const std::string_view name = identity::without_schema_id(type, each);
      return identity::same_name(name.substr(0, name.find('.')), key);
    });
  };
  for (auto at = resource.begin(); at != resource.end();) {
    const bool always = at.key() == "id" || at.key() == "schemas";
    const bool goes = !always && ((!wanted.empty() && !names(wanted, at.key())) || names(unwanted, at.key()));
    at = goes ? resource.erase(at) : std::next(at);
  }
}

std::int64_t number(const http::Request& request, std::string_view name, std::int64_t otherwise) {
  const auto text = parameter(request, name);
  std::int64_t value = otherwise;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

json list_json(json resources, std::size_t total, std::size_t start) {
  return {{"schemas", {"urn:ietf:params:scim:api:messages:2.0:ListResponse"}},
          {"totalResults", total},
          {"startIndex", start},
          {"itemsPerPage", resources.size()},
          {"Resources", std::move(resources)}};
}

http::Response list(const Surface& surface, const http::Request& request, std::span<const ScimType> types) {
  std::optional<identity::ScimFilter> filter;
  if (const auto text = parameter(request, "filter")) {
    auto parsed = identity::ScimFilter::parse(*text);
    if (!parsed.ok()) return refusal({400, "invalidFilter", parsed.error().message});
    filter = std::move(*parsed);
  }
  const auto start = static_cast<std::size_t>(std::max<std::int64_t>(1, number(request, "startIndex", 1)));
  const auto count = static_cast<std::size_t>(
      std::clamp<std::int64_t>(number(request, "count", kPageDefault), 0, static_cast<std::int64_t>(kPageMax)));
  const std::string base = base_of(request);
  json page = json::array();
  std::size_t total = 0;
  for (const ScimType type : types) {
    for (const auto& [id, resource] : surface.scim.all(type)) {
      if (filter || (total + 1 >= start && page.size() < count)) {
        json shown = resource_json(resource, base);
        if (filter && !filter->matches(shown)) continue;
        ++total;
        if (total < start || page.size() >= count) continue;
        choose_attributes(request, type, shown);
        page.push_back(std::move(shown));
      } else {
        ++total;
      }
    }
  }
  return scim_json(200, list_json(std::move(page), total, start));
}

http::Response get(const Surface& surface, const http::Request& request, ScimType type) {
  const std::string& id = request.parameters.at("id");
  const identity::ScimResource* found = surface.scim.find(type, id);
  if (found == nullptr)
    return refusal({404, "", fmt::format("There is no {} {}.", identity::scim_type_name(type), id)});
  json shown = resource_json(*found, base_of(request));
  choose_attributes(request, type, shown);
  return scim_json(200, shown);
}

/// The body as JSON, no deeper than we care to walk.
std::optional<json> parse_body(std::string_view body) {
  std::size_t depth = 0, deepest = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (quoted && body[i] == '\\') ++i;
    else if (body[i] == '"') quoted = !quoted;
    else if (!quoted && (body[i] == '{' || body[i] == '[')) deepest = std::max(deepest, ++depth);
    else if (!quoted && (body[i] == '}' || body[i] == ']') && depth > 0) --depth;
  }
  if (deepest > kDepthMax) return std::nullopt;
  json parsed = json::parse(body, nullptr, false);
  return parsed.is_discarded() ? std::nullopt : std::optional(std::move(parsed));
}

/// A list whose parameters stand in the body (RFC 7644 section 3.4.3).
http::Response search(const Surface& surface, http::Request request, std::span<const ScimType> types) {
  const auto body = parse_body(request.body);
  if (!body || !body->is_object()) return refusal({400, "invalidSyntax", "The body is no JSON object."});
  request.query.clear();
  for (const auto& [name, value] : body->items()) {
    std::string text = value.is_string() ? value.get<std::string>() : value.is_number_integer() ? value.dump() : "";
    if (value.is_array()) {
      for (const json& each : value)
        if (each.is_string()) text += (text.empty() ? "" : ",") + each.get<std::string>();
    }
    request.query.emplace(name, std::move(text));
  }
  return list(surface, request, types);
}

enum class Verb { kCreate, kReplace, kPatch, kDelete };
constexpr std::string_view kVerbs[] = {"create", "replace", "patch", "delete"};

void change(Surface& surface, http::Request request, http::Responder responder, ScimType type, Verb verb) {
  std::optional<json> body;
  if (verb != Verb::kDelete) {
    body = parse_body(request.body);
    if (!body)
      return responder.send(refusal({400, "invalidSyntax", "The body is no JSON, or nested too deeply."}));
  }
  const auto id = request.parameters.find("id");
  const std::string of = id == request.parameters.end() ? "" : id->second;
  auto shared = std::make_shared<http::Request>(std::move(request));
  auto answered = [&surface, shared, type, verb, responder = std::move(responder)](
                      Result<identity::ScimChange> done) mutable {
    if (!done.ok()) return responder.send(refusal({503, "", done.error().message}));
    if (done->fault) return responder.send(refusal(*done->fault));
    if (surface.options.changed)
      surface.options.changed(*shared, fmt::format("{} {} {}", kVerbs[static_cast<std::size_t>(verb)],
                                                   identity::scim_type_name(type), done->resource.id));
    if (verb == Verb::kDelete) return responder.send(http::Response{.status = 204});
    json shown = resource_json(done->resource, base_of(*shared));
    const std::string location = shown["meta"]["location"];
    choose_attributes(*shared, type, shown);
    http::Response response = scim_json(verb == Verb::kCreate ? 201 : 200, shown);
    response.headers.emplace_back("Location", location);
    responder.send(std::move(response));
  };
  switch (verb) {
    case Verb::kCreate:
      return surface.scim.create(type, std::move(*body), std::move(answered));
    case Verb::kReplace:
      return surface.scim.replace(type, of, std::move(*body), std::move(answered));
    case Verb::kPatch:
      return surface.scim.patch(type, of, std::move(*body), std::move(answered));
    case Verb::kDelete:
      return surface.scim.remove(type, of, std::move(answered));
  }
}

/// The documents that say what there is.
http::Response describe(const http::Request& request) {
  const std::string base = base_of(request);
  std::string_view path = std::string_view(request.path).substr(kRoot.size());
  if (path == "/ServiceProviderConfig") return scim_json(200, identity::scim_service_provider_config(base));
  const bool schemas = path.starts_with("/Schemas");
  const auto document = [&](ScimType type) {
    return schemas ? identity::scim_schema(type, base) : identity::scim_resource_type(type, base);
  };
  const auto id = request.parameters.find("id");
  if (id == request.parameters.end()) {
    json both = json::array({document(ScimType::kUser), document(ScimType::kGroup)});
    return scim_json(200, list_json(std::move(both), 2, 1));
  }
  for (const ScimType type : {ScimType::kUser, ScimType::kGroup})
    if (json one = document(type); one["id"] == id->second) return scim_json(200, one);
  return refusal({404, "", fmt::format("There is no {}.", id->second)});
}

}  // namespace

http::Response no_scim_resource() { return refusal({404, "", "There is no such resource."}); }

void add_scim(http::Router& router, identity::Scim& scim, ScimApiOptions options) {
  auto surface = std::make_shared<Surface>(Surface{scim, std::move(options)});
  const auto add = [&](http::Method method, std::string path, auto handle) {
    router.add(method, std::string(kRoot) + path,
               [surface, handle](http::Request request, http::Responder responder) mutable {
                 if (auto refused = refuse_client(*surface, request)) return responder.send(std::move(*refused));
                 handle(*surface, std::move(request), std::move(responder));
               });
  };
  for (const ScimType type : {ScimType::kUser, ScimType::kGroup}) {
    const std::string all = fmt::format("/{}", plural(type)), one = all + "/{id}";
    add(http::Method::kGet, all, [type](Surface& s, http::Request request, http::Responder responder) {
      responder.send(list(s, request, {&type, 1}));
    });
    add(http::Method::kPost, all + "/.search", [type](Surface& s, http::Request request, http::Responder responder) {
      responder.send(search(s, std::move(request), {&type, 1}));
    });
    add(http::Method::kGet, one, [type](Surface& s, http::Request request, http::Responder responder) {
      responder.send(get(s, request, type));
    });
    const auto changes = [&](http::Method method, const std::string& path, Verb verb) {
      add(method, path, [type, verb](Surface& s, http::Request request, http::Responder responder) {
        change(s, std::move(request), std::move(responder), type, verb);
      });
    };
    changes(http::Method::kPost, all, Verb::kCreate);
    changes(http::Method::kPut, one, Verb::kReplace);
    changes(http::Method::kPatch, one, Verb::kPatch);
    changes(http::Method::kDelete, one, Verb::kDelete);
  }
  add(http::Method::kPost, "/.search", [](Surface& s, http::Request request, http::Responder responder) {
    constexpr ScimType kBoth[] = {ScimType::kUser, ScimType::kGroup};
    responder.send(search(s, std::move(request), kBoth));
  });
  for (const char* path : {"/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/{id}", "/Schemas", "/Schemas/{id}"})
    add(http::Method::kGet, path, [](Surface&, http::Request request, http::Responder responder) {
      responder.send(describe(request));
    });
}

}  // namespace weft::api
