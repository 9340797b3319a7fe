#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/percent_encoding.h"
#include "server/api_client.h"
#include "server/commands.h"

namespace weft::server {
namespace {

using nlohmann::json;

std::string quoted(std::string text) {
  for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 4) text.replace(at, 1, "'\\''");
  return "'" + text + "'";
}

/// The call that did it, as one would type it.
std::string curl_of(const json& call, const std::string& server) {
  std::string line = fmt::format("curl -X {} {}", call["method"].get<std::string>(),
                                 quoted(server + call["path"].get<std::string>()));
  for (const auto& [name, value] : call["headers"].items())
    line += " \\\n  -H " + quoted(name + ": " + value.get<std::string>());
  if (call["body"].is_string())
    line += " \\\n  -H 'Content-Type: application/json' \\\n  -d " + quoted(call["body"].get<std::string>());
  return line;
}

std::string path_of(const AuditOptions& options) {
  std::string path = fmt::format("/api/v1/audit?limit={}", options.limit);
  for (const auto& [name, value] : {std::pair("subject", &options.subject), std::pair("principal", &options.principal),
                                    std::pair("action", &options.action), std::pair("outcome", &options.outcome)})
    if (!value->empty()) path += fmt::format("&{}={}", name, percent_encode(*value));
  return path;
}

}  // namespace

int audit_list(const ClientOptions& client, const AuditOptions& options) {
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  const auto page = api->get(path_of(options));
  if (!page.ok()) return report(client, page.error());
  if (client.json) {
    fmt::print("{}\n", page->dump());
    return kDone;
  }
  std::vector<std::vector<std::string>> rows;
  for (const json& entry : (*page)["entries"])
    rows.push_back({entry["id"].get<std::string>(), entry["time"].get<std::string>(),
                    entry["display_name"].get<std::string>(), entry["outcome"].get<std::string>(),
                    entry["summary"].get<std::string>()});
  if (rows.empty()) fmt::print("No entry matches. Every change and every refusal is one.\n");
  else print_table({"ID", "TIME", "WHO", "OUTCOME", "WHAT"}, rows);
  return kDone;
}

int audit_show(const ClientOptions& client, const AuditOptions& options) {
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  const auto entry = api->get("/api/v1/audit/" + percent_encode(options.id));
  if (!entry.ok()) return report(client, entry.error());
  if (client.json) {
    fmt::print("{}\n", entry->dump());
    return kDone;
  }
  fmt::print("{}  {}\n{}\n\n  who       {} ({})\n  action    {}\n  about     {}\n  outcome   {}\n", (*entry)["id"].get<std::string>(),
             (*entry)["time"].get<std::string>(), (*entry)["summary"].get<std::string>(),
             (*entry)["display_name"].get<std::string>(), (*entry)["principal"].get<std::string>(),
             (*entry)["action"].get<std::string>(), (*entry)["subject"].get<std::string>(),
             (*entry)["outcome"].get<std::string>());
  for (const json& finding : (*entry)["findings"])
    fmt::print("  {:9} {}: {}\n", finding["severity"].get<std::string>(), finding["title"].get<std::string>(),
               finding["message"].get<std::string>());
  fmt::print("\n{}\n", curl_of((*entry)["call"], client.server));
  return kDone;
}

}  // namespace weft::server
