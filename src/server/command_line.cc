#include "server/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <deque>
#include <functional>

#include "server/commands.h"
#include "server/completion.h"
#include "server/people_commands.h"
#include "server/version.h"

namespace weft::server {
namespace {

/// Everything the parser writes into; lives as long as the parser.
struct Parsed {
  std::optional<std::string> settings_file;
  std::map<std::string, std::vector<std::string>> setting_texts;
  ClientOptions client;
  TopicOptions topic;
  SchemaOptions schema;
  ProductOptions product;
  ExportOptions exported;
  SnippetOptions snippet;
  SearchOptions search;
  AuditOptions audit;
  std::string shell;
  RulesOptions rules;
  ProduceOptions produce;
  ConsumeOptions consume;
  InboxOptions inbox;
  std::string name;
  std::string team;
  bool seen = false;
  std::string directory;
  bool reset = false;
  bool markdown = false;
  bool batches = false;
  std::function<int()> run;
};

Result<Settings> settings_of(const Parsed& parsed) {
  return load_settings(
      parsed.settings_file, [](const char* name) { return std::getenv(name); }, parsed.setting_texts);
}

int with_settings(const Parsed& parsed, const std::function<int(const Settings&)>& run) {
  const auto settings = settings_of(parsed);
  if (!settings.ok()) {
    fmt::print(stderr, "weft: {}\n", settings.error().message);
    return kUsage;
  }
  return run(*settings);
}

/// One flag per row of the settings table.
void add_settings(CLI::App& command, Parsed& parsed) {
  command.add_option("--config", parsed.settings_file, "Settings file (TOML); flags and environment win over it");
  const Settings defaults;
  for (const Setting& setting : setting_table()) {
    const std::string name(setting.name);
    std::string help = fmt::format("{} [{}]", setting.help, setting.value_text(defaults));
    if (!setting.bounds().empty()) help += " (" + setting.bounds() + ")";
    const auto store = [&parsed, name](const std::vector<std::string>& texts) {
      parsed.setting_texts[name] = texts;
      return true;
    };
    const bool is_switch = std::holds_alternative<bool Settings::*>(setting.member);
    const bool is_list = std::holds_alternative<std::vector<std::string> Settings::*>(setting.member);
    auto* option = command.add_option(setting.flag(), CLI::callback_t(store), help);
    option->type_name(is_switch ? "[true|false]" : setting.kind());
    if (is_switch) option->expected(0, 1)->default_str("true");
    else option->expected(1);
    if (is_list) option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
}

void add_client(CLI::App& command, Parsed& parsed) {
  command.add_option("--server", parsed.client.server, "Where weft's HTTP port is")->envname("WEFT_SERVER")->capture_default_str();
  command.add_option("--as", parsed.client.as, "Person of the directory to act as")->envname("WEFT_AS");
  command.add_flag("--json", parsed.client.json, "Machine-readable output");
}

CLI::App* add_command(CLI::App& parent, Parsed& parsed, const std::string& name, const std::string& help,
                      std::function<int()> run) {
  CLI::App* command = parent.add_subcommand(name, help);
  command->callback([&parsed, run = std::move(run)] { parsed.run = run; });
  return command;
}

void add_server_commands(CLI::App& app, Parsed& parsed) {
  CLI::App* serve_command = add_command(app, parsed, "serve", "Run weft", [&parsed] { return with_settings(parsed, serve); });
  add_settings(*serve_command, parsed);

  CLI::App* demo_command = add_command(app, parsed, "demo", "Run weft with a small, living mesh in it", [&parsed] {
    return with_settings(parsed, [&parsed](const Settings& settings) { return run_demo(settings, parsed.reset); });
  });
  demo_command->add_flag("--reset", parsed.reset, "Throw the demo's data away first");
  add_settings(*demo_command, parsed);

  CLI::App* doctor_command = add_command(app, parsed, "doctor", "Say what could keep weft from running well here", [&parsed] {
    return with_settings(parsed, [&parsed](const Settings& settings) { return doctor(parsed.client, settings); });
  });
  add_client(*doctor_command, parsed);
  add_settings(*doctor_command, parsed);

  CLI::App* settings_command = add_command(app, parsed, "settings", "Print the settings in force here", [&parsed] {
    if (parsed.markdown) {
      fmt::print("{}", settings_page());
      return static_cast<int>(kDone);
    }
    return with_settings(parsed, [](const Settings& settings) {
      for (const Setting& setting : setting_table()) fmt::print("{} = {}\n", setting.name, setting.value_text(settings));
      return static_cast<int>(kDone);
    });
  });
  settings_command->add_flag("--markdown", parsed.markdown, "Print doc/settings.md instead");
  add_settings(*settings_command, parsed);
}

void add_topic_commands(CLI::App& app, Parsed& parsed) {
  CLI::App* topic = app.add_subcommand("topic", "Topics of the cluster")->require_subcommand(1);
  TopicOptions& options = parsed.topic;
  CLI::App* create = add_command(*topic, parsed, "create", "Create a topic", [&] { return topic_create(parsed.client, options); });
  create->add_option("name", options.name, "Topic")->required();
  create->add_option("--partitions", options.partitions, "How many partitions");
  create->add_option("--set", options.configs, "Topic setting, such as retention.ms=3600000");
  CLI::App* list = add_command(*topic, parsed, "list", "List topics", [&] { return topic_list(parsed.client, options); });
  CLI::App* describe = add_command(*topic, parsed, "describe", "Show one topic", [&] { return topic_describe(parsed.client, options); });
  describe->add_option("name", options.name, "Topic")->required();
  CLI::App* remove = add_command(*topic, parsed, "delete", "Delete a topic and its records", [&] { return topic_delete(parsed.client, options); });
  remove->add_option("name", options.name, "Topic")->required();
  for (CLI::App* command : {create, list, describe, remove}) add_client(*command, parsed);
}

void add_schema_commands(CLI::App& app, Parsed& parsed) {
  CLI::App* schema = app.add_subcommand("schema", "Schemas of the registry")->require_subcommand(1);
  SchemaOptions& options = parsed.schema;
  CLI::App* add = add_command(*schema, parsed, "register", "Register an Avro schema", [&] { return schema_register(parsed.client, options); });
  add->add_option("subject", options.subject, "Subject, such as orders-value")->required();
  add->add_option("file", options.file, "Schema file; - reads standard input")->required();
  CLI::App* show = add_command(*schema, parsed, "show", "Show a schema", [&] { return schema_show(parsed.client, options); });
  show->add_option("subject", options.subject, "Subject");
  show->add_option("--version", options.version, "Version; the latest without it");
  show->add_option("--id", options.id, "Global id instead of a subject");
  for (CLI::App* command : {add, show}) add_client(*command, parsed);
}

void add_reader_commands(CLI::App& app, Parsed& parsed) {
  CLI::App* consumers = add_command(app, parsed, "consumers", "Who reads a product, and how far they are",
                                    [&] { return show_consumers(parsed.client, parsed.product); });
  consumers->add_option("product", parsed.product.product, "DOMAIN/NAME")->required();
  SnippetOptions& options = parsed.snippet;
  CLI::App* snippet = add_command(app, parsed, "snippet", "A program that reads a product as it stands", [&] { return show_snippet(parsed.client, options); });
  snippet->add_option("product", options.product, "DOMAIN/NAME")->required();
  snippet->add_option("--language", options.language, "weft, kcat, java, python, go, node, cpp, http or connect");
  snippet->add_option("--listener", options.listener, "The Kafka listener to connect to");
  snippet->add_option("--write", options.directory, "A folder for its files, instead of printing them");
  for (CLI::App* command : {consumers, snippet}) add_client(*command, parsed);
}

void add_product_commands(CLI::App& app, Parsed& parsed) {
  CLI::App* product = app.add_subcommand("product", "Data products")->require_subcommand(1);
  ProductOptions& options = parsed.product;
  CLI::App* list = add_command(*product, parsed, "list", "List products", [&] { return product_list(parsed.client, options); });
  list->add_option("query", options.query, "Words of names, descriptions, fields, tags or teams");
  list->add_option("--domain", options.domain, "Only this domain");
  list->add_option("--lifecycle", options.lifecycles, "live, deprecated or retired; may be given several times");
  CLI::App* get = add_command(*product, parsed, "get", "Show one product", [&] { return product_show(parsed.client, options); });
  get->alias("show");
  CLI::App* publish = add_command(*product, parsed, "publish", "Publish a topic as a product, or edit it", [&] { return product_publish(parsed.client, options); });
  publish->add_option("--topic", options.topic, "Its topic; the product's name without it");
  publish->add_option("--subject", options.subject, "Its schema's subject; TOPIC-value without it");
  CLI::App* edit = add_command(*product, parsed, "edit", "Change what is published; the rest stays", [&] { return product_edit(parsed.client, options); });
  for (CLI::App* command : {publish, edit}) {
    command->add_option("--file", options.file, "JSON of the product, as `product get --json` prints it; - is standard input");
    command->add_option("--owner", options.owner, "Team that owns it");
    command->add_option("--description", options.description, "What one event means, in Markdown");
    command->add_option("--quality", options.quality, "authoritative, curated or raw");
    command->add_option("--sla", options.sla, "SLA tier, 1 to 3; a new product has 3");
    command->add_option("--audience", options.audience, "private, by_request, domain or open");
    command->add_option("--sensitivity", options.sensitivity, "public, internal, confidential or personal_data");
    command->add_option("--terms", options.terms, "What readers agree to, in Markdown");
    command->add_option("--tag", options.tags, "Tag; may be given several times");
    command->add_flag("--check", options.check_only, "Say what would block it, change nothing");
  }
  CLI::App* deprecate = add_command(*product, parsed, "deprecate", "Say until when and why it is still there", [&] { return product_set_lifecycle(parsed.client, options, "deprecated"); });
  CLI::App* retire = add_command(*product, parsed, "retire", "Leave it out of lists; page and history stay, topics are free", [&] { return product_set_lifecycle(parsed.client, options, "retired"); });
  for (CLI::App* command : {deprecate, retire}) {
    command->add_option("--reason", options.reason, "What changes for readers");
    command->add_option("--ends-on", options.ends_on, "The last day, as 2027-03-31");
    command->add_option("--successor", options.successor, "What to read instead, DOMAIN/NAME");
  }
  CLI::App* restore = add_command(*product, parsed, "restore", "Bring back to live what is deprecated or retired", [&] { return product_set_lifecycle(parsed.client, options, "live"); });
  CLI::App* history = add_command(*product, parsed, "history", "Every version: who, when, and what it changed", [&] { return product_history(parsed.client, options); });
  CLI::App* diff = add_command(*product, parsed, "diff", "What two versions say differently", [&] { return product_diff(parsed.client, options); });
  CLI::App* remove = add_command(*product, parsed, "unpublish", "Take a product out of the mesh; topic and records stay", [&] { return product_unpublish(parsed.client, options); });
  for (CLI::App* command : {get, publish, edit, deprecate, retire, restore, history, diff, remove})
    command->add_option("product", options.product, "DOMAIN/NAME")->required();
  diff->add_option("from", options.from, "Version")->required();
  diff->add_option("to", options.to, "Version")->required();
  for (CLI::App* command : {list, get, publish, edit, deprecate, retire, restore, history, diff, remove}) add_client(*command, parsed);
}

void add_search_command(CLI::App& app, Parsed& parsed) {
  SearchOptions& options = parsed.search;
  CLI::App* find = add_command(app, parsed, "search", "Find products by words and filters, as Explore does",
                               [&] { return options.saved ? search_saved(parsed.client) : search(parsed.client, options); });
  find->add_option("words", options.words, "Words of names, fields, their meanings, descriptions, tags, attributes or teams");
  constexpr std::pair<const char*, const char*> kFacets[] = {
      {"domain", "Domain"}, {"owner", "Team"}, {"quality", "authoritative, curated or raw"}, {"sla", "1, 2 or 3"},
      {"lifecycle", "live, deprecated or retired"}, {"sensitivity", "public, internal, confidential or personal_data"},
      {"history", "everything, recent or latest_per_key"}, {"tag", "Tag"}, {"format", "AVRO, JSON, PROTOBUF"}, {"cluster", "Cluster"},
      {"region", "Region"}, {"match", "name, domain, team, tag, attribute, description, field_name or field_doc"}};
  for (const auto& [facet, help] : kFacets)
    find->add_option(std::string("--") + facet, options.filters[facet], std::string(help) + "; may be given several times")->allow_extra_args(false);
  find->add_option("--sort", options.sort, "best, name, rate, freshness or newest");
  find->add_option("--limit", options.limit, "Show so many")->check(CLI::Range(1, 100'000))->capture_default_str();
  find->add_flag("--facets", options.facets, "Count the values of every facet too");
  find->add_flag("--saved", options.saved, "List your saved searches instead");
  add_client(*find, parsed);
}

void add_rules_commands(CLI::App& app, Parsed& parsed) {
  CLI::App* rules = app.add_subcommand("rules", "What governors want of every product")->require_subcommand(1);
  RulesOptions& options = parsed.rules;
  CLI::App* show = add_command(*rules, parsed, "show", "Print the document in force", [&] { return rules_show(parsed.client, options); });
  CLI::App* check = add_command(*rules, parsed, "check", "Whether a document is understood; changes nothing", [&] { return rules_check(parsed.client, options); });
  CLI::App* trial = add_command(*rules, parsed, "trial", "What a document would do to every product; changes nothing", [&] { return rules_trial(parsed.client, options); });
  trial->add_option("file", options.file, "YAML or JSON, - for standard input; the document in force without it");
  trial->add_option("--rule", options.rule, "Only this rule, with every product that does not keep it");
  CLI::App* save = add_command(*rules, parsed, "save", "Put a document into force", [&] { return rules_save(parsed.client, options); });
  for (CLI::App* command : {check, save}) command->add_option("file", options.file, "YAML or JSON, - for standard input")->required();
  show->add_option("--version", options.version, "An older one");
  save->add_option("--version", options.version, "The version it replaces; the one in force without it");
  CLI::App* history = add_command(*rules, parsed, "history", "Who changed the rules, and when", [&] { return rules_history(parsed.client, options); });
  for (CLI::App* command : {show, check, trial, save, history}) add_client(*command, parsed);
}

void add_export_commands(CLI::App& app, Parsed& parsed) {
  CLI::App* out = app.add_subcommand("export", "Products in the words of standards, as YAML; as JSON with --json")->require_subcommand(1);
  ExportOptions& options = parsed.exported;
  CLI::App* product = add_command(*out, parsed, "product", "One product as a data contract (ODCS 3.1) or AsyncAPI 3", [&] { return export_product(parsed.client, options); });
  product->add_option("product", options.name, "DOMAIN/NAME")->required();
  product->add_option("--standard", options.standard, "odcs or asyncapi")->check(CLI::IsMember({"odcs", "asyncapi"}))->capture_default_str();
  CLI::App* domain = add_command(*out, parsed, "domain", "All streams of a domain as AsyncAPI 3", [&] { return export_domain(parsed.client, options); });
  domain->add_option("domain", options.name, "Domain")->required();
  for (CLI::App* command : {product, domain}) add_client(*command, parsed);
}

void add_audit_commands(CLI::App& app, Parsed& parsed) {
  CLI::App* audit = app.add_subcommand("audit", "Every change and every refusal")->require_subcommand(1);
  AuditOptions& options = parsed.audit;
  CLI::App* list = add_command(*audit, parsed, "list", "Newest first", [&] { return audit_list(parsed.client, options); });
  list->add_option("--subject", options.subject, "Only about this: product:execution/stocktrades, topic:fills_raw");
  list->add_option("--principal", options.principal, "Only by this one: User:mkovac");
  list->add_option("--action", options.action, "Only this: product.publish, topic.create");
  list->add_option("--outcome", options.outcome, "Only with this end")->check(CLI::IsMember({"done", "refused", "failed", "started"}));
  list->add_option("--limit", options.limit, "At most this many")->check(CLI::Range(1, 500))->capture_default_str();
  CLI::App* show = add_command(*audit, parsed, "show", "One entry, and the call that does the same", [&] { return audit_show(parsed.client, options); });
  show->add_option("id", options.id, "Its id: a1042")->required();
  for (CLI::App* command : {list, show}) add_client(*command, parsed);
}

void add_completion_command(CLI::App& app, Parsed& parsed) {
  CLI::App* command = add_command(app, parsed, "completion", "Print what a shell needs to complete weft's commands and names", [&] {
    fmt::print("{}", *completion_script(parsed.shell));
    return static_cast<int>(kDone);
  });
  command->add_option("shell", parsed.shell, "Which shell")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer("bash: source <(weft completion bash)    zsh: source <(weft completion zsh)    fish: weft completion fish | source");
}

/// `weft __complete -- WORDS…`: what the scripts of add_completion_command ask at every Tab.
int print_completions(const CLI::App& app, int argc, char** argv) {
  const int first = argc > 2 && std::string_view(argv[2]) == "--" ? 3 : 2;
  for (const std::string& each : completions(app, {argv + first, argv + argc})) fmt::print("{}\n", each);
  return kDone;
}

void add_record_commands(CLI::App& app, Parsed& parsed) {
  CLI::App* in = add_command(app, parsed, "produce", "Produce standard input, one record a line", [&] { return produce(parsed.client, parsed.produce); });
  in->add_option("topic", parsed.produce.topic, "Topic")->required();
  in->add_option("--bootstrap", parsed.produce.bootstrap, "Kafka address; as the server says without it");
  in->add_option("--subject", parsed.produce.subject, "Encode JSON lines by the latest Avro schema of this subject; TOPIC-value if there is one");
  in->add_option("--key-field", parsed.produce.key_field, "Use this field of each line as its key");
  in->add_option("--key-separator", parsed.produce.key_separator, "Split each line into key and value here");
  in->add_flag("--raw", parsed.produce.raw, "Lines as they are, without a schema");
  add_client(*in, parsed);
  CLI::App* out = add_command(app, parsed, "consume", "Print records as they come, decoded", [&] { return consume(parsed.client, parsed.consume); });
  out->add_option("topic", parsed.consume.topic, "Topic")->required();
  out->add_option("--bootstrap", parsed.consume.bootstrap, "Kafka address; as the server says without it");
  out->add_option("--from", parsed.consume.from, "earliest, newest, offset:PARTITION:OFFSET or time:2026-11-24T09:41:00Z")->capture_default_str();
  out->add_option("--until", parsed.consume.until, "Stop before offset:PARTITION:OFFSET or time:2026-11-24T09:41:00Z");
  out->add_option("--where", parsed.consume.where, "Only records that match: 'customer.city = \"Berlin\" and quantity >= 2500'");
  out->add_option("--count", parsed.consume.count, "Stop after this many");
  out->add_flag("!--no-follow", parsed.consume.follow, "Stop at the end instead of waiting for more");
  add_client(*out, parsed);
}

void add_directory_commands(CLI::App& app, Parsed& parsed) {
  CLI::App* domain = app.add_subcommand("domain", "Domains, their teams and products")->require_subcommand(1);
  CLI::App* domains = add_command(*domain, parsed, "list", "List domains", [&] { return domain_list(parsed.client); });
  CLI::App* one_domain = add_command(*domain, parsed, "show", "Show one domain: teams, products, orphans", [&] { return domain_show(parsed.client, parsed.name); });
  one_domain->add_option("name", parsed.name, "Domain")->required();
  CLI::App* team = app.add_subcommand("team", "Teams and how to reach them")->require_subcommand(1);
  CLI::App* teams = add_command(*team, parsed, "list", "List teams", [&] { return team_list(parsed.client); });
  CLI::App* one_team = add_command(*team, parsed, "show", "Show one team", [&] { return team_show(parsed.client, parsed.name); });
  one_team->add_option("name", parsed.name, "Team")->required();
  CLI::App* hand_over = add_command(*app.get_subcommand("product"), parsed, "hand-over", "Give a product to another team of its domain", [&] { return product_hand_over(parsed.client, parsed.name, parsed.team); });
  hand_over->add_option("product", parsed.name, "DOMAIN/NAME")->required();
  hand_over->add_option("team", parsed.team, "Team that owns it from now on")->required();
  for (CLI::App* command : {domains, one_domain, teams, one_team, hand_over}) add_client(*command, parsed);
}

void add_follow_commands(CLI::App& app, Parsed& parsed) {
  CLI::App* follow = app.add_subcommand("follow", "Products that you follow, and what changed on them")->require_subcommand(1);
  CLI::App* add = add_command(*follow, parsed, "add", "Be told what changes on a product", [&] { return follow_set(parsed.client, parsed.name, true); });
  CLI::App* remove = add_command(*follow, parsed, "remove", "Be told no more", [&] { return follow_set(parsed.client, parsed.name, false); });
  for (CLI::App* command : {add, remove}) command->add_option("product", parsed.name, "DOMAIN/NAME")->required();
  CLI::App* list = add_command(*follow, parsed, "list", "List what you follow", [&] { return follow_list(parsed.client); });
  CLI::App* news = add_command(*follow, parsed, "news", "What others changed since you last looked", [&] { return follow_news(parsed.client, parsed.seen); });
  news->add_flag("--mark-seen", parsed.seen, "Do not tell these again");
  for (CLI::App* command : {add, remove, list, news}) add_client(*command, parsed);
}

void add_inbox_commands(CLI::App& app, Parsed& parsed) {
  CLI::App* inbox = app.add_subcommand("inbox", "Questions, asks for data, announcements")->require_subcommand(1);
  InboxOptions& options = parsed.inbox;
  CLI::App* list = add_command(*inbox, parsed, "list", "What waits for you", [&] { return inbox_list(parsed.client, options); });
  list->add_option("--view", options.view, "for_you, sent or all")->capture_default_str();
  list->add_option("--kind", options.kind, "question, ask or announcement");
  CLI::App* show = add_command(*inbox, parsed, "show", "Show one conversation", [&] { return inbox_show(parsed.client, options); });
  CLI::App* ask = add_command(*inbox, parsed, "ask", "Ask a product's owner, or for data that nobody offers", [&] { return inbox_ask(parsed.client, options); });
  ask->add_option("text", options.text, "What you want to know, or what is missing and what for")->required();
  ask->add_option("--product", options.product, "DOMAIN/NAME whose owner is asked");
  ask->add_option("--domain", options.domain, "Without a product: where the data may belong");
  ask->add_option("--field", options.fields, "Without a product: field wanted; may be given several times");
  CLI::App* announce = add_command(*inbox, parsed, "announce", "Tell a product's readers and followers something", [&] { return inbox_announce(parsed.client, options); });
  announce->add_option("product", options.product, "DOMAIN/NAME")->required();
  announce->add_option("text", options.text, "What happens")->required();
  announce->add_option("--from", options.from, "From when, such as 2026-12-05T08:00:00Z");
  announce->add_option("--until", options.until, "Until when");
  CLI::App* reply = add_command(*inbox, parsed, "answer", "Write to a conversation", [&] { return inbox_answer(parsed.client, options); });
  CLI::App* close = add_command(*inbox, parsed, "close", "Say how a conversation ended", [&] { return inbox_close(parsed.client, options); });
  for (CLI::App* command : {show, reply, close}) command->add_option("number", options.number, "Its number")->required();
  reply->add_option("text", options.text, "What you say")->required();
  close->add_option("how", options.how, "accepted, fulfilled, declined or withdrawn")->required();
  close->add_option("--accepted", options.accepted, "Number of the message that answers it");
  close->add_option("--product", options.product, "DOMAIN/NAME that offers what was asked for");
  close->add_option("--text", options.text, "A last message; declining needs one");
  for (CLI::App* command : {list, show, ask, announce, reply, close}) add_client(*command, parsed);
}

void add_log_commands(CLI::App& app, Parsed& parsed) {
  CLI::App* log = app.add_subcommand("log", "Look into a data directory that no weft is using")->require_subcommand(1);
  CLI::App* inspect = add_command(*log, parsed, "inspect", "Print journal entries, segments and indexes", [&] { return log_inspect(parsed.directory, parsed.batches); });
  CLI::App* verify = add_command(*log, parsed, "verify", "Check every byte against its checksum", [&] { return log_verify(parsed.directory, parsed.client.json); });
  for (CLI::App* command : {inspect, verify}) {
    command->add_option("directory", parsed.directory, "Data directory")->required();
  }
  inspect->add_flag("--batches", parsed.batches, "Every batch and index entry too");
  verify->add_flag("--json", parsed.client.json, "Machine-readable output");
}

}  // namespace

int run_command_line(int argc, char** argv) {
  Parsed parsed;
  CLI::App app{"weft: a self-serve data mesh on event streams", "weft"};
  app.set_version_flag("--version", std::string("weft ") + kVersion);
  app.require_subcommand(1);
  app.footer("Exit codes: 0 done, 1 failed, 2 usage, 3 unreachable, 4 missing, 5 refused, 6 changed by somebody else.");
  add_server_commands(app, parsed);
  add_topic_commands(app, parsed);
  add_schema_commands(app, parsed);
  add_product_commands(app, parsed);
  add_search_command(app, parsed);
  add_export_commands(app, parsed);
  add_reader_commands(app, parsed);
  add_audit_commands(app, parsed);
  add_rules_commands(app, parsed);
  add_record_commands(app, parsed);
  add_directory_commands(app, parsed);
  add_follow_commands(app, parsed);
  add_inbox_commands(app, parsed);
  add_log_commands(app, parsed);
  add_completion_command(app, parsed);
  if (argc > 1 && std::string_view(argv[1]) == "__complete") return print_completions(app, argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& stop) {
    return app.exit(stop) == 0 ? kDone : kUsage;
  }
  return parsed.run();
}

}  // namespace weft::server
