#include <fmt/format.h>

#include <charconv>

#include "api/context.h"
#include "api/parameters.h"
#include "api/problem.h"
#include "mesh/json_writer.h"
#include "mesh/product_difference.h"
#include "mesh/products.h"

namespace weft::api {

namespace {

mesh::ProductId id_of(const http::Request& request) {
  return {request.parameters.at("domain"), request.parameters.at("name")};
}

void write_version(mesh::JsonWriter& json, const mesh::Product& product) {
  json.member("version", product.version)
      .member("updated_at", mesh::time_text(product.updated_at_ms))
      .member("updated_by", product.updated_by);
}

void write_changes(mesh::JsonWriter& json, const std::vector<mesh::FieldChange>& changes) {
  json.begin_array();
  for (const mesh::FieldChange& change : changes) {
    json.begin_object().member("field", change.field).member("change", mesh::change_name(change.kind));
    json.key("before").raw(change.before.empty() ? "null" : change.before);
    json.key("after").raw(change.after.empty() ? "null" : change.after);
    json.end_object();
  }
  json.end_array();
}

void list(Context& context, http::Request request, http::Responder responder) {
  Parameters parameters(request);
  const auto limit = static_cast<std::size_t>(parameters.integer("limit", 1, 50).value_or(20));
  const auto before = parameters.integer("cursor", 1, std::int64_t{1} << 53);
  if (!parameters.fine()) return responder.send(parameters.refusal());
  if (!find_product(context, request)) return responder.send(no_product(request));
  context.services.products.list_versions(
      id_of(request), before, limit,
      [&context, limit, responder = std::move(responder)](Result<std::vector<mesh::ProductPointer>> found) mutable {
        if (!found.ok()) return responder.send(failed(found.error()));
        mesh::JsonWriter json;
        json.begin_object().member("sequence", context.hub.sequence()).key("versions").begin_array();
        const std::size_t shown = std::min(limit, found->size());
        for (std::size_t i = 0; i < shown; ++i) {
          json.begin_object();
          write_version(json, *(*found)[i]);
          json.key("changes");
          // Without the one before, everything would be new: what was published is no difference.
          if (i + 1 < found->size()) write_changes(json, mesh::difference(*(*found)[i + 1], *(*found)[i]));
          else json.value(nullptr);
          json.end_object();
        }
        json.end_array();
        json.member("next_cursor", found->size() > shown ? std::optional(fmt::format("{}", (*found)[shown - 1]->version))
                                                         : std::nullopt)
            .end_object();
        responder.send(json_response(200, std::move(json)));
      });
}

/// The version in the path; nothing when it is no number.
std::optional<std::int64_t> version_of(std::string_view text) {
  std::int64_t version = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (fault != std::errc{} || end != text.data() + text.size() || version < 1) return std::nullopt;
  return version;
}

http::Response no_version(const http::Request& request, std::string_view version) {
  return not_found(fmt::format("Version {} of {} is not held; the newest {} are.", version, id_of(request).to_string(),
                               mesh::kVersionsMax));
}

void get(Context& context, http::Request request, http::Responder responder) {
  const auto version = version_of(request.parameters.at("version"));
  if (!version) return responder.send(no_version(request, request.parameters.at("version")));
  context.services.products.find_version(
      id_of(request), *version,
      [request, responder = std::move(responder)](Result<mesh::ProductPointer> found) mutable {
        if (!found.ok()) return responder.send(failed(found.error()));
        if (!*found) return responder.send(no_version(request, request.parameters.at("version")));
        mesh::JsonWriter json;
        json.begin_object();
        write_version(json, **found);
        json.key("content").begin_object();
        mesh::write_members(json, **found);
        json.end_object().end_object();
        responder.send(json_response(200, std::move(json)));
      });
}

void compare(Context& context, http::Request request, http::Responder responder) {
  Parameters parameters(request);
  const auto to = version_of(request.parameters.at("version"));
  const auto from = parameters.integer("from", 1, std::int64_t{1} << 53);
  if (!parameters.fine()) return responder.send(parameters.refusal());
  if (!to) return responder.send(no_version(request, request.parameters.at("version")));
  if (!from) return responder.send(refused("Say what to compare with: ?from=<version>.", {}));
  context.services.products.find_version(
      id_of(request), *from,
      [&context, request, from = *from, to = *to,
       responder = std::move(responder)](Result<mesh::ProductPointer> before) mutable {
        if (!before.ok()) return responder.send(failed(before.error()));
        if (!*before) return responder.send(no_version(request, fmt::format("{}", from)));
        context.services.products.find_version(
            id_of(request), to,
            [request, to, before = *before, responder = std::move(responder)](Result<mesh::ProductPointer> after) mutable {
              if (!after.ok()) return responder.send(failed(after.error()));
              if (!*after) return responder.send(no_version(request, fmt::format("{}", to)));
              mesh::JsonWriter json;
              json.begin_object().key("from").begin_object();
              write_version(json, *before);
              json.end_object().key("to").begin_object();
              write_version(json, **after);
              json.end_object().key("changes");
              write_changes(json, mesh::difference(*before, **after));
              json.end_object();
              responder.send(json_response(200, std::move(json)));
            });
      });
}

}  // namespace

void add_product_versions(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/products/{domain}/{name}/versions", context, list);
  add_route(router, http::Method::kGet, "/api/v1/products/{domain}/{name}/versions/{version}", context, get);
  add_route(router, http::Method::kGet, "/api/v1/products/{domain}/{name}/versions/{version}/difference", context,
            compare);
}

}  // namespace weft::api
