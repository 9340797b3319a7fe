#pragma once

#include <optional>
#include <string>
#include <utility>

#include "identity/directory_file.h"
#include "mesh/conversations.h"
#include "mesh/personal.h"
#include "mesh/products.h"
#include "mesh/testing/memory_schemas.h"
#include "state/testing/manual_loop.h"
#include "state/testing/memory_cluster.h"

namespace weft::mesh::testing {

inline constexpr std::string_view kDirectoryYaml = R"(
people:
  mkovac: {name: Mara Kovač}
  trivera: {name: Tomás Rivera}
  gfischer: {name: Greta Fischer}
teams:
  analytics-team: {name: Analytics, members: [mkovac], mail: analytics@meridian.example}
  execution-team: {name: Execution, members: [trivera], mail: execution@meridian.example, on_call: trivera}
  data-governance: {name: Data governance, members: [gfischer]}
domains:
  analytics: {teams: [analytics-team, "ldap:1"]}
  execution: {teams: [execution-team], topics: ["exec.*"]}
governors: [data-governance]
)";

inline constexpr std::string_view kTradeAvro = R"({"type":"record","name":"Trade","fields":[
  {"name":"symbol","type":"string","doc":"What was traded"},
  {"name":"quantity","type":"int","doc":"Number of shares in this fill"},
  {"name":"price","type":"double"}]})";

/// Facts that a test writes down.
class WrittenFacts final : public Facts {
 public:
  TopicFactsPointer topic(std::string_view name) const override {
    const auto at = topics.find(name);
    return at == topics.end() ? nullptr : at->second;
  }
  SubjectFactsPointer subject(std::string_view name) const override {
    const auto at = subjects.find(name);
    return at == subjects.end() ? nullptr : at->second;
  }

  std::map<std::string, TopicFactsPointer, std::less<>> topics;
  std::map<std::string, SubjectFactsPointer, std::less<>> subjects;
};

/// Everybody may everything, until the test says otherwise.
class SwitchedAuthorizer final : public access::Authorizer {
 public:
  Result<void> check(const access::Principal& principal, access::Right,
                     const access::Resource& resource) const override {
    if (!denies) return {};
    return error(ErrorCode::kForbidden, "{} has no right to {}; ask its owner.", principal.to_string(), resource.name);
  }
  bool denies = false;
};

/// A small mesh in memory: two people, two teams, two domains; `trades` has a schema and one event.
struct MeshWorld {
  MeshWorld() {
    schemas.put("trades-value", std::string(kTradeAvro));
    cluster.intrude("trades", {"IBM", "x", Timestamp{1'700'000'000'000}});
    start();
  }

  /// As after kill -9: only what is durable in the cluster is still there.
  void restart() {
    conversations.reset();
    personal.reset();
    products.reset();
    catalogue.clear();
    start();
  }
  void start() {
    products.emplace(Products::Parts{loop, cluster, schemas, directory, authorizer, catalogue});
    load(*products);
    personal.emplace(loop, cluster);
    load(*personal);
    conversations.emplace(Conversations::Parts{loop, cluster, directory, catalogue, *products});
    load(*conversations);
  }

  template <class Loads>
  void load(Loads& what) {
    std::optional<Result<void>> loaded;
    what.load([&](Result<void> result) { loaded = std::move(result); });
    loop.run();
    CHECK(loaded && loaded->ok(), loaded && !loaded->ok() ? loaded->error().message : "load has not answered");
  }

  Asked as(std::string_view person) const {
    const auto principal = directory.current()->principal_of(person);
    return {principal.value_or(access::Principal::anonymous()),
            std::string(person),
            {"PUT", "/api/v1/products/x/y", {}, "{}"}};
  }
  static ProductDraft draft() {
    return {.owner = "analytics-team",
            .description = "One fill on one venue, within a second.",
            .quality = "curated",
            .sla = 2,
            .tags = {"trading"},
            .ports = {PortDraft::of_topic("trades")}};
  }

  Result<Change> put(std::string_view person, ProductId id, ProductDraft wanted,
                     std::optional<std::int64_t> version = {}) {
    std::optional<Result<Change>> answer;
    products->put(as(person), std::move(id), std::move(wanted), version,
                  [&](Result<Change> change) { answer = std::move(change); });
    loop.run();
    return answer.value_or(error(ErrorCode::kInternal, "put has not answered"));
  }
  Result<Change> remove(std::string_view person, ProductId id, std::int64_t version) {
    std::optional<Result<Change>> answer;
    products->remove(as(person), std::move(id), version, [&](Result<Change> change) { answer = std::move(change); });
    loop.run();
    return answer.value_or(error(ErrorCode::kInternal, "remove has not answered"));
  }

  state::testing::ManualLoop loop;
  state::testing::MemoryCluster cluster{loop};
  MemorySchemas schemas{loop};
  identity::DirectoryFile directory{loop, *identity::Directory::parse(kDirectoryYaml, "directory.yaml",
                                                                       identity::Directory::Names::kMayBeElsewhere)};
  SwitchedAuthorizer authorizer;
  WrittenFacts facts;
  Catalogue catalogue{facts};
  std::optional<Products> products;
  std::optional<Personal> personal;
  std::optional<Conversations> conversations;
};

}  // namespace weft::mesh::testing
