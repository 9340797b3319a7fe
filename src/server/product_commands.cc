#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "base/percent_encoding.h"
#include "server/api_client.h"
#include "server/commands.h"
#include "server/text_input.h"

namespace weft::server {
namespace {

using nlohmann::json;

struct ProductName {
  std::string domain;
  std::string name;

  std::string path() const { return "/api/v1/products/" + percent_encode(domain) + "/" + percent_encode(name); }
};

Result<ProductName> parse_name(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == text.size())
    return error(ErrorCode::kInvalidArgument, "'{}' is not a product's name: DOMAIN/NAME, such as execution/stocktrades", text);
  return ProductName{text.substr(0, slash), text.substr(slash + 1)};
}

std::string text_or(const json& value, std::string_view fallback) {
  return value.is_string() ? value.get<std::string>() : std::string(fallback);
}

std::string value_text(const json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string history_text(const json& facts) {
  const json& history = facts["history"];
  if (history.is_null()) return "unknown";
  if (history["kind"] == "recent" && history["retention_ms"].is_number())
    return "recent " + age_text(history["retention_ms"].get<double>());
  return history["kind"].get<std::string>();
}

std::vector<std::string> row_of(const json& product) {
  const json& facts = product["facts"];
  return {product["id"].is_string() ? product["id"].get<std::string>()
                                    : product["domain"].get<std::string>() + "/" + product["name"].get<std::string>(),
          "@" + product["owner"].get<std::string>(),
          product["quality"].get<std::string>(),
          fmt::format("Tier {}", product["sla"].get<int>()),
          product["lifecycle"].get<std::string>(),
          facts["rate"].is_null() ? "unknown" : fmt::format("{:.1f}/s", facts["rate"]["records_per_second"].get<double>()),
          history_text(facts)};
}

void print_port(const json& port) {
  if (port["kind"] == "stream") {
    fmt::print("  port      {} · {} · {}, topic {}, subject {}\n", port["cluster"].get<std::string>(),
               port["environment"].get<std::string>(), port["region"].get<std::string>(),
               port["topic"].get<std::string>(), port["subject"].get<std::string>());
  } else {
    fmt::print("  port      {}: {}\n", port["kind"].get<std::string>(), port["address"].get<std::string>());
  }
}

void print_product(const json& detail) {
  const json& product = detail["product"];
  const json& facts = product["facts"];
  fmt::print("{}/{}  ({}, Tier {}, {})\n{}\n\n", product["domain"].get<std::string>(), product["name"].get<std::string>(),
             product["quality"].get<std::string>(), product["sla"].get<int>(), product["lifecycle"].get<std::string>(),
             product["description"].get<std::string>());
  fmt::print("  owner     @{}\n", product["owner"].get<std::string>());
  if (const json& team = detail["owner_team"]; !team.is_null()) {
    if (team["chat"].is_object()) fmt::print("  chat      {} {}\n", team["chat"]["name"].get<std::string>(), team["chat"]["url"].get<std::string>());
    if (team["mail"].is_string()) fmt::print("  mail      {}\n", team["mail"].get<std::string>());
    if (team["on_call"].is_object()) fmt::print("  on call   {}\n", team["on_call"]["display_name"].get<std::string>());
  }
  for (const json& port : product["ports"]) print_port(port);
  if (!facts["schema"].is_null())
    fmt::print("  schema    version {}, id {}, {} fields\n", facts["schema"]["version"].get<int>(), facts["schema"]["id"].get<int>(),
               facts["schema"]["fields"].get<int>());
  if (!facts["rate"].is_null()) fmt::print("  rate      {:.1f}/s\n", facts["rate"]["records_per_second"].get<double>());
  fmt::print("  history   {}\n", history_text(facts));
  if (!facts["size"].is_null()) fmt::print("  size      {}\n", bytes_text(facts["size"]["bytes"].get<double>()));
  if (!facts["last_record"].is_null()) fmt::print("  last      {}\n", text_or(facts["last_record"]["timestamp"], "unknown"));
  if (const json& deprecation = product["deprecation"]; !deprecation.is_null()) {
    fmt::print("  {}  {}{}{}\n", product["lifecycle"] == "retired" ? "retired " : "until   ", text_or(deprecation["ends_on"], "no day set"),
               deprecation["reason"] == "" ? "" : ": " + deprecation["reason"].get<std::string>(),
               deprecation["successor"].is_string() ? "; read " + deprecation["successor"].get<std::string>() : "");
  }
  fmt::print("  audience  {}, {}\n", product["audience"].get<std::string>(), product["sensitivity"].get<std::string>());
  for (const json& link : product["links"]) fmt::print("  link      {} {}\n", link["title"].get<std::string>(), link["url"].get<std::string>());
  if (product["support"].is_object())
    fmt::print("  support   {} {}\n", product["support"]["title"].get<std::string>(), product["support"]["url"].get<std::string>());
  for (const auto& [attribute, value] : product["attributes"].items()) fmt::print("  {:9} {}\n", attribute, value_text(value));
  if (!product["tags"].empty()) fmt::print("  tags      {}\n", fmt::join(product["tags"].get<std::vector<std::string>>(), ", "));
  fmt::print("  version   {}, {} by {}\n", product["version"].get<int>(), product["updated_at"].get<std::string>(),
             product["updated_by"].get<std::string>());
}

/// What the command line says goes over what is there.
void apply_options(json& input, const ProductOptions& options) {
  const auto set = [&input](const char* member, const std::string& text) {
    if (!text.empty()) input[member] = text;
  };
  set("owner", options.owner);
  set("description", options.description);
  set("quality", options.quality);
  set("audience", options.audience);
  set("sensitivity", options.sensitivity);
  set("terms", options.terms);
  if (options.sla) input["sla"] = *options.sla;
  if (!options.tags.empty()) input["tags"] = options.tags;
}

json input_of(const ProductOptions& options, const ProductName& name) {
  json port = {{"topic", options.topic.empty() ? name.name : options.topic}};
  if (!options.subject.empty()) port["subject"] = options.subject;
  json input = {{"owner", options.owner}, {"description", options.description}, {"quality", options.quality},
                {"sla", 3},               {"tags", options.tags},               {"ports", json::array({std::move(port)})}};
  apply_options(input, options);
  return input;
}

/// A product as the API gave it, as one would put it again.
json input_of_product(const json& product) {
  json input;
  for (const char* member : {"owner", "description", "quality", "sla", "tags", "audience", "sensitivity", "links", "support",
                             "terms", "attributes"})
    input[member] = product[member];
  input["ports"] = json::array();
  for (json port : product["ports"]) {
    if (port["kind"] == "stream") {
      port.erase("environment");
      port.erase("region");
    }
    input["ports"].push_back(std::move(port));
  }
  return input;
}

Result<json> read_input(const std::string& file) {
  TRY_ASSIGN(const std::string text, read_text(file, 1 << 20));
  json input = json::parse(text, nullptr, false);
  if (!input.is_object()) return error(ErrorCode::kInvalidArgument, "{} holds no JSON object", file == "-" ? "standard input" : file);
  // What `product get --json` printed is taken too.
  if (input.contains("product") && input["product"].is_object()) return input_of_product(input["product"]);
  return input.contains("facts") ? input_of_product(input) : input;
}

http::Headers if_match(const json& detail) {
  return {{"If-Match", fmt::format("\"{}\"", detail["product"]["version"].get<std::int64_t>())}};
}

void print_changes(const json& changes) {
  if (changes.is_null()) return fmt::print("  published\n");
  if (changes.empty()) fmt::print("  nothing differs\n");
  for (const json& change : changes) {
    const std::string kind = change["change"].get<std::string>();
    fmt::print("  {:8} {}\n", kind, change["field"].get<std::string>());
    if (kind != "added") fmt::print("         - {}\n", value_text(change["before"]));
    if (kind != "removed") fmt::print("         + {}\n", value_text(change["after"]));
  }
}

int check(const ClientOptions& client, const ApiClient& api, const ProductName& name, json draft) {
  draft["domain"] = name.domain;
  draft["name"] = name.name;
  const auto checked = api.call(http::Method::kPost, "/api/v1/products/check", &draft);
  if (!checked.ok()) return report(client, checked.error());
  const bool publishable = (*checked)["publishable"].get<bool>();
  if (client.json) {
    fmt::print("{}\n", checked->dump());
  } else {
    for (const json& finding : (*checked)["findings"]) {
      fmt::print("{:7} {:16} {}: {}\n", finding["severity"].get<std::string>(), finding["field"].get<std::string>(),
                 finding["title"].get<std::string>(), finding["message"].get<std::string>());
      if (finding["fix"].is_string()) fmt::print("{:25}{}\n", "", finding["fix"].get<std::string>());
    }
  }
  return publishable ? kDone : kRefused;
}

}  // namespace

int product_list(const ClientOptions& client, const ProductOptions& options) {
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  std::string path = "/api/v1/products?q=" + percent_encode(options.query);
  for (const std::string& word : options.lifecycles) path += "&lifecycle=" + percent_encode(word);
  if (!options.domain.empty()) path += "&domain=" + percent_encode(options.domain);
  const auto list = api->get(path);
  if (!list.ok()) return report(client, list.error());
  if (client.json) {
    fmt::print("{}\n", list->dump());
    return kDone;
  }
  std::vector<std::vector<std::string>> rows;
  for (const json& hit : (*list)["hits"]) rows.push_back(row_of(hit["product"]));
  if (rows.empty()) fmt::print("No product matches. `weft topic list` shows what could become one.\n");
  else print_table({"PRODUCT", "OWNER", "QUALITY", "SLA", "LIFECYCLE", "RATE", "HISTORY"}, rows);
  if (!(*list)["next_cursor"].is_null()) fmt::print("… {} match; narrow the query to see the rest\n", (*list)["total"].get<int>());
  return kDone;
}

int product_show(const ClientOptions& client, const ProductOptions& options) {
  const auto name = parse_name(options.product);
  if (!name.ok()) return report_usage(client, name.error());
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  const auto detail = api->get(name->path());
  if (!detail.ok()) return report(client, detail.error());
  if (client.json) fmt::print("{}\n", detail->dump());
  else print_product(*detail);
  return kDone;
}

int product_publish(const ClientOptions& client, const ProductOptions& options) {
  const auto name = parse_name(options.product);
  if (!name.ok()) return report_usage(client, name.error());
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  json input = input_of(options, *name);
  if (!options.file.empty()) {
    auto read = read_input(options.file);
    if (!read.ok()) return report_usage(client, read.error());
    input = std::move(*read);
    apply_options(input, options);
  }
  if (options.check_only) return check(client, *api, *name, input);
  // Publishing what is there already is an edit of the version we see now.
  http::Headers headers;
  const auto existing = api->get(name->path());
  if (existing.ok()) headers.emplace_back("If-Match", fmt::format("\"{}\"", (*existing)["product"]["version"].get<int>()));
  else if (existing.error().code != ErrorCode::kNotFound) return report(client, existing.error());
  const auto published = api->call(http::Method::kPut, name->path(), &input, std::move(headers));
  if (!published.ok()) return report(client, published.error());
  if (client.json) fmt::print("{}\n", published->dump());
  else fmt::print("{} {}, version {}\n", existing.ok() ? "edited" : "published", options.product, (*published)["product"]["version"].get<int>());
  return kDone;
}

int product_edit(const ClientOptions& client, const ProductOptions& options) {
  const auto name = parse_name(options.product);
  if (!name.ok()) return report_usage(client, name.error());
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  const auto existing = api->get(name->path());
  if (!existing.ok()) return report(client, existing.error());
  json input = input_of_product((*existing)["product"]);
  if (!options.file.empty()) {
    auto read = read_input(options.file);
    if (!read.ok()) return report_usage(client, read.error());
    input.update(*read);
  }
  apply_options(input, options);
  if (options.check_only) {
    input["version"] = (*existing)["product"]["version"];
    return check(client, *api, *name, input);
  }
  const auto edited = api->call(http::Method::kPut, name->path(), &input, if_match(*existing));
  if (!edited.ok()) return report(client, edited.error());
  if (client.json) fmt::print("{}\n", edited->dump());
  else if ((*edited)["audit_id"].is_null()) fmt::print("nothing differs; {} stays at version {}\n", options.product, (*edited)["product"]["version"].get<int>());
  else fmt::print("edited {}, version {}\n", options.product, (*edited)["product"]["version"].get<int>());
  return kDone;
}

int product_set_lifecycle(const ClientOptions& client, const ProductOptions& options, std::string_view to) {
  const auto name = parse_name(options.product);
  if (!name.ok()) return report_usage(client, name.error());
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  const auto existing = api->get(name->path());
  if (!existing.ok()) return report(client, existing.error());
  json body = {{"to", to}};
  if (!options.reason.empty()) body["reason"] = options.reason;
  if (!options.ends_on.empty()) body["ends_on"] = options.ends_on;
  if (!options.successor.empty()) body["successor"] = options.successor;
  const auto changed = api->call(http::Method::kPost, name->path() + "/lifecycle", &body, if_match(*existing));
  if (!changed.ok()) return report(client, changed.error());
  if (client.json) fmt::print("{}\n", changed->dump());
  else fmt::print("{} is {}, version {}\n", options.product, to, (*changed)["product"]["version"].get<int>());
  return kDone;
}

int product_history(const ClientOptions& client, const ProductOptions& options) {
  const auto name = parse_name(options.product);
  if (!name.ok()) return report_usage(client, name.error());
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  std::string cursor;
  do {
    const auto page = api->get(name->path() + "/versions?limit=50" + (cursor.empty() ? "" : "&cursor=" + cursor));
    if (!page.ok()) return report(client, page.error());
    if (client.json) fmt::print("{}\n", page->dump());
    for (const json& version : client.json ? json::array() : (*page)["versions"]) {
      fmt::print("v{}  {}  {}\n", version["version"].get<int>(), version["updated_at"].get<std::string>(),
                 version["updated_by"].get<std::string>());
      print_changes(version["changes"]);
    }
    cursor = text_or((*page)["next_cursor"], "");
  } while (!cursor.empty());
  return kDone;
}

int product_diff(const ClientOptions& client, const ProductOptions& options) {
  const auto name = parse_name(options.product);
  if (!name.ok()) return report_usage(client, name.error());
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  const auto found = api->get(fmt::format("{}/versions/{}/difference?from={}", name->path(), options.to, options.from));
  if (!found.ok()) return report(client, found.error());
  if (client.json) fmt::print("{}\n", found->dump());
  else print_changes((*found)["changes"]);
  return kDone;
}

int product_unpublish(const ClientOptions& client, const ProductOptions& options) {
  const auto name = parse_name(options.product);
  if (!name.ok()) return report_usage(client, name.error());
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  const auto existing = api->get(name->path());
  if (!existing.ok()) return report(client, existing.error());
  const auto removed = api->call(http::Method::kDelete, name->path(), nullptr,
                                 {{"If-Match", fmt::format("\"{}\"", (*existing)["product"]["version"].get<int>())}});
  if (!removed.ok()) return report(client, removed.error());
  if (client.json) fmt::print("{}\n", removed->dump());
  else fmt::print("unpublished {}; its topic and records stay\n", options.product);
  return kDone;
}

}  // namespace weft::server
