#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "base/percent_encoding.h"
#include "server/api_client.h"
#include "server/people_commands.h"

// Domains, teams, what one follows, and the inbox.

namespace weft::server {
namespace {

using nlohmann::json;

std::string text_of(const json& value) { return value.is_string() ? value.get<std::string>() : ""; }

std::vector<std::string> texts_of(const json& values, std::string_view prefix = "") {
  std::vector<std::string> out;
  for (const json& each : values) out.push_back(std::string(prefix) + text_of(each));
  return out;
}

Result<std::string> product_path(const std::string& product) {
  const std::size_t slash = product.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == product.size())
    return error(ErrorCode::kInvalidArgument, "'{}' is not a product's name: DOMAIN/NAME, such as execution/stocktrades", product);
  return "/api/v1/products/" + percent_encode(product.substr(0, slash)) + "/" + percent_encode(product.substr(slash + 1));
}

/// Opens a client, asks, and prints: the answer itself with --json, else what `print` makes of it.
template <class Ask, class Print>
int ask_and_print(const ClientOptions& client, Ask ask, Print print) {
  const auto api = ApiClient::open(client);
  if (!api.ok()) return report(client, api.error());
  const Result<json> answer = ask(*api);
  if (!answer.ok()) return report(client, answer.error());
  if (client.json) fmt::print("{}\n", answer->dump());
  else print(*answer);
  return kDone;
}

void print_team(const json& team) {
  fmt::print("@{}  {}\n", text_of(team["name"]), text_of(team["display_name"]));
  if (!team["chat"].is_null()) fmt::print("  chat      {}  {}\n", text_of(team["chat"]["name"]), text_of(team["chat"]["url"]));
  if (!team["mail"].is_null()) fmt::print("  mail      {}\n", text_of(team["mail"]));
  if (!team["on_call"].is_null()) fmt::print("  on call   {}\n", text_of(team["on_call"]["display_name"]));
  std::vector<std::string> members;
  for (const json& person : team["members"]) members.push_back(text_of(person["display_name"]));
  fmt::print("  members   {}\n", members.empty() ? "none" : fmt::format("{}", fmt::join(members, ", ")));
  fmt::print("  products  {}\n", team["products"].get<int>());
}

std::string about(const json& conversation) {
  const std::string product = text_of(conversation["product"]);
  return product.empty() ? text_of(conversation["domain"]) : product;
}

std::string one_line(std::string text) {
  constexpr std::size_t kWidth = 60;
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  if (text.size() <= kWidth) return text;
  text.resize(kWidth);
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.pop_back();
  if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xC0) text.pop_back();
  return text + "…";
}

void print_conversation(const json& detail) {
  const json& conversation = detail["conversation"];
  fmt::print("{} {}  {}  ({})\n", text_of(conversation["kind"]), conversation["number"].get<std::int64_t>(), about(conversation),
             conversation["ended"].is_null() ? text_of(conversation["state"]) : text_of(conversation["ended"]["how"]));
  fmt::print("{}, {}: {}\n", text_of(conversation["display_name"]), text_of(conversation["time"]), text_of(conversation["text"]));
  if (!conversation["fields"].empty()) fmt::print("  fields wanted: {}\n", fmt::join(texts_of(conversation["fields"]), ", "));
  for (const json& message : detail["messages"])
    fmt::print("  {}. {}, {}: {}\n", message["number"].get<int>(), text_of(message["display_name"]), text_of(message["time"]), text_of(message["text"]));
  if (!detail["you_may"].empty()) fmt::print("  you may: {}\n", fmt::join(texts_of(detail["you_may"]), ", "));
}

std::string inbox_path(std::int64_t number) { return fmt::format("/api/v1/inbox/{}", number); }

}  // namespace

int domain_list(const ClientOptions& client) {
  return ask_and_print(
      client, [](const ApiClient& api) { return api.get("/api/v1/domains"); },
      [](const json& answer) {
        std::vector<std::vector<std::string>> rows;
        for (const json& domain : answer["domains"])
          rows.push_back({text_of(domain["name"]), std::to_string(domain["products"].get<int>()),
                          std::to_string(domain["orphans"].get<int>()), fmt::format("{}", fmt::join(texts_of(domain["teams"], "@"), " ")),
                          text_of(domain["description"])});
        print_table({"DOMAIN", "PRODUCTS", "ORPHANS", "TEAMS", "DESCRIPTION"}, rows);
      });
}

int domain_show(const ClientOptions& client, const std::string& name) {
  return ask_and_print(
      client, [&](const ApiClient& api) { return api.get("/api/v1/domains/" + percent_encode(name)); },
      [](const json& answer) {
        const json& domain = answer["domain"];
        fmt::print("{}  {}\n\n", text_of(domain["name"]), text_of(domain["description"]));
        for (const json& team : answer["teams"]) print_team(team);
        fmt::print("\nproducts\n");
        for (const json& product : answer["products"]) fmt::print("  {}\n", text_of(product));
        for (const json& orphan : answer["orphans"])
          fmt::print("  {} has no owner: @{} has left the directory. weft product hand-over {} TEAM\n", text_of(orphan["product"]),
                     text_of(orphan["owner"]), text_of(orphan["product"]));
      });
}

int team_list(const ClientOptions& client) {
  return ask_and_print(
      client, [](const ApiClient& api) { return api.get("/api/v1/teams"); },
      [](const json& answer) {
        std::vector<std::vector<std::string>> rows;
        for (const json& team : answer["teams"])
          rows.push_back({"@" + text_of(team["name"]), text_of(team["display_name"]), std::to_string(team["members"].size()),
                          std::to_string(team["products"].get<int>()), text_of(team["mail"])});
        print_table({"TEAM", "NAME", "PEOPLE", "PRODUCTS", "MAIL"}, rows);
      });
}

int team_show(const ClientOptions& client, const std::string& name) {
  return ask_and_print(
      client, [&](const ApiClient& api) { return api.get("/api/v1/teams/" + percent_encode(name)); }, print_team);
}

int product_hand_over(const ClientOptions& client, const std::string& product, const std::string& team) {
  const auto path = product_path(product);
  if (!path.ok()) return report_usage(client, path.error());
  const json body = {{"team", team}};
  return ask_and_print(
      client, [&](const ApiClient& api) { return api.call(http::Method::kPost, *path + "/owner", &body); },
      [&](const json& answer) { fmt::print("{} is owned by @{}\n", product, text_of(answer["product"]["owner"])); });
}

int follow_set(const ClientOptions& client, const std::string& product, bool follow) {
  const auto path = product_path(product);
  if (!path.ok()) return report_usage(client, path.error());
  return ask_and_print(
      client, [&](const ApiClient& api) { return api.call(follow ? http::Method::kPut : http::Method::kDelete, *path + "/follow"); },
      [&](const json& answer) { fmt::print("{} {}; followers: {}\n", product, follow ? "followed" : "not followed", answer["followers"].get<int>()); });
}

int follow_list(const ClientOptions& client) {
  return ask_and_print(
      client, [](const ApiClient& api) { return api.get("/api/v1/me/follows"); },
      [](const json& answer) {
        std::vector<std::vector<std::string>> rows;
        for (const json& each : answer["follows"])
          rows.push_back({text_of(each["product"]), text_of(each["since"]), each["published"].get<bool>() ? "" : "not published any more"});
        print_table({"PRODUCT", "SINCE", ""}, rows);
      });
}

int follow_news(const ClientOptions& client, bool mark_seen) {
  return ask_and_print(
      client,
      [&](const ApiClient& api) -> Result<json> {
        TRY_ASSIGN(json news, api.get("/api/v1/me/news"));
        const json body = {{"until", news["as_of"]}};
        if (mark_seen) {
          const auto marked = api.call(http::Method::kPost, "/api/v1/me/news/seen", &body);
          if (!marked.ok()) return marked.error();
        }
        return news;
      },
      [](const json& news) {
        std::vector<std::vector<std::string>> rows;
        for (const json& item : news["items"])
          rows.push_back({text_of(item["time"]), text_of(item["product"]), text_of(item["kind"]), text_of(item["display_name"]), one_line(text_of(item["summary"]))});
        if (rows.empty()) fmt::print("Nothing new on what you follow.\n");
        else print_table({"TIME", "PRODUCT", "KIND", "WHO", "WHAT"}, rows);
      });
}

int inbox_list(const ClientOptions& client, const InboxOptions& options) {
  std::string path = "/api/v1/inbox?view=" + percent_encode(options.view);
  if (!options.kind.empty()) path += "&kind=" + percent_encode(options.kind);
  return ask_and_print(
      client, [&](const ApiClient& api) { return api.get(path); },
      [](const json& answer) {
        std::vector<std::vector<std::string>> rows;
        for (const json& item : answer["items"])
          rows.push_back({std::to_string(item["number"].get<std::int64_t>()), text_of(item["kind"]), text_of(item["state"]),
                          text_of(item["display_name"]), about(item), one_line(text_of(item["text"]))});
        if (rows.empty()) fmt::print("Nothing.\n");
        else print_table({"NUMBER", "KIND", "STATE", "FROM", "ABOUT", "TEXT"}, rows);
      });
}

int inbox_show(const ClientOptions& client, const InboxOptions& options) {
  return ask_and_print(client, [&](const ApiClient& api) { return api.get(inbox_path(options.number)); }, print_conversation);
}

int inbox_ask(const ClientOptions& client, const InboxOptions& options) {
  json body = {{"text", options.text}};
  std::string path = "/api/v1/asks";
  if (!options.product.empty()) {
    const auto product = product_path(options.product);
    if (!product.ok()) return report_usage(client, product.error());
    path = *product + "/questions";
  } else {
    if (!options.domain.empty()) body["domain"] = options.domain;
    if (!options.fields.empty()) body["fields"] = options.fields;
  }
  return ask_and_print(client, [&](const ApiClient& api) { return api.call(http::Method::kPost, path, &body); }, print_conversation);
}

int inbox_announce(const ClientOptions& client, const InboxOptions& options) {
  const auto product = product_path(options.product);
  if (!product.ok()) return report_usage(client, product.error());
  json body = {{"text", options.text}};
  if (!options.from.empty()) body["happens_from"] = options.from;
  if (!options.until.empty()) body["happens_until"] = options.until;
  return ask_and_print(
      client, [&](const ApiClient& api) { return api.call(http::Method::kPost, *product + "/announcements", &body); }, print_conversation);
}

int inbox_answer(const ClientOptions& client, const InboxOptions& options) {
  const json body = {{"text", options.text}};
  return ask_and_print(
      client, [&](const ApiClient& api) { return api.call(http::Method::kPost, inbox_path(options.number) + "/messages", &body); },
      print_conversation);
}

int inbox_close(const ClientOptions& client, const InboxOptions& options) {
  json body = {{"how", options.how}};
  if (!options.text.empty()) body["text"] = options.text;
  if (options.accepted > 0) body["accepted"] = options.accepted;
  if (!options.product.empty()) body["product"] = options.product;
  return ask_and_print(
      client, [&](const ApiClient& api) { return api.call(http::Method::kPost, inbox_path(options.number) + "/close", &body); },
      print_conversation);
}

}  // namespace weft::server
