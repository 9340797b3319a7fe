#pragma once

namespace weft::http {
class Router;
}

namespace weft::api {

struct Context;

/// GET /api/v1/products: the list that search answers.
void add_product_search(http::Router& router, Context& context);
/// /api/v1/me/searches: searches that a person keeps under names.
void add_saved_searches(http::Router& router, Context& context);

}  // namespace weft::api
