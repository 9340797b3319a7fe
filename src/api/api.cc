#include "api/api.h"

#include "access/authorizer.h"
#include "api/context.h"
#include "api/product_search.h"
#include "api/problem.h"
#include "base/percent_encoding.h"
#include "identity/directory_file.h"
#include "identity/sessions.h"
#include "mesh/catalogue.h"
#include "mesh/products.h"
#include "mesh/json_writer.h"

namespace weft::api {

namespace {

constexpr std::size_t kAuditedBodyMax = 16 << 10;

std::string encoded_path(std::string_view path) {
  std::string out;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    out += percent_encode(path.substr(at, slash - at));
    if (slash < path.size()) out += '/';
    at = slash + 1;
  }
  return out;
}

}  // namespace

Api::Api(Services services) : context_(std::make_unique<Context>(std::move(services))) {
  context_->services.products.listen(context_->health);
}

Api::~Api() { context_->services.products.forget(context_->health); }

void Api::add_to(http::Router& router) {
  add_session(router, *context_);
  add_server(router, *context_);
  add_directory(router, *context_);
  add_products(router, *context_);
  add_product_search(router, *context_);
  add_saved_searches(router, *context_);
  add_product_changes(router, *context_);
  add_product_versions(router, *context_);
  add_product_schema(router, *context_);
  add_exports(router, *context_);
  add_product_consumers(router, *context_);
  add_product_snippets(router, *context_);
  add_product_schema_difference(router, *context_);
  add_groups(router, *context_);
  add_samples(router, *context_);
  add_sample_scans(router, *context_);
  add_rules(router, *context_);
  add_topics(router, *context_);
  add_audit(router, *context_);
  add_events(router, *context_);
  add_inbox(router, *context_);
  add_follows(router, *context_);
}

const std::vector<Api::Route>& Api::routes() const { return context_->routes; }

EventHub& Api::hub() { return context_->hub; }

http::Authenticate Api::authenticate() {
  return [context = context_.get()](const http::Request& request) -> Result<access::Principal> {
    const auto cookie = request.cookie(kSessionCookie);
    if (!cookie) return access::Principal::anonymous();
    const auto person = context->services.sessions.person_of(*cookie);
    if (!person) return access::Principal::anonymous();
    // Somebody who has left the directory has no rights any more.
    return context->services.directory.current()->principal_of(*person).value_or(access::Principal::anonymous());
  };
}

void add_route(http::Router& router, http::Method method, std::string_view pattern, Context& context, Handle handle) {
  context.routes.push_back({method, std::string(pattern)});
  router.add(method, pattern, [&context, handle](http::Request request, http::Responder responder) {
    if (!Idempotency::wanted(request)) return handle(context, std::move(request), std::move(responder));
    context.idempotency.run(std::move(request), std::move(responder),
                            [&context, handle](http::Request first, http::Responder answer) {
                              handle(context, std::move(first), std::move(answer));
                            });
  });
}

mesh::Asked asked(const Context& context, const http::Request& request) {
  mesh::Asked asked{request.principal, context.services.directory.current()->display_name(request.principal), {}};
  asked.call.method = std::string(http::method_name(request.method));
  asked.call.path = encoded_path(request.path);
  if (const auto if_match = request.header("if-match")) asked.call.headers.emplace("If-Match", *if_match);
  if (!request.body.empty() && request.body.size() <= kAuditedBodyMax) asked.call.body = request.body;
  return asked;
}

mesh::ProductPointer find_product(const Context& context, const http::Request& request) {
  return context.services.catalogue.find({request.parameters.at("domain"), request.parameters.at("name")});
}

http::Response no_product(const http::Request& request) {
  return not_found(
      fmt::format("There is no product {}/{}.", request.parameters.at("domain"), request.parameters.at("name")));
}

Result<void> may_read(const Services& services, const access::Principal& principal, const mesh::Product& product) {
  if (product.stream().topic.empty())
    return error(ErrorCode::kNotFound, "{} has no stream: read it at its ports' addresses.", product.id.to_string());
  if (!principal.member_of(product.owner)) {
    const std::string id = product.id.to_string();
    switch (product.audience) {
      case mesh::Audience::kOpen:
        break;
      case mesh::Audience::kDomain: {
        const auto directory = services.directory.current();
        const identity::Domain* domain = directory->find_domain(product.id.domain);
        if (domain != nullptr && std::any_of(principal.teams.begin(), principal.teams.end(),
                                             [&](const std::string& team) { return domain->has_team(team); }))
          break;
        return error(ErrorCode::kForbidden, "{} is for the teams of {}. Ask {} to widen its audience.", id,
                     product.id.domain, product.owner);
      }
      case mesh::Audience::kByRequest:
        return error(ErrorCode::kForbidden, "{} is read by request. Ask {}.", id, product.owner);
      case mesh::Audience::kPrivate:
        return error(ErrorCode::kForbidden, "{} is private to {}. Ask them to widen its audience.", id, product.owner);
    }
  }
  return services.authorizer.check(principal, access::Right::kRead,
                                   {access::ResourceType::kTopic, product.stream().topic});
}

Result<void> may_read(const Context& context, const http::Request& request, const mesh::Product& product) {
  return may_read(context.services, request.principal, product);
}

http::Response json_response(int status, mesh::JsonWriter json) {
  return http::Response::json(status, std::move(json).take());
}

http::Response with_etag(int status, mesh::JsonWriter json, std::string_view etag) {
  http::Response response = json_response(status, std::move(json));
  response.headers.emplace_back("ETag", fmt::format("\"{}\"", etag));
  return response;
}

}  // namespace weft::api
