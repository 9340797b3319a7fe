#include "server/settings.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <toml++/toml.h>

namespace weft::server {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

/// Edits that turn one name into the other: finds what a mistyped key meant.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row[b.size()];
}

const Setting* find_setting(std::string_view name) {
  for (const Setting& setting : setting_table())
    if (setting.name == name) return &setting;
  return nullptr;
}

Error unknown_setting(std::string_view name, std::string_view where) {
  const auto table = setting_table();
  const auto nearest = std::min_element(table.begin(), table.end(), [&](const Setting& a, const Setting& b) {
    return distance(a.name, name) < distance(b.name, name);
  });
  return error(ErrorCode::kInvalidArgument, "{}: there is no setting '{}'. Did you mean '{}'? `weft serve --help` lists all.",
               where, name, nearest->name);
}

Result<std::string> toml_text(const toml::node& node, std::string_view where) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return std::string(flag->get() ? "true" : "false");
  if (const auto* list = node.as_array()) {
    std::vector<std::string> parts;
    for (const toml::node& item : *list) {
      TRY_ASSIGN(std::string part, toml_text(item, where));
      parts.push_back(std::move(part));
    }
    return fmt::format("{}", fmt::join(parts, ","));
  }
  return error(ErrorCode::kInvalidArgument, "{}: wants text, a number, true, false or a list of texts", where);
}

Result<void> apply_file(Settings& settings, const std::string& path) {
  try {
    const toml::table file = toml::parse_file(path);
    for (const auto& [key, node] : file) {
      const std::string where = fmt::format("{} line {}", path, node.source().begin.line);
      const Setting* setting = find_setting(key.str());
      if (setting == nullptr) return unknown_setting(key.str(), where);
      TRY_ASSIGN(const std::string text, toml_text(node, where));
      if (auto done = setting->assign(settings, text); !done.ok())
        return error(done.error().code, "{}: {}", where, done.error().message);
      settings.sources[setting->name] = "file";
    }
    return {};
  } catch (const toml::parse_error& why) {
    return error(ErrorCode::kInvalidArgument, "{} line {}: {}", path, why.source().begin.line, why.description());
  }
}

Result<void> assign_number(std::int64_t& member, const Setting& setting, std::string_view text) {
  std::int64_t number = 0;
  const auto [end, why] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (why != std::errc{} || end != text.data() + text.size())
    return error(ErrorCode::kInvalidArgument, "{} = '{}' is not a whole number", setting.name, text);
  if (number < setting.at_least || number > setting.at_most)
    return error(ErrorCode::kInvalidArgument, "{} = {} is out of bounds: {}", setting.name, number, setting.bounds());
  member = number;
  return {};
}

}  // namespace

std::span<const Setting> setting_table() {
  constexpr std::int64_t kForEver = INT64_MAX;
  static const std::vector<Setting> table = {
      {"data_dir", "Where weft keeps everything. One process at a time.", &Settings::data_dir},
      {"kafka",
       "Kafka protocol listeners, ADDRESS or ADDRESS@ADVERTISED. Without an advertised address clients are sent to the one "
       "they used. Port 0 picks a free one; advertised, it is the port that was picked.",
       &Settings::kafka},
      {"http", "Web UI, /api/v1, /metrics, /healthz.", &Settings::http},
      {"registry", "Schema registry (Confluent REST).", &Settings::registry},
      {"registry_incompatible_code",
       "The error_code of an incompatible schema: 409, as clients expect it, or 40901, as newer Confluent registries say.",
       &Settings::registry_incompatible_code, INT64_MIN, INT64_MAX, {"409", "40901"}},
      {"ksql", "ksqlDB REST.", &Settings::ksql},
      {"hosts_allowed",
       "Host names besides loopback ones that browsers may use to reach the HTTP ports (guards against DNS rebinding).",
       &Settings::hosts_allowed},
      {"probes",
       "Where weft may ask whether the ports of products answer: nowhere (off), only public addresses, the network except this "
       "machine and link-local addresses, or anywhere.",
       &Settings::probes, INT64_MIN, INT64_MAX, {"off", "public", "network", "anywhere"}},
      {"directory", "YAML file of domains, teams and people, watched for changes. Empty: DATA_DIR/directory.yaml if it exists.",
       &Settings::directory},
      {"ldap_url", "LDAP server whose people and groups join the directory: ldap://HOST:PORT or ldaps://HOST. Empty: none.",
       &Settings::ldap_url},
      {"ldap_start_tls", "Begin TLS on an ldap:// connection before anything else is said.", &Settings::ldap_start_tls},
      {"ldap_ca_file", "PEM file of who signs the LDAP server's certificate. Empty: whom the system trusts.", &Settings::ldap_ca_file},
      {"ldap_bind_dn", "DN to sign in with; it needs to read only. Empty: anonymous.", &Settings::ldap_bind_dn},
      {"ldap_password", "Password of ldap_bind_dn; best given by the environment.", &Settings::ldap_password, INT64_MIN, INT64_MAX, {}, true, true},
      {"ldap_user_base", "DN below which people are looked for.", &Settings::ldap_user_base},
      {"ldap_user_filter", "Which entries below ldap_user_base are people.", &Settings::ldap_user_filter},
      {"ldap_user_name_attribute", "Attribute that is a person's name in the mesh.", &Settings::ldap_user_name_attribute},
      {"ldap_group_base", "DN below which groups are looked for; each is a team.", &Settings::ldap_group_base},
      {"ldap_group_filter", "Which entries below ldap_group_base are groups.", &Settings::ldap_group_filter},
      {"ldap_group_name_attribute", "Attribute that is a team's name in the mesh.", &Settings::ldap_group_name_attribute},
      {"ldap_interval_seconds", "How long after one reading of the LDAP server the next begins.", &Settings::ldap_interval_seconds, 1, 86'400},
      {"ldap_timeout_seconds", "How long the LDAP server may take to connect and for each answer.", &Settings::ldap_timeout_seconds, 1, 300},
      {"scim_token", "Bearer token with which an identity provider may push people and groups to /scim/v2. Empty: SCIM is off.",
       &Settings::scim_token, INT64_MIN, INT64_MAX, {}, true, true},
      {"log_level", "How much to log, on standard error.", &Settings::log_level, INT64_MIN, INT64_MAX,
       {"trace", "debug", "info", "warn", "error"}},
      {"ready_json", "Print one JSON line with all addresses on standard output when ready.", &Settings::ready_json},
      {"cluster_name", "What products' ports call this cluster.", &Settings::cluster_name},
      {"environment", "Environment of this cluster, such as dev or prod.", &Settings::environment},
      {"region", "Region of this cluster.", &Settings::region},
      {"auto_create_topics", "Make a topic when a client asks for one that does not exist.", &Settings::auto_create_topics},
      {"node_id", "The id under which Kafka clients see this broker.", &Settings::node_id, 0, INT32_MAX},
      {"partition_count", "Partitions of topics made without a count.", &Settings::partition_count, 1, 10'000},
      {"replication_factor_clamp", "Accept replication factors above 1 and hold one replica; off: refuse them.",
       &Settings::replication_factor_clamp},
      {"group_initial_rebalance_delay_ms", "How long an empty group waits for more members before its first rebalance.",
       &Settings::group_initial_rebalance_delay_ms, 0, 300'000},
      {"client_memory_bytes_max",
       "What clients' requests and answers under way may take in memory: half for either. When it is used up, connections "
       "wait.",
       &Settings::client_memory_bytes_max, 256 << 20, kForEver},
      {"journal_slot_bytes", "Size of one journal slot; changes only while the journal is empty.", &Settings::journal_slot_bytes,
       16 << 20, 256 << 20},
      {"journal_slot_count", "Journal slots; slot size times count is the disk space it holds.", &Settings::journal_slot_count, 4,
       64},
      {"disk_free_bytes_min", "Below this much free disk, producing is refused until there is room.",
       &Settings::disk_free_bytes_min, 0, kForEver},
  };
  return table;
}

std::string Setting::flag() const {
  std::string text = "--" + std::string(name);
  std::replace(text.begin(), text.end(), '_', '-');
  return text;
}

std::string Setting::environment() const {
  std::string text = "WEFT_" + std::string(name);
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::string Setting::kind() const {
  constexpr const char* kNames[] = {"text", "list", "switch", "number"};
  return kNames[member.index()];
}

std::string Setting::bounds() const {
  if (!choices.empty()) return fmt::format("{}", fmt::join(choices, ", "));
  if (member.index() != 3) return "";
  if (at_most == INT64_MAX) return fmt::format("at least {}", at_least);
  return fmt::format("{} … {}", at_least, at_most);
}

std::string Setting::value_text(const Settings& settings) const {
  if (secret) return settings.*std::get<std::string Settings::*>(member) == "" ? "" : "(set)";
  struct {
    const Settings& settings;
    std::string operator()(std::string Settings::*field) const { return settings.*field; }
    std::string operator()(std::vector<std::string> Settings::*field) const {
      return fmt::format("{}", fmt::join(settings.*field, ","));
    }
    std::string operator()(bool Settings::*field) const { return settings.*field ? "true" : "false"; }
    std::string operator()(std::int64_t Settings::*field) const { return std::to_string(settings.*field); }
  } print{settings};
  return std::visit(print, member);
}

Result<void> Setting::assign(Settings& settings, std::string_view text) const {
  if (const auto* field = std::get_if<std::string Settings::*>(&member)) {
    if (!choices.empty() && std::find(choices.begin(), choices.end(), text) == choices.end())
      return error(ErrorCode::kInvalidArgument, "{} = '{}' is not one of {}", name, text, bounds());
    settings.*(*field) = text;
    return {};
  }
  if (const auto* field = std::get_if<std::vector<std::string> Settings::*>(&member)) {
    settings.*(*field) = split(text, ',');
    return {};
  }
  if (const auto* field = std::get_if<bool Settings::*>(&member)) {
    if (text != "true" && text != "false")
      return error(ErrorCode::kInvalidArgument, "{} = '{}' is neither true nor false", name, text);
    settings.*(*field) = text == "true";
    return {};
  }
  return assign_number(settings.*std::get<std::int64_t Settings::*>(member), *this, text);
}

Result<Settings> load_settings(const std::optional<std::string>& file,
                               const std::function<const char*(const char*)>& environment,
                               const std::map<std::string, std::vector<std::string>>& flags) {
  Settings settings;
  if (file.has_value()) TRY(apply_file(settings, *file));
  for (const Setting& setting : setting_table()) {
    const std::string variable = setting.environment();
    if (const char* text = environment(variable.c_str()); text != nullptr) {
      if (auto done = setting.assign(settings, text); !done.ok())
        return error(done.error().code, "environment {}: {}", variable, done.error().message);
      settings.sources[setting.name] = "environment";
    }
  }
  for (const auto& [name, texts] : flags) {
    const Setting* setting = find_setting(name);
    if (setting == nullptr) return unknown_setting(name, "command line");
    TRY(setting->assign(settings, fmt::format("{}", fmt::join(texts, ","))));
    settings.sources[setting->name] = "flag";
  }
  return settings;
}

std::string settings_page() {
  std::string page =
      "# Settings\n\n"
      "Made by `weft settings --markdown` from the table in `src/server/settings.cc`; a test keeps the two equal.\n\n"
      "A setting comes from, in rising order of weight: its default, the file given with `--config FILE` (TOML, keys as in the\n"
      "first column), the environment, the command line. Lists are separated by commas, or given as several flags.\n\n"
      "| setting | flag | environment | kind | default | bounds | what it does |\n|---|---|---|---|---|---|---|\n";
  const Settings defaults;
  for (const Setting& setting : setting_table()) {
    const std::string value = setting.value_text(defaults);
    page += fmt::format("| `{}` | `{}` | `{}` | {} | {} | {} | {}{} |\n", setting.name, setting.flag(), setting.environment(),
                        setting.kind(), value.empty() ? "" : "`" + value + "`", setting.bounds(), setting.help,
                        setting.restart ? "" : " Takes effect at once.");
  }
  page += "\nEvery change but those marked otherwise takes effect at the next start.\n";
  return page;
}

ListenerText split_listener(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return {std::string(text), std::nullopt};
  return {std::string(text.substr(0, at)), std::string(text.substr(at + 1))};
}

}  // namespace weft::server
