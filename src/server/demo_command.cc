#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <nlohmann/json.hpp>

#include "env/disk.h"
#include "env/posix_env.h"
#include "server/api_client.h"
#include "server/commands.h"
#include "server/demo/feed.h"
#include "server/demo/words.h"
#include "server/node.h"
#include "server/node_addresses.h"
#include "server/running.h"
#include "server/wait.h"

namespace weft::server {
namespace {

using nlohmann::json;

constexpr int kPartitions = 6;
constexpr std::string_view kMark = "DEMO";  ///< A file that says: this folder may be thrown away by --reset.

/// Everything the demo does it does as anybody could: topics, schemas and products through the HTTP ports.
class DemoSetup {
 public:
  DemoSetup(const NodeAddresses& at, const ApiClient& api) : registry_("http://" + at.registry), http_("http://" + at.http), api_(api) {}

  Result<demo::FeedTopic> prepare_topic(const demo::DemoTopic& topic) const {
    const std::string name(topic.topic);
    const json body = {{"name", name}, {"partitions", kPartitions}};
    if (const auto created = api_.call(http::Method::kPost, "/api/v1/topics", &body);
        !created.ok() && created.error().code != ErrorCode::kAlreadyExists)
      return created.error();
    const json schema = {{"schema", topic.schema}};
    TRY_ASSIGN(const json registered, api_.call(http::Method::kPost, registry_ + "/subjects/" + name + "-value/versions", &schema));
    demo::FeedTopic fed;
    fed.partition_count = kPartitions;
    fed.schema_id = schema::SchemaId(registered["id"].get<std::int32_t>());
    TRY_ASSIGN(fed.schema, schema::avro::Schema::parse(topic.schema));
    return fed;
  }

  /// As the owner's on-call person would; what is published already stays as it is, whatever people made of it.
  Result<void> publish(const demo::DemoTopic& topic) const {
    const std::string path = fmt::format("/api/v1/products/{}/{}", topic.domain, topic.topic);
    if (api_.get(path).ok()) return {};
    TRY_ASSIGN(const ApiClient acting, as_owner(std::string(topic.owner)));
    json body = {{"owner", topic.owner}, {"description", topic.description}, {"quality", topic.quality},
                 {"sla", topic.sla},     {"tags", topic.tags},               {"ports", json::array({{{"topic", topic.topic}}})}};
    body.update(json::parse(demo::product_words(topic.topic, http_)));
    TRY(acting.call(http::Method::kPut, path, &body));
    return {};
  }

  Result<void> publish(const demo::DemoService& service) const {
    const std::string path = fmt::format("/api/v1/products/{}/{}", service.domain, service.name);
    if (api_.get(path).ok()) return {};
    TRY_ASSIGN(const ApiClient acting, as_owner(service.owner));
    const json body = json::parse(service.product);
    TRY(acting.call(http::Method::kPut, path, &body));
    const json lifecycle = json::parse(service.lifecycle);
    TRY(acting.call(http::Method::kPost, path + "/lifecycle", &lifecycle, {{"If-Match", "\"1\""}}));
    return {};
  }

 private:
  Result<ApiClient> as_owner(const std::string& name) const {
    TRY_ASSIGN(const json team, api_.get(fmt::format("/api/v1/teams/{}", name)));
    ClientOptions owner;
    owner.server = http_;
    owner.as = (team.contains("team") ? team["team"] : team)["on_call"]["person"].get<std::string>();
    return ApiClient::open(owner);
  }

  std::string registry_;
  std::string http_;
  const ApiClient& api_;
};

Result<void> prepare_folder(const std::string& folder, bool reset) {
  const auto disk = env::make_posix_disk();
  const std::string mark = folder + "/" + std::string(kMark);
  if (reset && disk->exists(folder)) {
    if (!disk->exists(mark))
      return error(ErrorCode::kInvalidArgument, "{} holds no demo: --reset removes only what `weft demo` made", folder);
    TRY(env::remove_all(*disk, folder));
  }
  TRY(env::make_directories(*disk, folder));
  if (!disk->exists(mark)) TRY(env::replace_file(*disk, mark, as_bytes("Made by `weft demo`; `weft demo --reset` removes it.\n")));
  const std::string directory = folder + "/directory.yaml";
  if (!disk->exists(directory)) TRY(env::replace_file(*disk, directory, as_bytes(demo::demo_directory())));
  return {};
}

/// Lets the generators begin, and publishes what is to be published.
Result<std::unique_ptr<demo::Feed>> fill(Node& node, env::Random& random) {
  ClientOptions anybody;
  anybody.server = "http://" + node.addresses().http;
  TRY_ASSIGN(const ApiClient api, ApiClient::open(anybody));
  const DemoSetup setup(node.addresses(), api);
  std::map<std::string, demo::FeedTopic, std::less<>> fed;
  for (const demo::DemoTopic& topic : demo::demo_topics()) {
    TRY_ASSIGN(auto prepared, setup.prepare_topic(topic));
    fed.emplace(topic.topic, std::move(prepared));
  }
  auto feed = on_loop(node.loop(), [&] { return std::make_unique<demo::Feed>(node.loop(), random, node.cluster(), std::move(fed)); });
  TRY(wait_for<void>([&](auto done) {
    node.loop().post([&feed, done = std::move(done)]() mutable { feed->begin(std::move(done)); });
  }));
  for (const demo::DemoTopic& topic : demo::demo_topics())
    if (topic.published) TRY(setup.publish(topic));
  TRY(setup.publish(demo::demo_service("http://" + node.addresses().http)));
  node.loop().post([feed = feed.get()] { feed->run(); });
  return feed;
}

void greet(const NodeAddresses& at) {
  fmt::print(stderr,
             "\n  The demo mesh is up.\n\n"
             "    UI        http://{}\n"
             "    Kafka     {}\n"
             "    Registry  http://{}\n\n"
             "  Act as Mara Kovač and publish high_value_stock_trades. Then: kcat -b {} -t stocktrades -C\n"
             "  Ctrl-C stops it; the data stays. `weft demo --reset` begins anew.\n\n",
             at.http, at.kafka.front(), at.registry, at.kafka.front());
}

}  // namespace

int run_demo(Settings settings, bool reset) {
  if (!settings.sources.contains("data_dir")) settings.data_dir = "weft-demo";
  if (const auto prepared = prepare_folder(settings.data_dir, reset); !prepared.ok())
    return report_usage({}, prepared.error());
  // The demo's REST ports are weft's own.
  if (!settings.sources.contains("probes")) settings.probes = "anywhere";
  const bool talks_to_people = !settings.ready_json;
  if (talks_to_people && !settings.sources.contains("log_level")) settings.log_level = "warn";
  std::unique_ptr<demo::Feed> feed;
  return run_node(
      settings,
      [&](Node& node, env::Env& env) -> Result<void> {
        TRY_ASSIGN(feed, fill(node, env.random()));
        if (talks_to_people) greet(node.addresses());
        return {};
      },
      [&](Node& node) { on_loop(node.loop(), [&] { feed.reset(); return true; }); });
}

}  // namespace weft::server
