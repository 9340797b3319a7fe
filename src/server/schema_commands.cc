#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/percent_encoding.h"
#include "server/api_client.h"
#include "server/commands.h"
#include "server/text_input.h"

namespace weft::server {
namespace {

using nlohmann::json;

constexpr std::uint64_t kSchemaBytesMax = 8 << 20;

/// Where the registry is, by the server's own word.
Result<std::string> registry_url(const ApiClient& api) {
  TRY_ASSIGN(const json server, api.get("/api/v1/server"));
  if (!server["addresses"]["registry"].is_string())
    return error(ErrorCode::kUnavailable, "this weft serves no registry");
  return server["addresses"]["registry"].get<std::string>();
}

}  // namespace

int schema_register(const ClientOptions& client, const SchemaOptions& options) {
  const auto text = read_text(options.file, kSchemaBytesMax);
  if (!text.ok()) return report_usage(client, text.error());
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  const auto registry = registry_url(*api);
  if (!registry.ok()) return report(client, registry.error());
  const json body = {{"schema", *text}};
  const auto added =
      api->call(http::Method::kPost, *registry + "/subjects/" + percent_encode(options.subject) + "/versions", &body);
  if (!added.ok()) return report(client, added.error());
  if (client.json)
    fmt::print("{}\n", added->dump());
  else
    fmt::print("{} has id {}\n", options.subject, (*added)["id"].get<int>());
  return kDone;
}

int schema_show(const ClientOptions& client, const SchemaOptions& options) {
  if (options.subject.empty() && !options.id.has_value())
    return report_usage(client, error(ErrorCode::kInvalidArgument, "name a subject, or an id with --id"));
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  const auto registry = registry_url(*api);
  if (!registry.ok()) return report(client, registry.error());
  const std::string path = options.id.has_value()
                               ? fmt::format("/schemas/ids/{}", *options.id)
                               : fmt::format("/subjects/{}/versions/{}", percent_encode(options.subject),
                                             options.version.has_value() ? std::to_string(*options.version) : "latest");
  const auto shown = api->get(*registry + path);
  if (!shown.ok()) return report(client, shown.error());
  if (client.json) {
    fmt::print("{}\n", shown->dump());
    return kDone;
  }
  if (shown->contains("version"))
    fmt::print("{} version {}, id {}\n", (*shown)["subject"].get<std::string>(), (*shown)["version"].get<int>(),
               (*shown)["id"].get<int>());
  const std::string text = (*shown)["schema"].get<std::string>();
  const json pretty = json::parse(text, nullptr, false);
  fmt::print("{}\n", pretty.is_discarded() ? text : pretty.dump(2));
  return kDone;
}

}  // namespace weft::server
