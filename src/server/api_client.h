#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/http.h"
#include "server/commands.h"

namespace weft::http {
struct ClientRequest;
}

namespace weft::server {

/// Talks JSON to a running weft for the commands. Blocking; one thread.
class ApiClient {
 public:
  /// Acts as `options.as`, if anybody is named. Errors as `call`.
  static Result<ApiClient> open(const ClientOptions& options);

  /// A path of /api/v1 ("/api/v1/products"), or a whole URL such as the registry's. The JSON of a 2xx answer; null when it has
  /// no body. Otherwise the error a problem document or registry error stands for, its findings one a line.
  Result<nlohmann::json> call(http::Method method, std::string_view path_or_url, const nlohmann::json* body = nullptr,
                              http::Headers headers = {}) const;
  Result<nlohmann::json> get(std::string_view path_or_url) const { return call(http::Method::kGet, path_or_url); }
  /// The body of a 2xx answer to GET as it came, in this media type.
  Result<std::string> get_text(std::string_view path, std::string_view media_type) const;

 private:
  Result<std::string> exchange(http::ClientRequest request, bool with_session) const;
  explicit ApiClient(std::string server) : server_(std::move(server)) {}

  std::string server_;
  std::string cookie_;
};

/// The exit code an error ends a command with.
ExitCode exit_code_of(ErrorCode code);
/// Prints the error, as JSON if so asked, to standard error; the exit code to end with.
int report(const ClientOptions& client, const Error& why);
/// The same for what is wrong in the command line itself, or in the input it names.
int report_usage(const ClientOptions& client, const Error& why);

/// Left-aligned columns under their names.
void print_table(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& rows);

/// "1.2 kB", "3 h 12 min", "4.1/s": for people.
std::string bytes_text(double bytes);
std::string age_text(double ms);

}  // namespace weft::server
