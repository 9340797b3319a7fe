#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/percent_encoding.h"
#include "server/api_client.h"
#include "server/commands.h"
#include "server/product_name.h"

namespace weft::server {
namespace {

using nlohmann::json;

std::string text_or(const json& value, std::string_view fallback) {
  if (value.is_null()) return std::string(fallback);
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void print_groups(const json& consumers) {
  std::vector<std::vector<std::string>> rows;
  for (const json& group : consumers["groups"])
    rows.push_back({group["group"].get<std::string>(), group["state"].get<std::string>(),
                    std::to_string(group["members"].size()), text_or(group["lag"], "-"), text_or(group["last_commit"], "never"),
                    group["since"].get<std::string>()});
  if (!rows.empty()) print_table({"GROUP", "STATE", "MEMBERS", "LAG", "LAST COMMIT", "SEEN SINCE"}, rows);
  const auto total = consumers["groups_total"].get<std::size_t>();
  if (total > rows.size()) fmt::print("… {} more groups\n", total - rows.size());
}

void print_clients(std::string_view title, const json& clients) {
  std::vector<std::vector<std::string>> rows;
  for (const json& client : clients)
    rows.push_back({client["client_id"].get<std::string>(), client["principal"].get<std::string>(),
                    client["host"].get<std::string>(), client["last_seen"].get<std::string>()});
  if (rows.empty()) return;
  fmt::print("\n{}\n", title);
  print_table({"CLIENT", "PRINCIPAL", "HOST", "LAST SEEN"}, rows);
}

void print_snippet(const json& snippet) {
  if (snippet["note"].is_string()) fmt::print("# {}\n\n", snippet["note"].get<std::string>());
  for (const json& step : snippet["steps"]) {
    const std::string kind = step["kind"].get<std::string>();
    const std::string title = step["title"].get<std::string>();
    const std::string text = step["text"].get<std::string>();
    fmt::print("# {}{}\n{}{}\n", kind == "needs" ? "Needs: " : kind == "file" ? "File " : "", title, text, text.ends_with('\n') ? "" : "\n");
  }
}

/// Files into `directory`, commands to standard output. A file that is there is left alone.
Result<void> write_files(const json& snippet, const std::string& directory) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed) return error(ErrorCode::kIo, "{}: {}", directory, failed.message());
  for (const json& step : snippet["steps"]) {
    if (step["kind"] != "file") continue;
    const auto path = std::filesystem::path(directory) / std::filesystem::path(step["title"].get<std::string>()).filename();
    if (std::filesystem::exists(path)) return error(ErrorCode::kAlreadyExists, "{} is there already; name an empty folder", path.string());
    std::ofstream file(path);
    file << step["text"].get<std::string>();
    if (!file.flush()) return error(ErrorCode::kIo, "{} could not be written", path.string());
  }
  for (const json& step : snippet["steps"])
    if (step["kind"] != "file") fmt::print("# {}\n{}\n\n", step["title"].get<std::string>(), step["text"].get<std::string>());
  return {};
}

}  // namespace

int show_snippet(const ClientOptions& client, const SnippetOptions& options) {
  const auto name = parse_product_name(options.product);
  if (!name.ok()) return report_usage(client, name.error());
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  std::string path = name->path() + "/snippets?";
  if (!options.language.empty()) path += "language=" + percent_encode(options.language) + "&";
  if (!options.listener.empty()) path += "listener=" + percent_encode(options.listener);
  const auto answer = api->get(path);
  if (!answer.ok()) return report(client, answer.error());
  const json& snippets = (*answer)["snippets"];
  if (client.json) {
    fmt::print("{}\n", answer->dump());
  } else if (options.language.empty()) {
    std::vector<std::vector<std::string>> rows;
    for (const json& each : snippets) rows.push_back({each["language"].get<std::string>(), each["name"].get<std::string>()});
    print_table({"LANGUAGE", "NAME"}, rows);
  } else if (options.directory.empty()) {
    print_snippet(snippets.front());
  } else if (const auto written = write_files(snippets.front(), options.directory); !written.ok()) {
    return report(client, written.error());
  }
  return kDone;
}

int show_consumers(const ClientOptions& client, const ProductOptions& options) {
  const auto name = parse_product_name(options.product);
  if (!name.ok()) return report_usage(client, name.error());
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  const auto answer = api->get(name->path() + "/consumers");
  if (!answer.ok()) return report(client, answer.error());
  if (client.json) {
    fmt::print("{}\n", answer->dump());
    return kDone;
  }
  const json& consumers = (*answer)["consumers"];
  print_groups(consumers);
  if (consumers["groups"].empty() && consumers["clients"].empty())
    fmt::print("Nobody was seen reading {}.\n", options.product);
  print_clients("Without a group:", consumers["clients"]);
  print_clients("Writers:", consumers["writers"]);
  for (const json& each : consumers["unknown"])
    fmt::print("\n{} unknown: {}\n", each["fact"].get<std::string>(), each["why"].get<std::string>());
  return kDone;
}

}  // namespace weft::server
