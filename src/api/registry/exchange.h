#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/registry/registry_api.h"
#include "base/function.h"
#include "base/result.h"
#include "http/http.h"
#include "registry/service.h"

/// How requests of the registry's port are read and answered, whatever they are about.
namespace weft::api {

std::string registry_error_json(int code, std::string_view message);
/// The first of the registry's content types that the request accepts, the preferred one first.
std::optional<std::string_view> registry_answer_type(const http::Request& request);

/// Where one request's answer goes, in the content type it asked for.
class Exchange {
 public:
  Exchange(std::string_view content_type, int incompatible_code, http::Responder responder)
      : content_type_(content_type), incompatible_code_(incompatible_code), responder_(std::move(responder)) {}

  /// Called once, with what the answer says; not at all when nobody is there any more to tell.
  void on_answer(Callback<Result<void>> answered) { answered_ = std::move(answered); }

  void send(SharedBytes body, int status = 200);
  void send(std::string body, int status = 200) { send(SharedBytes(std::move(body)), status); }
  /// In Confluent's form: status and error_code by the error's detail, or by its code.
  void refuse(const Error& why);

 private:
  void answer(SharedBytes body, int status);

  std::string_view content_type_;
  int incompatible_code_;
  http::Responder responder_;
  Callback<Result<void>> answered_;
};

/// A callback that sends what `print` makes of the value, or the error.
template <class T, class Print>
Callback<Result<T>> answer(Exchange exchange, Print print) {
  return [exchange = std::move(exchange), print = std::move(print)](Result<T> result) mutable {
    if (!result.ok()) return exchange.refuse(result.error());
    exchange.send(print(*result));
  };
}

/// Paging of a list: `offset` and `limit`, -1 being without limit.
struct Page {
  std::size_t offset = 0;
  std::size_t limit = SIZE_MAX;

  static Result<Page> of(const http::Request& request);

  template <class T, class Print>
  std::string print(const std::vector<T>& all, Print element) const {
    std::string out = "[";
    for (std::size_t i = offset; i < all.size() && i - offset < limit; ++i) {
      if (out.size() > 1) out += ',';
      element(out, all[i]);
    }
    return out += ']';
  }
};

/// Whether the query says `flag=true`.
bool is_set(const http::Request& request, std::string_view flag);
std::string query_text(const http::Request& request, std::string_view name);

/// Routes under "/" and once more under "/contexts/{context}", where they mean that context.
class RegistryRoutes {
 public:
  using Handle = Function<void(http::Request&, Exchange)>;

  RegistryRoutes(http::Router& router, std::shared_ptr<const RegistryApiOptions> options)
      : router_(router), options_(std::move(options)) {}
  /// The handler gets a request whose headers have been checked.
  void add(http::Method method, std::string_view pattern, const std::function<void(http::Request&, Exchange)>& handle);
  /// Only under "/".
  void add_once(http::Method method, std::string_view pattern,
                const std::function<void(http::Request&, Exchange)>& handle);

 private:
  http::Router& router_;
  std::shared_ptr<const RegistryApiOptions> options_;
};

/// The context that the path names, as settings call it: ":.eu:", or "" for the default one.
std::string context_scope(const http::Request& request);
/// The subject in the path, in the path's context.
std::string subject_of(const http::Request& request);
/// The subject of the query that says in which context an id is meant; without one, the path's context.
std::string beside_of(const http::Request& request);
/// Of which subjects a list is: those of all contexts, or of the path's, unless `subjectPrefix` says it.
std::string prefix_of(const http::Request& request);

}  // namespace weft::api
