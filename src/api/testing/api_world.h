#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "api/api.h"
#include "api/testing/openapi.h"
#include "base/metrics.h"
#include "env/random.h"
#include "http/sink.h"
#include "http/uri.h"
#include "identity/sessions.h"
#include "mesh/consumers.h"
#include "mesh/facts_collector.h"
#include "mesh/testing/memory_observer.h"
#include "mesh/testing/mesh_world.h"

namespace weft::api::testing {

/// What an event stream got.
struct SentEvent {
  std::string type, id, data;
};

class RecordedStream final : public http::EventStream {
 public:
  bool send(std::string_view event, std::string_view id, std::string_view data) override {
    if (closed || stuck) return false;
    events.push_back({std::string(event), std::string(id), std::string(data)});
    return true;
  }
  std::size_t bytes_waiting() const override { return waiting; }
  void on_closed(Function<void()> heard) override { heard_ = std::move(heard); }
  void close() override { closed = true; }

  /// The reader goes away.
  void leave() {
    if (heard_) heard_();
  }
  std::vector<SentEvent> of(std::string_view type) const {
    std::vector<SentEvent> out;
    for (const SentEvent& event : events)
      if (event.type == type) out.push_back(event);
    return out;
  }

  std::vector<SentEvent> events;
  std::size_t waiting = 0;
  bool stuck = false;
  bool closed = false;

 private:
  Function<void()> heard_;
};

/// The whole API over a mesh in memory. Every answer is held against openapi.yaml.
class ApiWorld : public mesh::testing::MeshWorld {
 public:
  ApiWorld() {
    facts_collector.start([](Result<void>) {});
    loop.run();
    // The catalogue of MeshWorld searches in written facts: write down what was measured.
    facts.subjects["trades-value"] = facts_collector.subject("trades-value");
    api.add_to(router);
  }

  struct Answer {
    int status = 0;
    std::map<std::string, std::string> headers;
    std::string text;
    schema::JsonNode json;

    /// A member by its path, "product.facts.partitions" or "hits.0.product.id"; its text, "" when it is not there.
    std::string at(std::string_view path) const {
      const schema::JsonNode* node = &json;
      for (std::size_t begin = 0; begin <= path.size() && node != nullptr;) {
        const std::size_t end = std::min(path.find('.', begin), path.size());
        const std::string name(path.substr(begin, end - begin));
        if (node->is_array()) {
          const auto index = static_cast<std::size_t>(std::stoul(name));
          node = index < node->elements.size() ? &node->elements[index] : nullptr;
        } else {
          node = node->find(name);
        }
        begin = end + 1;
      }
      if (node == nullptr) return "";
      if (node->is_boolean()) return node->boolean ? "true" : "false";
      return node->is_null() ? "null" : node->text;
    }
    std::vector<std::string> rules() const {
      std::vector<std::string> out;
      const schema::JsonNode* findings = json.find("findings");
      for (const auto& each : findings == nullptr ? std::vector<schema::JsonNode>() : findings->elements)
        out.push_back(each.find("field")->text + ":" + each.find("rule")->text);
      return out;
    }
  };

  /// Asks as `person` (through the session cookie), or anonymously.
  Answer call(http::Method method, std::string target, std::string body = "", http::Headers headers = {}) {
    http::Request request = make(method, target, std::move(body), std::move(headers));
    const std::string path = request.path;
    std::optional<http::Response> response;
    router.dispatch(std::move(request), http::Responder::to([&](http::Response sent) { response = std::move(sent); }));
    loop.run();
    return judge(method, path, response.value_or(http::Response::text(0, "no answer")));
  }
  /// Sends without waiting: `answered` hears the status when the loop runs.
  void start(http::Method method, std::string target, std::string body, http::Headers headers,
             Function<void(int status)> answered) {
    router.dispatch(make(method, target, std::move(body), std::move(headers)),
                    http::Responder::to([answered = std::move(answered)](http::Response sent) mutable { answered(sent.status); }));
  }
  Answer get(std::string target) { return call(http::Method::kGet, std::move(target)); }

  /// Opens an event stream; null when it was refused.
  std::shared_ptr<RecordedStream> open_events() {
    auto sink = std::make_shared<StreamSink>();
    router.dispatch(make(http::Method::kGet, "/api/v1/events", "", {}), http::Responder(sink));
    loop.run();
    if (sink->stream) {
      covered().insert("GET /api/v1/events 200");
    } else if (sink->refusal) {
      judge(http::Method::kGet, "/api/v1/events", *sink->refusal);
    }
    return sink->stream;
  }

  void act_as(std::string person) {
    const Answer answer = call(http::Method::kPost, "/api/v1/session", R"({"person":")" + person + "\"}");
    CHECK(answer.status == 200, answer.text);
    const std::string& set = answer.headers.at("Set-Cookie");
    cookie = set.substr(0, set.find(';'));
  }
  std::string publish(std::string name = "trades") {
    const Answer answer = call(http::Method::kPut, "/api/v1/products/analytics/" + name, product_body("trades"));
    CHECK(answer.status == 201, answer.text);
    return answer.text;
  }
  static std::string product_body(const std::string& topic,
                                  const std::string& description = "One fill on one venue, within a second.") {
    return R"({"owner":"analytics-team","description":")" + description +
           R"(","quality":"curated","sla":2,"tags":["trading"],"ports":[{"topic":")" + topic + "\"}]}";
  }

  /// "GET /api/v1/me 200" of every answer that any test got.
  static std::set<std::string>& covered() {
    static std::set<std::string> answers;
    return answers;
  }

  class CountingRandom final : public env::Random {
   public:
    std::uint64_t next() override { return ++last_ * 0x9e3779b97f4a7c15ULL; }

   private:
    std::uint64_t last_ = 0;
  };

  CountingRandom random;
  identity::Sessions sessions{loop.clock(), random};
  mesh::FactsCollector facts_collector{loop, cluster, schemas, {}};
  mesh::testing::MemoryObserver observer{loop};
  mesh::Consumers consumers{loop, cluster, observer, {}};
  Metrics metrics;
  std::optional<std::string> not_ready;
  std::string peer = "127.0.0.1";
  std::string cookie;
  OpenApi document{"src/api/openapi.yaml"};
  std::vector<std::string> faults;  ///< Where answers were not as documented.
  Api api{Services{.loop = loop,
                   .blocking_pool = loop,
                   .random = random,
                   .directory = directory,
                   .sessions = sessions,
                   .products = *products,
                   .personal = *personal,
                   .conversations = *conversations,
                   .catalogue = catalogue,
                   .facts = facts_collector,
                   .consumers = consumers,
                   .observer = observer,
                   .schemas = schemas,
                   .home = cluster,
                   .authorizer = authorizer,
                   .metrics = metrics,
                   .version = "0.1.0",
                   .started_at_ms = 1'700'000'000'000,
                   .addresses =
                       [](std::string_view host) {
                         return Addresses{
                             {"127.0.0.1:9092"}, fmt::format("http://{}", host), "http://127.0.0.1:8081", std::nullopt};
                       },
                   .settings =
                       [] {
                         return std::vector<SettingValue>{
                             {"kafka", "Kafka listeners", "127.0.0.1:9092", "127.0.0.1:9092", "default", true}};
                       },
                   .not_ready = [this] { return not_ready; }}};
  http::Router router;

 private:
  struct StreamSink final : http::Responder::Sink {
    void send(http::Response response) override { refusal = std::move(response); }
    std::shared_ptr<http::EventStream> start_events(std::size_t) override {
      return stream = std::make_shared<RecordedStream>();
    }
    std::shared_ptr<RecordedStream> stream;
    std::optional<http::Response> refusal;
  };

  http::Request make(http::Method method, const std::string& target, std::string body, http::Headers headers) {
    http::Request request{.method = method,
                          .target = target,
                          .headers = std::move(headers),
                          .body = std::move(body),
                          .peer = {peer, 5000}};
    const auto parts = http::split_target(request.target);
    CHECK(parts.ok(), target);
    request.path = *http::percent_decode(parts->path);
    request.query = *http::parse_query(parts->query);
    request.headers.emplace_back("host", "127.0.0.1:8080");
    if (!cookie.empty()) request.headers.emplace_back("cookie", cookie);
    request.principal = *api.authenticate()(request);
    return request;
  }

  Answer judge(http::Method method, const std::string& path, const http::Response& response) {
    const std::string operation = document.operation_of(method, path);
    covered().insert(fmt::format("{} {}", operation, response.status));
    for (std::string& fault : document.faults(operation, response)) faults.push_back(std::move(fault));
    Answer answer{response.status,
                  {response.headers.begin(), response.headers.end()},
                  std::string(as_text(response.body.view())),
                  {}};
    if (auto json = schema::parse_json(answer.text, {.text_bytes_max = 64 << 20, .values_max = 5'000'000}); json.ok())
      answer.json = std::move(*json);
    return answer;
  }
};

}  // namespace weft::api::testing
