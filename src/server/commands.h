#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/settings.h"

namespace weft::server {

/// What a command ends with; scripts rely on the numbers (doc/command-line.md).
enum ExitCode : int {
  kDone = 0,
  kFailed = 1,       ///< Anything without a number of its own.
  kUsage = 2,        ///< The command line or a file it names is wrong.
  kUnreachable = 3,  ///< No weft answers, or it is not ready.
  kMissing = 4,      ///< What was named does not exist.
  kRefused = 5,      ///< A rule or a missing right forbids it; the findings say why.
  kOutdated = 6,     ///< Somebody else changed it first.
};

/// How a command reaches a running weft.
struct ClientOptions {
  std::string server = "http://127.0.0.1:8080";
  std::string as;     ///< Person of the directory to act as; empty: nobody.
  bool json = false;  ///< Machine-readable output.
};

struct TopicOptions {
  std::string name;
  std::optional<int> partitions;
  std::vector<std::string> configs;  ///< "retention.ms=1000"
};

struct SchemaOptions {
  std::string subject;
  std::string file;  ///< "-": standard input.
  std::optional<int> version;
  std::optional<int> id;
};

struct ProductOptions {
  std::string product;  ///< "domain/name"
  std::string query;
  std::string domain;
  std::string topic;
  std::string subject;
  std::string owner;
  std::string description;
  std::string quality;
  std::string audience;
  std::string sensitivity;
  std::string terms;
  std::optional<int> sla;
  std::vector<std::string> tags;
  std::string file;  ///< JSON of the whole product; "-": standard input.
  bool check_only = false;
  std::vector<std::string> lifecycles;  ///< Of list; empty: live and deprecated.
  std::string reason;
  std::string ends_on;
  std::string successor;
  int from = 0;  ///< Versions that are compared.
  int to = 0;
};

struct SnippetOptions {
  std::string product;    ///< "domain/name"
  std::string language;   ///< Empty: says which there are.
  std::string listener;   ///< "host:port"; empty: as the server says.
  std::string directory;  ///< Where its files go; empty: they are printed.
};

struct SearchOptions {
  std::vector<std::string> words;
  std::map<std::string, std::vector<std::string>> filters;  ///< By facet: "domain", "sla", … as the API names them.
  std::string sort;
  int limit = 20;
  bool facets = false;  ///< Their counts too.
  bool saved = false;   ///< List saved searches instead.
};

struct RulesOptions {
  std::string file;  ///< "-": standard input; empty: the document in force.
  std::string rule;
  std::optional<int> version;  ///< To show; or the one that saving replaces.
};

struct ProduceOptions {
  std::string topic;
  std::string bootstrap;  ///< Empty: as the server says.
  std::string key_field;  ///< Key of each record: this field of its JSON value.
  std::string key_separator;
  std::string subject;  ///< Empty: TOPIC-value, if it is registered.
  bool raw = false;     ///< Lines as they are, without a schema.
};

struct ExportOptions {
  std::string name;               ///< DOMAIN/NAME of a product, or a domain.
  std::string standard = "odcs";  ///< odcs | asyncapi
};

struct AuditOptions {
  std::string id;  ///< Of one entry: "a1042".
  std::string subject, principal, action, outcome;  ///< Filters; empty: any.
  int limit = 50;
};

struct ConsumeOptions {
  std::string topic;
  std::string bootstrap;
  std::string from = "newest";  ///< earliest | newest | offset:P:O | time:T
  std::string until;            ///< offset:P:O | time:T: the first that is not read; empty: none.
  std::string where;            ///< A filter (api/record_filter.h); empty: every record.
  std::int64_t count = -1;      ///< -1: until interrupted.
  bool follow = true;
};

// One function for each command: it prints, and returns the ExitCode.

/// Runs until SIGINT or SIGTERM.
int serve(const Settings& settings);
/// `settings` as for serve; data stays between runs unless `reset`.
int run_demo(Settings settings, bool reset);

int topic_create(const ClientOptions& client, const TopicOptions& options);
int topic_list(const ClientOptions& client, const TopicOptions& options);
int topic_describe(const ClientOptions& client, const TopicOptions& options);
int topic_delete(const ClientOptions& client, const TopicOptions& options);

int schema_register(const ClientOptions& client, const SchemaOptions& options);
int schema_show(const ClientOptions& client, const SchemaOptions& options);

int product_list(const ClientOptions& client, const ProductOptions& options);
int product_show(const ClientOptions& client, const ProductOptions& options);
int product_publish(const ClientOptions& client, const ProductOptions& options);
int product_edit(const ClientOptions& client, const ProductOptions& options);
/// `to`: deprecated, retired or live.
int product_set_lifecycle(const ClientOptions& client, const ProductOptions& options, std::string_view to);
int product_history(const ClientOptions& client, const ProductOptions& options);
int product_diff(const ClientOptions& client, const ProductOptions& options);
int product_unpublish(const ClientOptions& client, const ProductOptions& options);

/// Products by words and filters; `search_saved` lists what a person has saved.
int search(const ClientOptions& client, const SearchOptions& options);
int search_saved(const ClientOptions& client);

/// A product or a domain in the words of a standard.
int export_product(const ClientOptions& client, const ExportOptions& options);
int export_domain(const ClientOptions& client, const ExportOptions& options);
int show_consumers(const ClientOptions& client, const ProductOptions& options);
/// A program that reads the product; with `directory`, its files are written there.
int show_snippet(const ClientOptions& client, const SnippetOptions& options);

/// Who did or wanted what, newest first; one entry with the call that does the same.
int audit_list(const ClientOptions& client, const AuditOptions& options);
int audit_show(const ClientOptions& client, const AuditOptions& options);
int rules_show(const ClientOptions& client, const RulesOptions& options);
int rules_history(const ClientOptions& client, const RulesOptions& options);
int rules_check(const ClientOptions& client, const RulesOptions& options);
int rules_trial(const ClientOptions& client, const RulesOptions& options);
int rules_save(const ClientOptions& client, const RulesOptions& options);

/// Standard input, one record a line.
int produce(const ClientOptions& client, const ProduceOptions& options);
/// Records as lines, until as many as asked for or interrupted.
int consume(const ClientOptions& client, const ConsumeOptions& options);

/// What could keep weft from running well here: disk, ports, limits, a running server's health.
int doctor(const ClientOptions& client, const Settings& settings);

/// What the journal and segments of a data directory hold; weft must not be running on it.
int log_inspect(const std::string& directory, bool batches);
/// Checks every checksum and offset of it; kFailed names the first that is wrong.
int log_verify(const std::string& directory, bool json);

}  // namespace weft::server
