#pragma once

#include <span>
#include <string>
#include <vector>

#include "http/assets.h"
#include "http/http.h"

namespace weft::env {
class Random;
}

namespace weft::http {

/// The browser UI: the files embedded in the program, and index.html for every address that is a view of it. Product
/// names hold dots, so what is a view is told by the Accept header and by what it is not: no file, no API.
class Site {
 public:
  /// `random` makes the nonces; it and `assets` outlive the Site. Paths under `api_prefixes` ("/api/") are never a
  /// view.
  Site(env::Random& random, std::span<const Asset> assets, std::vector<std::string> api_prefixes);

  /// Answers a GET or HEAD that no route serves; 404 when it is neither file nor view.
  Response serve(const Request& request) const;

 private:
  const Asset* find(std::string_view path) const;
  bool is_view(const Request& request) const;
  Response serve_asset(const Request& request, const Asset& asset) const;
  Response serve_index() const;

  env::Random& random_;
  std::span<const Asset> assets_;
  std::vector<std::string> api_prefixes_;
};

}  // namespace weft::http
