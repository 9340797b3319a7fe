#include "server/node.h"

#include <utility>

#include "access/authorizer.h"
#include "api/api.h"
#include "api/ksql/ksql_api.h"
#include "api/registry/register_body.h"
#include "api/registry/registry_api.h"
#include "api/scim/scim_api.h"
#include "base/log.h"
#include "base/metrics.h"
#include "broker/broker.h"
#include "env/disk.h"
#include "env/env.h"
#include "http/probe.h"
#include "http/assets.h"
#include "http/http.h"
#include "http/site.h"
#include "identity/directory_file.h"
#include "identity/ldap_source.h"
#include "identity/scim.h"
#include "identity/sessions.h"
#include "log/log.h"
#include "mesh/catalogue.h"
#include "mesh/catalogue_keeper.h"
#include "mesh/conversations.h"
#include "mesh/consumers.h"
#include "mesh/facts_collector.h"
#include "mesh/personal.h"
#include "mesh/products.h"
#include "mesh/registry_schemas.h"
#include "registry/service.h"
#include "server/node_addresses.h"
#include "server/version.h"
#include "server/wait.h"

namespace weft::server {
namespace {

constexpr Logger kLog("server.node");

/// Starts something on the loop and waits for its completion.
template <class Start>
Result<void> wait_on_loop(env::EventLoop& loop, Start start) {
  return wait_for<void>(
      [&](auto done) { loop.post([&start, done = std::move(done)]() mutable { start(std::move(done)); }); });
}

Result<broker::Options> broker_options(const Settings& settings) {
  broker::Options options;
  options.listeners.clear();
  for (const std::string& text : settings.kafka) {
    const ListenerText listener = split_listener(text);
    broker::ListenerOptions listening;
    TRY_ASSIGN(listening.address, env::Address::parse(listener.listen));
    if (listener.advertised.has_value()) {
      TRY_ASSIGN(listening.advertised, env::Address::parse(*listener.advertised));
    }
    options.listeners.push_back(std::move(listening));
  }
  if (options.listeners.empty())
    return error(ErrorCode::kInvalidArgument, "kafka: name at least one address to listen on");
  options.data_directory = settings.data_dir;
  options.cluster_name = settings.cluster_name;
  options.environment = settings.environment;
  options.region = settings.region;
  options.auto_create_topics = settings.auto_create_topics;
  options.node_id = static_cast<std::int32_t>(settings.node_id);
  options.partition_count_default = static_cast<std::int32_t>(settings.partition_count);
  options.clamp_replication_factor = settings.replication_factor_clamp;
  options.group_initial_rebalance_delay_ms = static_cast<std::int32_t>(settings.group_initial_rebalance_delay_ms);
  return options;
}

log::Options log_options(const Settings& settings) {
  log::Options options;
  options.directory = settings.data_dir;
  options.journal_slot_bytes = static_cast<std::uint64_t>(settings.journal_slot_bytes);
  options.journal_slot_count = static_cast<std::uint32_t>(settings.journal_slot_count);
  options.free_bytes_min = static_cast<std::uint64_t>(settings.disk_free_bytes_min);
  return options;
}

identity::LdapOptions ldap_options(const Settings& settings) {
  return {.url = settings.ldap_url,
          .start_tls = settings.ldap_start_tls,
          .ca_file = settings.ldap_ca_file,
          .bind_dn = settings.ldap_bind_dn,
          .password = settings.ldap_password,
          .user_base = settings.ldap_user_base,
          .user_filter = settings.ldap_user_filter,
          .user_name_attribute = settings.ldap_user_name_attribute,
          .group_base = settings.ldap_group_base,
          .group_filter = settings.ldap_group_filter,
          .group_name_attribute = settings.ldap_group_name_attribute,
          .interval = std::chrono::seconds(settings.ldap_interval_seconds),
          .timeout = std::chrono::seconds(settings.ldap_timeout_seconds)};
}

std::vector<api::SettingValue> setting_values(const Settings& settings) {
  const Settings defaults;
  std::vector<api::SettingValue> values;
  for (const Setting& setting : setting_table()) {
    const auto source = settings.sources.find(setting.name);
    const bool hidden = setting.secret && !setting.value_text(settings).empty();
    values.push_back({std::string(setting.name), std::string(setting.help),
                      hidden ? std::nullopt : std::optional(setting.value_text(settings)), setting.value_text(defaults),
                      std::string(source == settings.sources.end() ? "default" : source->second), setting.restart});
  }
  return values;
}

}  // namespace

/// Everything a node is made of, in the order it is made. What lives on the loop is ended there, in the reverse order.
struct Node::Parts {
  Parts(env::Env& environment, const Settings& chosen)
      : env(environment),
        settings(chosen),
        started_at_ms(environment.clock().wall_ms()),
        loop(environment.make_loop("weft")),
        client_memory(*loop, static_cast<std::size_t>(settings.client_memory_bytes_max)) {}

  env::Env& env;
  const Settings settings;
  const std::int64_t started_at_ms;
  Metrics metrics;
  access::OpenAuthorizer authorizer;
  NodeAddresses addresses;
  bool ready = false;

  std::unique_ptr<env::EventLoop> loop;
  env::ClientMemory client_memory;
  Metrics::Collection client_memory_metric;
  std::unique_ptr<broker::Broker> broker;
  std::unique_ptr<registry::Service> registry;
  std::unique_ptr<mesh::RegistrySchemas> schemas;
  std::unique_ptr<identity::DirectoryFile> directory;
  std::unique_ptr<identity::LdapSource> ldap;
  std::unique_ptr<identity::Scim> scim;
  std::unique_ptr<identity::Sessions> sessions;
  std::unique_ptr<mesh::FactsCollector> facts;
  std::unique_ptr<mesh::Consumers> consumers;
  std::unique_ptr<mesh::Catalogue> catalogue;
  std::unique_ptr<mesh::CatalogueKeeper> catalogue_keeper;
  std::unique_ptr<mesh::Products> products;
  std::unique_ptr<mesh::Personal> personal;
  std::unique_ptr<mesh::Conversations> conversations;
  std::unique_ptr<api::Api> api;
  std::unique_ptr<http::Site> site;
  std::unique_ptr<http::Server> http_server;
  std::unique_ptr<http::Server> registry_server;
  std::unique_ptr<http::Server> ksql_server;

  Result<void> start_broker();
  Result<void> start_registry();
  Result<void> start_directory();
  Result<void> start_directory_file(const std::string& file);
  bool has_other_sources() const { return !settings.ldap_url.empty() || !settings.scim_token.empty(); }
  Result<void> start_mesh();
  Result<void> start_http();

  stream::Cluster& cluster() { return broker->cluster(); }
  Result<std::unique_ptr<http::Server>> listen(std::string name, const std::string& address,
                                               http::Authenticate authenticate, http::Router router,
                                               std::size_t body_bytes_max = http::ServerOptions().body_bytes_max);
  http::Router ui_router();
  http::Router registry_router();
  api::Services services();
  void mark_orphans();
  void end_http();
  void end_all();
};

Result<void> Node::Parts::start_broker() {
  client_memory_metric = metrics.collect(
      "weft_client_memory_bytes", "Memory held for clients' requests and answers; half of client_memory_bytes_max for either",
      Metrics::Kind::kGauge, [this](Metrics::Emit& emit) {
        emit({{"half", "requests"}}, static_cast<double>(client_memory.requests.bytes_taken()));
        emit({{"half", "answers"}}, static_cast<double>(client_memory.answers.bytes_taken()));
      });
  TRY_ASSIGN(broker::Options options, broker_options(settings));
  TRY_ASSIGN(auto log, on_loop(*loop, [&] { return log::Log::open(env, *loop, log_options(settings)); }));
  TRY_ASSIGN(broker, wait_for<std::unique_ptr<broker::Broker>>([&](auto done) {
               broker::Broker::start({env, *loop, std::move(log), client_memory, authorizer, metrics}, std::move(options),
                                     std::move(done));
             }));
  for (const env::Address& address : broker->addresses()) addresses.kafka.push_back(address.to_string());
  return {};
}

Result<void> Node::Parts::start_registry() {
  on_loop(*loop, [&] {
    registry = std::make_unique<registry::Service>(*loop, env.blocking_pool(), cluster(), authorizer,
                                                   registry::Service::Options{});
    schemas = std::make_unique<mesh::RegistrySchemas>(*registry);
    return true;
  });
  return wait_on_loop(*loop, [&](auto done) { registry->start(std::move(done)); });
}

Result<void> Node::Parts::start_directory() {
  std::string file = settings.directory;
  const std::string own = settings.data_dir + "/directory.yaml";
  if (file.empty() && env.disk().exists(own)) file = own;
  on_loop(*loop, [&] {
    if (file.empty()) {
      directory = std::make_unique<identity::DirectoryFile>(*loop);
    } else {
      auto read = [&disk = env.disk(), file]() -> Result<std::string> {
        TRY_ASSIGN(const Buffer bytes, env::read_file(disk, file, identity::kDirectoryBytesMax));
        return std::string(as_text(bytes));
      };
      directory = std::make_unique<identity::DirectoryFile>(*loop, env.blocking_pool(), std::move(read),
                                                            identity::DirectoryFile::Options{.file_name = file});
    }
    sessions = std::make_unique<identity::Sessions>(env.clock(), env.random());
    if (has_other_sources()) directory->expect_rosters();
    if (!settings.ldap_url.empty())
      ldap = std::make_unique<identity::LdapSource>(*loop, env.blocking_pool(), ldap_options(settings), *directory);
    if (!settings.scim_token.empty())
      scim = std::make_unique<identity::Scim>(identity::Scim::Parts{*loop, cluster(), env.random(), *directory});
    return true;
  });
  TRY(start_directory_file(file));
  if (scim) TRY(wait_on_loop(*loop, [&](auto done) { scim->load(std::move(done)); }));
  if (ldap) return wait_on_loop(*loop, [&](auto done) { ldap->start(std::move(done)); });
  return {};
}

Result<void> Node::Parts::start_directory_file(const std::string& file) {
  if (file.empty()) {
    kLog.warn("no directory of domains: nobody can publish; name one with --directory");
    return {};
  }
  return wait_on_loop(*loop, [&](auto done) { directory->start(std::move(done)); });
}

Result<void> Node::Parts::start_mesh() {
  on_loop(*loop, [&] {
    facts = std::make_unique<mesh::FactsCollector>(*loop, cluster(), *schemas, mesh::FactsCollector::Options{});
    consumers = std::make_unique<mesh::Consumers>(*loop, cluster(), broker->observer(), mesh::Consumers::Options{});
    consumers->start();
    catalogue = std::make_unique<mesh::Catalogue>(*facts);
    catalogue_keeper = std::make_unique<mesh::CatalogueKeeper>(*loop, *catalogue, *facts);
    mark_orphans();
    directory->on_change([this] { mark_orphans(); });
    products = std::make_unique<mesh::Products>(
        mesh::Products::Parts{*loop, cluster(), *schemas, *directory, authorizer, *catalogue});
    mesh::audit_registrations(*registry, *products);
    personal = std::make_unique<mesh::Personal>(*loop, cluster());
    conversations = std::make_unique<mesh::Conversations>(
        mesh::Conversations::Parts{*loop, cluster(), *directory, *catalogue, *products});
    api = std::make_unique<api::Api>(services());
    return true;
  });
  TRY(wait_on_loop(*loop, [&](auto done) { products->load(std::move(done)); }));
  TRY(wait_on_loop(*loop, [&](auto done) { personal->load(std::move(done)); }));
  TRY(wait_on_loop(*loop, [&](auto done) { conversations->load(std::move(done)); }));
  return wait_on_loop(*loop, [&](auto done) { facts->start(std::move(done)); });
}

/// Products of a team that the directory does not know any more come later in searches.
void Node::Parts::mark_orphans() {
  if (!catalogue) return;
  catalogue->orphan_if([known = directory->current()](const std::string& team) { return known->find_team(team) == nullptr; });
}

namespace {

Function<Result<void>(const mesh::Probe&)> probe_within(const std::string& setting) {
  if (setting == "off") return {};
  const http::Reach reach = setting == "public"     ? http::Reach::kPublic
                            : setting == "anywhere" ? http::Reach::kAnywhere
                                                    : http::Reach::kNetwork;
  return [reach](const mesh::Probe& probe) {
    return http::probe(
        {.target = probe.target, .connect_only = probe.kind == mesh::Probe::Kind::kTcp, .reach = reach});
  };
}

}  // namespace

api::Services Node::Parts::services() {
  return api::Services{
      .loop = *loop,
      .blocking_pool = env.blocking_pool(),
      .random = env.random(),
      .directory = *directory,
      .sessions = *sessions,
      .products = *products,
      .personal = *personal,
      .conversations = *conversations,
      .catalogue = *catalogue,
      .facts = *facts,
      .consumers = *consumers,
      .observer = broker->observer(),
      .schemas = *schemas,
      .home = cluster(),
      .authorizer = authorizer,
      .metrics = metrics,
      .probe = probe_within(settings.probes),
      .version = kVersion,
      .started_at_ms = started_at_ms,
      .addresses = [this](std::string_view host) { return addresses_for(settings, addresses, host); },
      .settings = [this] { return setting_values(settings); },
      .not_ready = [this]() -> std::optional<std::string> {
        if (ready) return std::nullopt;
        return "weft is starting or stopping";
      },
  };
}

http::Router Node::Parts::registry_router() {
  api::RegistryApiOptions options;
  options.version = kVersion;
  options.incompatible_code = settings.registry_incompatible_code == "409" ? 409 : 40901;
  options.changed = [this](const http::Request& request, const std::string& scope, const Result<void>& outcome) {
    const bool deletes = request.method == http::Method::kDelete && !request.path.starts_with("/config") &&
                         !request.path.starts_with("/mode");
    mesh::ApiCall call{std::string(http::method_name(request.method)), request.target, {}, std::nullopt};
    if (!request.body.empty()) call.body = request.body;
    mesh::audit_registry_change(*products, request.principal,
                                deletes ? mesh::AuditAction::kSchemaDelete : mesh::AuditAction::kSchemaConfigure,
                                std::move(call), scope, outcome);
  };
  return api::registry_router(*registry, std::move(options));
}

http::Router Node::Parts::ui_router() {
  http::Router router;
  api->add_to(router);
  if (scim) {
    api::add_scim(router, *scim,
                  {.token = settings.scim_token, .changed = [this](const http::Request& request, const std::string& what) {
                     mesh::AuditEntry entry{.action = mesh::AuditAction::kDirectoryChange, .subject = "directory"};
                     entry.outcome = mesh::AuditOutcome::kDone;
                     entry.summary = "Identity provider: " + what;
                     products->note({access::Principal::Kind::kApplication, "scim", {}},
                                    {std::string(http::method_name(request.method)), request.path, {}, std::nullopt},
                                    std::move(entry));
                   }});
  }
  router.otherwise([this](http::Request request, http::Responder responder) {
    responder.send(request.path.starts_with("/scim/") ? api::no_scim_resource() : site->serve(request));
  });
  return router;
}

Result<std::unique_ptr<http::Server>> Node::Parts::listen(std::string name, const std::string& address,
                                                          http::Authenticate authenticate, http::Router router,
                                                          std::size_t body_bytes_max) {
  http::ServerOptions options;
  options.name = std::move(name);
  TRY_ASSIGN(options.listen, env::Address::parse(address));
  options.hosts_allowed = settings.hosts_allowed;
  options.body_bytes_max = body_bytes_max;
  options.metrics = &metrics;
  return http::Server::start(env.network(), *loop, client_memory, std::move(options), std::move(authenticate), std::move(router));
}

Result<void> Node::Parts::start_http() {
  site = std::make_unique<http::Site>(env.random(), http::embedded_assets(), std::vector<std::string>{"/api/"});
  TRY_ASSIGN(registry_server, listen("registry", settings.registry, {}, registry_router(), api::kRegistryBodyBytesMax));
  TRY_ASSIGN(ksql_server, listen("ksql", settings.ksql, {}, api::ksql_router()));
  TRY_ASSIGN(http_server, listen("http", settings.http, api->authenticate(), ui_router()));
  addresses.registry = registry_server->local().to_string();
  addresses.ksql = ksql_server->local().to_string();
  addresses.http = http_server->local().to_string();
  on_loop(*loop, [this] { return ready = true; });
  return {};
}

void Node::Parts::end_http() {
  http_server.reset();
  registry_server.reset();
  ksql_server.reset();
}

void Node::Parts::end_all() {
  end_http();
  api.reset();
  if (registry) registry->observe({});  // it writes to the products' audit
  conversations.reset();
  personal.reset();
  products.reset();
  catalogue_keeper.reset();
  catalogue.reset();
  consumers.reset();
  facts.reset();
  sessions.reset();
  scim.reset();
  ldap.reset();
  directory.reset();
  schemas.reset();
  registry.reset();
  broker.reset();
}

Node::Node(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Node::~Node() {
  on_loop(*parts_->loop, [&] {
    parts_->end_all();
    return true;
  });
}

Result<std::unique_ptr<Node>> Node::start(env::Env& env, const Settings& settings) {
  auto node = std::unique_ptr<Node>(new Node(std::make_unique<Parts>(env, settings)));
  TRY(node->parts_->start_broker());
  TRY(node->parts_->start_registry());
  TRY(node->parts_->start_directory());
  TRY(node->parts_->start_mesh());
  TRY(node->parts_->start_http());
  return node;
}

const NodeAddresses& Node::addresses() const { return parts_->addresses; }
env::EventLoop& Node::loop() { return *parts_->loop; }
stream::Cluster& Node::cluster() { return parts_->broker->cluster(); }

Result<void> Node::stop() {
  return wait_on_loop(*parts_->loop, [&](auto done) {
    parts_->ready = false;
    parts_->end_http();
    parts_->broker->close(std::move(done));
  });
}

}  // namespace weft::server
