#include <fmt/format.h>

#include "base/percent_encoding.h"
#include "server/api_client.h"
#include "server/commands.h"

namespace weft::server {
namespace {

/// YAML, or with --json the same as JSON.
int print_document(const ClientOptions& client, const std::string& path) {
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  const auto text = client.json ? api->get_text(path, "application/json")
                                : api->get_text(path + "?format=yaml", "application/yaml");
  if (!text.ok()) return report(client, text.error());
  fmt::print("{}{}", *text, text->ends_with('\n') ? "" : "\n");
  return kDone;
}

}  // namespace

int export_product(const ClientOptions& client, const ExportOptions& options) {
  const std::size_t slash = options.name.find('/');
  if (slash == std::string::npos)
    return report_usage(client, error(ErrorCode::kInvalidArgument,
                                      "'{}' is not a product's name: DOMAIN/NAME, such as execution/stocktrades",
                                      options.name));
  return print_document(client, fmt::format("/api/v1/products/{}/{}/{}", percent_encode(options.name.substr(0, slash)),
                                            percent_encode(options.name.substr(slash + 1)), options.standard));
}

int export_domain(const ClientOptions& client, const ExportOptions& options) {
  return print_document(client, fmt::format("/api/v1/domains/{}/asyncapi", percent_encode(options.name)));
}

}  // namespace weft::server
