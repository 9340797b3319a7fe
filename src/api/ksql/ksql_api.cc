#include "api/ksql/ksql_api.h"

#include "schema/json_text.h"

namespace weft::api {
namespace {

http::Response generic_error(int status, std::string_view message) {
  return http::Response::json(status, schema::JsonObjectText()
                                          .text("@type", "generic_error")
                                          .number("error_code", status * 100)
                                          .text("message", message)
                                          .take());
}

}  // namespace

http::Router ksql_router() {
  http::Router router;
  router.refuse_as([](const http::Request&, const Error& why, int status) {
    if (status == 404) return generic_error(501, "This version of weft has no SQL engine yet; see ROADMAP.md.");
    return generic_error(status, why.message);
  });
  return router;
}

}  // namespace weft::api
