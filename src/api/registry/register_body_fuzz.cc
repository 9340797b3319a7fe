// Any bytes as the body of a registration: a request, or an error that has one of Confluent's numbers and can be
// printed.
#include <cstddef>
#include <cstdint>

#include "api/registry/register_body.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto request = weft::api::parse_register_body(body, "subject");
  if (request.ok()) {
    CHECK(!request->text.empty() && request->text.size() <= size);
    CHECK(!request->id || *request->id > 0);
  } else {
    CHECK(!request.error().message.empty() && request.error().message.size() < 2'000);
    CHECK(request.error().detail == 400 || request.error().detail == 422 || request.error().detail / 100 == 422);
  }
  return 0;
}
