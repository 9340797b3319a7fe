// Any bytes as the body of a registration or of a change of settings: a request, or an error that has one of
// Confluent's numbers and can be printed.
#include <cstddef>
#include <cstdint>

#include "api/registry/register_body.h"
#include "api/registry/setting_body.h"
#include "base/check.h"
#include "schema/json_tree.h"

namespace {

void check_refusal(const weft::Error& why) {
  CHECK(!why.message.empty() && why.message.size() < 2'000);
  CHECK(why.detail == 400 || why.detail == 422 || why.detail / 100 == 422);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto request = weft::api::parse_register_body(body, "subject");
  if (request.ok()) {
    CHECK(request->text.size() <= size);
    CHECK(!request->id || *request->id > 0);
    // What is stored can be read again.
    if (request->metadata_json) CHECK(weft::schema::parse_json(*request->metadata_json).ok());
    if (request->rule_set_json) CHECK(weft::schema::parse_json(*request->rule_set_json).ok());
  } else {
    check_refusal(request.error());
  }
  const auto config = weft::api::parse_config_body(body);
  if (config.ok()) {
    const auto tree = weft::schema::parse_json(config->set.json());
    CHECK(tree.ok() && weft::registry::Config::of(*tree) == config->set);
  } else {
    check_refusal(config.error());
  }
  if (const auto mode = weft::api::parse_mode_body(body); !mode.ok()) check_refusal(mode.error());
  return 0;
}
