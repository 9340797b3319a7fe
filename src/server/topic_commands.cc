#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/percent_encoding.h"
#include "server/api_client.h"
#include "server/commands.h"

namespace weft::server {
namespace {

using nlohmann::json;

std::string path_of(const std::string& topic) { return "/api/v1/topics/" + percent_encode(topic); }

std::string rate_text(const json& facts) {
  return facts["rate"].is_null() ? "unknown" : fmt::format("{:.1f}/s", facts["rate"]["records_per_second"].get<double>());
}
std::string size_text(const json& facts) {
  return facts["size"].is_null() ? "unknown" : bytes_text(facts["size"]["bytes"].get<double>());
}

void print_topic(const json& detail) {
  const json& topic = detail["topic"];
  const json& facts = topic["facts"];
  fmt::print("{}\n  cluster     {} · {} · {}\n", topic["name"].get<std::string>(), topic["cluster"].get<std::string>(),
             topic["environment"].get<std::string>(), topic["region"].get<std::string>());
  if (!facts["partitions"].is_null()) fmt::print("  partitions  {}\n", facts["partitions"].get<int>());
  fmt::print("  rate        {}\n  size        {}\n", rate_text(facts), size_text(facts));
  if (!facts["schema"].is_null())
    fmt::print("  schema      {} version {}, id {}\n", facts["schema"]["subject"].get<std::string>(),
               facts["schema"]["version"].get<int>(), facts["schema"]["id"].get<int>());
  if (!topic["product"].is_null())
    fmt::print("  product     {}\n", topic["product"].get<std::string>());
  fmt::print("  settings\n");
  for (const json& config : detail["configs"])
    fmt::print("    {} = {}{}\n", config["name"].get<std::string>(), config["value"].is_null() ? "" : config["value"].get<std::string>(),
               config["source"] == "topic" ? "  (set here)" : "");
}

}  // namespace

int topic_create(const ClientOptions& client, const TopicOptions& options) {
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  json body = {{"name", options.name}};
  if (options.partitions.has_value()) body["partitions"] = *options.partitions;
  for (const std::string& config : options.configs) {
    const std::size_t equals = config.find('=');
    if (equals == std::string::npos)
      return report_usage(client, error(ErrorCode::kInvalidArgument, "--set {} wants KEY=VALUE, such as retention.ms=3600000", config));
    body["configs"][config.substr(0, equals)] = config.substr(equals + 1);
  }
  const auto created = api->call(http::Method::kPost, "/api/v1/topics", &body);
  if (!created.ok()) return report(client, created.error());
  if (client.json) fmt::print("{}\n", created->dump());
  else fmt::print("created topic {}\n", options.name);
  return kDone;
}

int topic_list(const ClientOptions& client, const TopicOptions&) {
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  const auto list = api->get("/api/v1/topics");
  if (!list.ok()) return report(client, list.error());
  if (client.json) {
    fmt::print("{}\n", list->dump());
    return kDone;
  }
  std::vector<std::vector<std::string>> rows;
  for (const json& topic : (*list)["topics"]) {
    const json& facts = topic["facts"];
    const json& product = topic["product"];
    rows.push_back({topic["name"].get<std::string>(), facts["partitions"].is_null() ? "?" : facts["partitions"].dump(),
                    rate_text(facts), size_text(facts),
                    product.is_null() ? "" : product.get<std::string>()});
  }
  if (rows.empty()) fmt::print("No topics yet. Create one: weft topic create NAME\n");
  else print_table({"TOPIC", "PARTITIONS", "RATE", "SIZE", "PRODUCT"}, rows);
  return kDone;
}

int topic_describe(const ClientOptions& client, const TopicOptions& options) {
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  const auto detail = api->get(path_of(options.name));
  if (!detail.ok()) return report(client, detail.error());
  if (client.json) fmt::print("{}\n", detail->dump());
  else print_topic(*detail);
  return kDone;
}

int topic_delete(const ClientOptions& client, const TopicOptions& options) {
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  const auto removed = api->call(http::Method::kDelete, path_of(options.name));
  if (!removed.ok()) return report(client, removed.error());
  if (client.json) fmt::print("{}\n", removed->dump());
  else fmt::print("deleted topic {}\n", options.name);
  return kDone;
}

}  // namespace weft::server
