#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace weft::server {

/// What a weft process is told. Every member is described once, in the table of settings.cc: from it come the settings
/// file, flags, environment variables, `--help`, doc/settings.md and GET /api/v1/settings.
struct Settings {
  std::string data_dir = "weft-data";
  std::vector<std::string> kafka = {"127.0.0.1:9092"};
  std::string http = "127.0.0.1:8080";
  std::string registry = "127.0.0.1:8081";
  std::string registry_incompatible_code = "409";
  std::string ksql = "127.0.0.1:8088";
  std::vector<std::string> hosts_allowed;
  std::string probes = "network";
  std::string directory = "";
  std::string ldap_url = "";
  bool ldap_start_tls = false;
  std::string ldap_ca_file = "";
  std::string ldap_bind_dn = "";
  std::string ldap_password = "";
  std::string ldap_user_base = "";
  std::string ldap_user_filter = "(objectClass=inetOrgPerson)";
  std::string ldap_user_name_attribute = "uid";
  std::string ldap_group_base = "";
  std::string ldap_group_filter = "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))";
  std::string ldap_group_name_attribute = "cn";
  std::int64_t ldap_interval_seconds = 300;
  std::int64_t ldap_timeout_seconds = 10;
  std::string scim_token = "";
  std::string log_level = "info";
  bool ready_json = false;

  std::string cluster_name = "local";
  std::string environment = "dev";
  std::string region = "local";

  bool auto_create_topics = true;
  std::int64_t node_id = 1;
  std::int64_t partition_count = 1;
  bool replication_factor_clamp = true;
  std::int64_t group_initial_rebalance_delay_ms = 0;
  std::int64_t client_memory_bytes_max = 512LL << 20;
  std::int64_t journal_slot_bytes = 32LL << 20;
  std::int64_t journal_slot_count = 16;
  std::int64_t disk_free_bytes_min = 256LL << 20;

  /// Where each setting that is not at its default came from: "file", "environment" or "flag".
  std::map<std::string_view, std::string_view> sources;
};

/// One row of the table.
struct Setting {
  using Member = std::variant<std::string Settings::*, std::vector<std::string> Settings::*, bool Settings::*,
                              std::int64_t Settings::*>;

  std::string_view name;  ///< "data_dir": TOML key; flag --data-dir; environment WEFT_DATA_DIR.
  std::string_view help;
  Member member;
  std::int64_t at_least = INT64_MIN;  ///< Numbers only.
  std::int64_t at_most = INT64_MAX;
  std::vector<std::string_view> choices = {};  ///< Words only; empty: any.
  bool restart = true;                         ///< A change takes effect at the next start only.
  bool secret = false;                         ///< Never shown.

  std::string flag() const;         ///< "--data-dir"
  std::string environment() const;  ///< "WEFT_DATA_DIR"
  std::string kind() const;         ///< "text", "list", "switch" or "number"
  std::string bounds() const;       ///< "0 … 60000", "trace, debug, …" or ""
  /// Of a secret only whether it is set.
  std::string value_text(const Settings& settings) const;
  /// Parses and checks one value; lists are separated by commas. kInvalidArgument names setting, value and what fits.
  Result<void> assign(Settings& settings, std::string_view text) const;
};

std::span<const Setting> setting_table();

/// Defaults, then the TOML file (if any), then the environment, then flags: the later wins. `flags` maps setting names
/// to their texts. Unknown keys of the file are refused, with the nearest name.
Result<Settings> load_settings(const std::optional<std::string>& file, const std::function<const char*(const char*)>& environment,
                               const std::map<std::string, std::vector<std::string>>& flags);

/// doc/settings.md, whole.
std::string settings_page();

/// "ADDRESS" or "ADDRESS@ADVERTISED", as --kafka takes them.
struct ListenerText {
  std::string listen;
  std::optional<std::string> advertised;
};
ListenerText split_listener(std::string_view text);

}  // namespace weft::server
