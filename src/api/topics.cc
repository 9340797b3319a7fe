#include <algorithm>

#include "api/context.h"
#include "api/json_body.h"
#include "api/parameters.h"
#include "api/problem.h"
#include "base/percent_encoding.h"
#include "identity/directory_file.h"
#include "mesh/catalogue.h"
#include "mesh/facts_collector.h"
#include "mesh/json_writer.h"
#include "mesh/product_rules.h"
#include "mesh/products.h"
#include "mesh/rules/rules_history.h"

namespace weft::api {

namespace {

constexpr env::Duration kClusterTimeout = std::chrono::seconds(10);

std::string subject_of(std::string_view topic) { return fmt::format("{}-value", topic); }

void write_topic(mesh::JsonWriter& json, const Context& context, const std::string& name) {
  const Services& services = context.services;
  const stream::ClusterIdentity& home = services.home.identity();
  const mesh::TopicFactsPointer facts = services.facts.topic(name);
  const mesh::SubjectFactsPointer subject = services.facts.subject(subject_of(name));
  const auto directory = services.directory.current();
  const identity::Domain* domain = directory->domain_of_topic(name);
  const mesh::ProductPointer product = services.catalogue.find_on_topic(home.name, name);
  std::vector<mesh::Finding> findings =
      mesh::check_candidate(name, mesh::evidence_of(facts.get(), subject.get()), *services.products.rules()->book,
                            mesh::day_text(services.loop.clock().wall_ms()));
  mesh::name_owners(findings, *directory);
  if (product) {
    findings.insert(findings.begin(),
                    {"ports[0].topic", "topic-free", mesh::Severity::kBlocks, "One product per topic",
                     fmt::format("{} is on this topic.", product->id.to_string()), "Edit that product.", std::nullopt});
  }
  json.begin_object()
      .member("name", name)
      .member("cluster", home.name)
      .member("environment", home.environment)
      .member("region", home.region)
      .member("internal", facts && facts->internal)
      .member("domain", domain == nullptr ? std::nullopt : std::optional(domain->name))
      .member("product", product ? std::optional(product->id.to_string()) : std::nullopt)
      .member("publishable", !mesh::blocks(findings))
      .member("findings", findings)
      .key("facts");
  mesh::write_facts(json, facts.get(), subject.get());
  json.end_object();
}

/// Whether somebody might publish it: no product yet, and nobody else's.
bool is_candidate(const Context& context, const access::Principal& principal, const std::string& name) {
  if (context.services.catalogue.find_on_topic(context.services.home.identity().name, name)) return false;
  const identity::Domain* domain = context.services.directory.current()->domain_of_topic(name);
  return domain == nullptr || std::any_of(domain->teams.begin(), domain->teams.end(),
                                          [&](const std::string& team) { return principal.member_of(team); });
}

void list(Context& context, http::Request request, http::Responder responder) {
  Parameters parameters(request);
  const std::string part = parameters.text("q", 200).value_or("");
  const auto candidates = parameters.flag("candidate");
  if (!parameters.fine()) return responder.send(parameters.refusal());
  const std::string sequence = context.hub.sequence();
  std::vector<std::string> names;
  for (std::string& name : context.services.facts.topics()) {
    const mesh::TopicFactsPointer facts = context.services.facts.topic(name);
    if (facts && facts->internal && name != part) continue;
    if (name.find(part) == name.npos) continue;
    if (candidates && is_candidate(context, request.principal, name) != *candidates) continue;
    names.push_back(std::move(name));
  }
  mesh::JsonWriter json;
  json.begin_object().member("sequence", sequence).member("total", names.size()).key("topics").begin_array();
  for (const std::string& name : names) write_topic(json, context, name);
  json.end_array().end_object();
  responder.send(with_etag(200, std::move(json), sequence));
}

std::string_view source_name(stream::ConfigEntry::Source source) {
  switch (source) {
    case stream::ConfigEntry::Source::kTopic:
      return "topic";
    case stream::ConfigEntry::Source::kDynamicBroker:
      return "dynamic_broker";
    case stream::ConfigEntry::Source::kStaticBroker:
      return "static_broker";
    case stream::ConfigEntry::Source::kDefault:
      return "default";
  }
  return "default";
}

void answer_topic(Context& context, const std::string& name, const std::map<std::string, stream::ConfigEntry>& configs,
                  http::Responder responder) {
  mesh::JsonWriter json;
  json.begin_object().member("sequence", context.hub.sequence()).key("topic");
  write_topic(json, context, name);
  json.key("configs").begin_array();
  for (const auto& [key, entry] : configs)
    json.begin_object()
        .member("name", key)
        .member("value", entry.value)
        .member("source", source_name(entry.source))
        .end_object();
  json.end_array().end_object();
  responder.send(json_response(200, std::move(json)));
}

void get(Context& context, http::Request request, http::Responder responder) {
  const std::string name = request.parameters.at("topic");
  // The cluster may know a topic that the last round did not.
  context.services.facts.refresh(
      name, {subject_of(name)}, [&context, name, responder = std::move(responder)]() mutable {
        // Whether it exists says the cluster, not what was measured.
        const auto deadline = context.services.loop.clock().monotonic() + kClusterTimeout;
        context.services.home.describe_configs(
            name, deadline, [&context, name, responder = std::move(responder)](auto configs) mutable {
              if (!configs.ok() && configs.error().code == ErrorCode::kNotFound)
                return responder.send(not_found(fmt::format("There is no topic {}.", name)));
              if (!configs.ok()) return responder.send(failed(configs.error()));
              answer_topic(context, name, *configs, std::move(responder));
            });
      });
}

/// What the cluster said no to.
http::Response topic_failure(const Error& why, const mesh::AuditPointer& audit) {
  Problem problem{.status = http::status_of(why.code),
                  .code = std::string(error_name(why.code)),
                  .title = "The cluster said no",
                  .detail = why.message};
  if (why.code == ErrorCode::kInvalidArgument) {
    problem.status = 422;
    problem.code = "refused";
  } else if (why.code != ErrorCode::kNotFound && why.code != ErrorCode::kAlreadyExists &&
             why.code != ErrorCode::kForbidden) {
    problem.status = 503;
  }
  if (audit) problem.audit_id = mesh::audit_id(audit->number);
  return problem.response();
}

std::optional<http::Response> refusal_of(const Result<mesh::TopicOutcome>& outcome, std::string_view verb) {
  if (!outcome.ok()) return failed(outcome.error());
  const mesh::TopicChange& change = outcome->change;
  if (change.refusal) {
    const std::string why = change.findings.empty() ? "" : " " + change.findings.front().message;
    return refused_change(*change.refusal, fmt::format("Topic {} not {}.{}", change.topic, verb, why), change.findings,
                          change.audit);
  }
  if (outcome->failure) return topic_failure(*outcome->failure, change.audit);
  return std::nullopt;
}

void create(Context& context, http::Request request, http::Responder responder) {
  const auto body = parse_body(request.body);
  if (!body.ok()) return responder.send(http::problem(body.error()));
  std::vector<mesh::Finding> findings;
  BodyObject object(*body, "", findings);
  stream::TopicSpec spec;
  spec.name = object.text("name", BodyObject::Need::kRequired, 249).value_or("");
  spec.partition_count =
      static_cast<std::int32_t>(object.integer("partitions", BodyObject::Need::kOptional, 1, 10'000).value_or(-1));
  spec.replication_factor = static_cast<std::int16_t>(
      object.integer("replication_factor", BodyObject::Need::kOptional, 1, 32'767).value_or(-1));
  spec.configs = object.text_map("configs", 100, 1000);
  object.end();
  if (!findings.empty())
    return responder.send(refused(fmt::format("The body has {} mistakes.", findings.size()), std::move(findings)));

  const std::string name = spec.name;
  context.services.products.create_topic(
      asked(context, request), std::move(spec),
      [&context, name, responder = std::move(responder)](auto outcome) mutable {
        if (auto refusal = refusal_of(outcome, "created")) return responder.send(std::move(*refusal));
        const std::string audit = mesh::audit_id(outcome->change.audit->number);
        context.services.facts.refresh(
            name, {subject_of(name)}, [&context, name, audit, responder = std::move(responder)]() mutable {
              mesh::JsonWriter json;
              json.begin_object().member("sequence", context.hub.sequence()).key("topic");
              write_topic(json, context, name);
              json.member("audit_id", audit).end_object();
              http::Response response = json_response(201, std::move(json));
              response.headers.emplace_back("Location", "/api/v1/topics/" + percent_encode(name));
              responder.send(std::move(response));
            });
      });
}

void remove(Context& context, http::Request request, http::Responder responder) {
  const std::string name = request.parameters.at("topic");
  context.services.products.delete_topic(
      asked(context, request), name, [&context, name, responder = std::move(responder)](auto outcome) mutable {
        if (auto refusal = refusal_of(outcome, "deleted")) return responder.send(std::move(*refusal));
        const std::string audit = mesh::audit_id(outcome->change.audit->number);
        context.services.facts.refresh(name, {}, [&context, audit, responder = std::move(responder)]() mutable {
          mesh::JsonWriter json;
          json.begin_object().member("sequence", context.hub.sequence()).member("audit_id", audit).end_object();
          responder.send(json_response(200, std::move(json)));
        });
      });
}

}  // namespace

void add_topics(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/topics", context, list);
  add_route(router, http::Method::kPost, "/api/v1/topics", context, create);
  add_route(router, http::Method::kGet, "/api/v1/topics/{topic}", context, get);
  add_route(router, http::Method::kDelete, "/api/v1/topics/{topic}", context, remove);
}

}  // namespace weft::api
