#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "mesh/rules/yaml_tree.h"
#include "server/api_client.h"
#include "server/commands.h"
#include "server/text_input.h"

namespace weft::server {
namespace {

using nlohmann::json;

std::string text_or(const json& value, std::string_view fallback) {
  return value.is_string() ? value.get<std::string>() : std::string(fallback);
}

/// "rules.yaml:7:5: blocks rules[0].min: …", as compilers do, with the fix below.
void print_findings(const json& findings, const std::string& file) {
  for (const json& finding : findings) {
    if (finding.contains("line"))
      fmt::print("{}:{}:{}: ", file, finding["line"].get<int>(), finding["column"].get<int>());
    fmt::print("{} {}: {}\n", finding["severity"].get<std::string>(), finding["field"].get<std::string>(),
               finding["message"].get<std::string>());
    if (finding["fix"].is_string()) fmt::print("    {}\n", finding["fix"].get<std::string>());
  }
}

json body_of(const std::string& text) { return {{"text", text}}; }

void print_trial(const json& trial) {
  fmt::print("{} products in {} ms: {} blocked, {} of them only by this text; {} warned\n\n",
             trial["products"].get<int>(), trial["took_ms"].get<int>(), trial["blocked"].get<int>(),
             trial["newly_blocked"].get<int>(), trial["warned"].get<int>());
  std::vector<std::vector<std::string>> rows;
  for (const json& rule : trial["rules"]) {
    rows.push_back({rule["id"].get<std::string>(), rule["severity"].get<std::string>(),
                    text_or(rule["owner"], "nobody"), fmt::format("{}", rule["passes"].get<int>()),
                    fmt::format("{}", rule["fails"].get<int>()), fmt::format("{}", rule["excepted"].get<int>()),
                    fmt::format("{}", rule["unknown"].get<int>())});
  }
  print_table({"RULE", "SEVERITY", "OWNER", "PASS", "FAIL", "EXCEPTED", "UNKNOWN"}, rows);
}

void print_hits(const json& hits) {
  for (const json& hit : hits) {
    fmt::print("\n{}  @{}\n", hit["product"].get<std::string>(), hit["owner"].get<std::string>());
    for (const json& finding : hit["findings"])
      fmt::print("  {:8} {}: {}\n", finding["severity"].get<std::string>(), finding["field"].get<std::string>(),
                 finding["message"].get<std::string>());
  }
}

}  // namespace

int rules_show(const ClientOptions& client, const RulesOptions& options) {
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  const auto rules = api->get(options.version ? fmt::format("/api/v1/rules/versions/{}", *options.version)
                                              : std::string("/api/v1/rules"));
  if (!rules.ok()) return report(client, rules.error());
  if (client.json)
    fmt::print("{}\n", rules->dump());
  else
    fmt::print("{}", (*rules)["text"].get<std::string>());
  return kDone;
}

int rules_history(const ClientOptions& client, const RulesOptions&) {
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  const auto list = api->get("/api/v1/rules/versions");
  if (!list.ok()) return report(client, list.error());
  if (client.json) {
    fmt::print("{}\n", list->dump());
    return kDone;
  }
  std::vector<std::vector<std::string>> rows;
  for (const json& version : (*list)["versions"])
    rows.push_back({fmt::format("{}", version["version"].get<int>()), text_or(version["saved_at"], ""),
                    text_or(version["saved_by"], ""), text_or(version["saved_by_name"], "")});
  if (rows.empty())
    fmt::print("Nobody has changed the rules yet: in force are those weft comes with.\n");
  else
    print_table({"VERSION", "SAVED", "BY", "NAME"}, rows);
  return kDone;
}

int rules_check(const ClientOptions& client, const RulesOptions& options) {
  const auto text = read_text(options.file, mesh::kYamlBytesMax);
  if (!text.ok()) return report_usage(client, text.error());
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  const json body = body_of(*text);
  const auto checked = api->call(http::Method::kPost, "/api/v1/rules/check", &body);
  if (!checked.ok()) return report(client, checked.error());
  const bool understood = (*checked)["understood"].get<bool>();
  if (client.json) {
    fmt::print("{}\n", checked->dump());
  } else {
    print_findings((*checked)["findings"], options.file);
    if (understood) fmt::print("understood: {} rules\n", (*checked)["rules"].get<int>());
  }
  return understood ? kDone : kRefused;
}

int rules_trial(const ClientOptions& client, const RulesOptions& options) {
  json body = json::object();
  if (!options.file.empty()) {
    const auto text = read_text(options.file, mesh::kYamlBytesMax);
    if (!text.ok()) return report_usage(client, text.error());
    body["text"] = *text;
  }
  if (!options.rule.empty()) body["rule"] = options.rule;
  body["limit"] = options.rule.empty() ? 20 : 200;
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  auto trial = api->call(http::Method::kPost, "/api/v1/rules/trial", &body);
  if (!trial.ok()) return report(client, trial.error());
  if (client.json) {
    fmt::print("{}\n", trial->dump());
    return (*trial)["blocked"].get<int>() > 0 ? kRefused : kDone;
  }
  const bool blocked = (*trial)["blocked"].get<int>() > 0;
  print_trial(*trial);
  print_hits((*trial)["hits"]);
  while (!options.rule.empty() && (*trial)["next_cursor"].is_string()) {
    body["cursor"] = (*trial)["next_cursor"];
    trial = api->call(http::Method::kPost, "/api/v1/rules/trial", &body);
    if (!trial.ok()) return report(client, trial.error());
    print_hits((*trial)["hits"]);
  }
  if ((*trial)["next_cursor"].is_string()) fmt::print("\n… more; `--rule ID` lists all that fail one rule\n");
  return blocked ? kRefused : kDone;
}

int rules_save(const ClientOptions& client, const RulesOptions& options) {
  const auto text = read_text(options.file, mesh::kYamlBytesMax);
  if (!text.ok()) return report_usage(client, text.error());
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  const auto current = api->get("/api/v1/rules");
  if (!current.ok()) return report(client, current.error());
  const int version = options.version.value_or((*current)["version"].get<int>());
  const json body = body_of(*text);
  const auto saved =
      api->call(http::Method::kPut, "/api/v1/rules", &body, {{"If-Match", fmt::format("\"{}\"", version)}});
  if (!saved.ok()) return report(client, saved.error());
  if (client.json)
    fmt::print("{}\n", saved->dump());
  else if ((*saved)["version"] == (*current)["version"])
    fmt::print("nothing differs; version {} stays in force\n", (*saved)["version"].get<int>());
  else
    fmt::print("version {} is in force\n", (*saved)["version"].get<int>());
  return kDone;
}

}  // namespace weft::server
