#include "access/authorizer.h"
#include "api/context.h"
#include "api/problem.h"
#include "mesh/consumers.h"
#include "mesh/json_writer.h"
#include "mesh/product.h"

namespace weft::api {

namespace {

void get(Context& context, http::Request request, http::Responder responder) {
  const mesh::ProductPointer product = find_product(context, request);
  if (!product) return responder.send(no_product(request));
  if (product->stream().topic.empty())
    return responder.send(not_found(product->id.to_string() + " has no stream: see its ports for how it is read."));
  const std::string topic = product->stream().topic;
  const auto allowed = context.services.authorizer.check(request.principal, access::Right::kDescribe,
                                                         {access::ResourceType::kTopic, topic});
  if (!allowed.ok()) return responder.send(failed(allowed.error()));
  context.services.consumers.of(
      topic, [topic, responder = std::move(responder)](Result<mesh::TopicConsumers> consumers) mutable {
        if (!consumers.ok()) return responder.send(failed(consumers.error()));
        mesh::JsonWriter json;
        json.begin_object().member("topic", topic).member("consumers", *consumers).end_object();
        responder.send(json_response(200, std::move(json)));
      });
}

}  // namespace

void add_product_consumers(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/products/{domain}/{name}/consumers", context, get);
}

}  // namespace weft::api
