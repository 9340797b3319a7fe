#pragma once

#include <string>
#include <string_view>

namespace weft::server::demo {

/// What the owner of a demo topic says besides its promise, as members of the API's ProductInput: JSON, "{}" for nothing.
/// `http` is where this weft is, "http://127.0.0.1:8080": the demo's REST ports are its own.
std::string product_words(std::string_view topic, std::string_view http);

/// A product that is no stream, and on its way out.
struct DemoService {
  std::string domain, name, owner;
  std::string product;    ///< ProductInput.
  std::string lifecycle;  ///< LifecycleChange.
};
DemoService demo_service(std::string_view http);

}  // namespace weft::server::demo
