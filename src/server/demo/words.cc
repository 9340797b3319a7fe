#include "server/demo/words.h"

#include <fmt/format.h>

namespace weft::server::demo {

std::string product_words(std::string_view topic, std::string_view http) {
  if (topic == "stocktrades")
    return R"({"sensitivity":"confidential",
      "links":[{"title":"How fills become trades","url":"https://wiki.meridian.example/fills"}],
      "support":{"title":"#execution-data","url":"https://chat.meridian.example/execution-data"},
      "terms":"For use **within Meridian**. Accounts and users stay in the mesh: publish what you derive from them as a product of its own.",
      "attributes":{"retention_class":"7y","cost_center":4711,"certified":true,"regions":["eu","us"]}})";
  if (topic == "users")
    return fmt::format(
        R"({{"sensitivity":"personal_data",
      "links":[{{"title":"What registration asks","url":"https://wiki.meridian.example/registration"}}],
      "terms":"Personal data. Read only what you need, and forget a user when the value is gone.",
      "attributes":{{"retention_class":"as long as registered","reviewed_on":"2026-09-30"}},
      "ports":[{{"topic":"users"}},
        {{"name":"api","kind":"rest","address":"{0}/api/v1/products/membership/users/samples","format":"json",
          "contract":{{"media_type":"text/markdown","text":"GET answers the newest registrations as JSON; ?from=earliest the oldest.","url":""}},
          "probe":{{"kind":"http","target":"{0}/healthz","interval_seconds":30}}}}]}})",
        http);
  return "{}";
}

DemoService demo_service(std::string_view http) {
  return {.domain = "edge",
          .name = "pageview_rate",
          .owner = "edge-team",
          .product = fmt::format(
              R"({{"owner":"edge-team","description":"How many pages are shown per second just now, asked by REST. It counts what *pageviews* holds.",
      "quality":"raw","sla":3,"tags":["web"],"attributes":{{"cost_center":4203}},
      "ports":[{{"kind":"rest","address":"{0}/api/v1/products/edge/pageviews","format":"json",
        "probe":{{"kind":"http","target":"{0}/api/v1/products/edge/pageviews","interval_seconds":60}}}}]}})",
              http),
          .lifecycle = R"({"to":"deprecated","reason":"pageviews says its own rate, to everybody.","ends_on":"2027-06-30",
      "successor":"edge/pageviews"})"};
}

}  // namespace weft::server::demo
