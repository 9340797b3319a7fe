#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/percent_encoding.h"
#include "server/api_client.h"
#include "server/commands.h"

namespace weft::server {
namespace {

using nlohmann::json;

/// At most so many products come with one answer.
constexpr int kPageMax = 500;

/// The search as the API and the address of Explore have it, without pages.
std::string query_of(const SearchOptions& options) {
  std::string query = "q=";
  for (const std::string& word : options.words) query += (query.size() > 2 ? "%20" : "") + percent_encode(word);
  for (const auto& [facet, values] : options.filters)
    for (const std::string& value : values) query += "&" + facet + "=" + percent_encode(value);
  if (!options.sort.empty()) query += "&sort=" + percent_encode(options.sort);
  return query;
}

/// Where it matched, as one reads it: "field lines[].quantity", "tag gdpr".
std::string why_of(const json& hit) {
  if (hit["matches"].empty()) return "";
  const json& match = hit["matches"][0];
  std::string text;
  for (const json& part : match["parts"]) text += part["text"].get<std::string>();
  const std::string in = match["in"].get<std::string>();
  if (in == "name") return "";
  if (!match["field"].is_null()) {
    const std::string path = match["field"]["path"].get<std::string>();
    return in == "field_name" ? "field " + path : fmt::format("field {}: {}", path, text);
  }
  return fmt::format("{}: {}", in, text);
}

void print_facets(const json& facets) {
  constexpr std::size_t kShown = 10;
  for (const auto& [name, counts] : facets.items()) {
    if (counts.empty()) continue;
    std::string line;
    for (std::size_t i = 0; i < std::min(counts.size(), kShown); ++i)
      line += fmt::format("{}{} {}", i > 0 ? ", " : "", counts[i]["value"].get<std::string>(), counts[i]["count"].get<int>());
    if (counts.size() > kShown) line += fmt::format(", {} more", counts.size() - kShown);
    fmt::print("  {:12} {}\n", name, line);
  }
}

void print_found(const json& found, const SearchOptions& options) {
  for (const json& word : found["words"]) {
    const std::string text = word["word"].get<std::string>();
    if (word["total"] == 0) fmt::print("no product says '{}'\n", text);
    else if (!word["near"].empty()) fmt::print("'{}' with one letter other: {}\n", text, word["near"][0].get<std::string>());
  }
  std::vector<std::vector<std::string>> rows;
  for (const json& hit : found["hits"]) {
    const json& product = hit["product"];
    rows.push_back({product["id"].get<std::string>(), "@" + product["owner"].get<std::string>(), product["quality"].get<std::string>(),
                    fmt::format("Tier {}", product["sla"].get<int>()), product["lifecycle"].get<std::string>(), why_of(hit)});
  }
  if (rows.empty()) fmt::print("No product matches.\n");
  else print_table({"PRODUCT", "OWNER", "QUALITY", "SLA", "LIFECYCLE", "MATCHES IN"}, rows);
  const std::size_t total = found["total"].get<std::size_t>();
  if (total > rows.size()) fmt::print("{} of {}; --limit shows more\n", rows.size(), total);
  if (options.facets) print_facets(found["facets"]);
}

}  // namespace

int search(const ClientOptions& client, const SearchOptions& options) {
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  const std::string query = query_of(options);
  json found;
  std::string cursor;
  for (int left = options.limit; left > 0;) {
    auto page = api->get(fmt::format("/api/v1/products?{}&limit={}{}", query, std::min(left, kPageMax), cursor));
    if (!page.ok()) return report(client, page.error());
    const json next = (*page)["next_cursor"];
    left -= static_cast<int>((*page)["hits"].size());
    if (found.is_null()) {
      found = std::move(*page);
    } else {
      for (json& hit : (*page)["hits"]) found["hits"].push_back(std::move(hit));
      found["next_cursor"] = next;
    }
    if (next.is_null()) break;
    cursor = "&cursor=" + next.get<std::string>();
  }
  if (client.json) fmt::print("{}\n", found.dump());
  else print_found(found, options);
  return kDone;
}

int search_saved(const ClientOptions& client) {
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  const auto saved = api->get("/api/v1/me/searches");
  if (!saved.ok()) return report(client, saved.error());
  if (client.json) {
    fmt::print("{}\n", saved->dump());
    return kDone;
  }
  std::vector<std::vector<std::string>> rows;
  for (const json& each : (*saved)["searches"]) rows.push_back({each["name"].get<std::string>(), each["search"].get<std::string>()});
  if (rows.empty()) fmt::print("No search is saved.\n");
  else print_table({"NAME", "SEARCH"}, rows);
  return kDone;
}

}  // namespace weft::server
