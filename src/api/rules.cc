#include <charconv>

#include "api/context.h"
#include "api/json_body.h"
#include "api/problem.h"
#include "env/executor.h"
#include "identity/directory_file.h"
#include "mesh/catalogue.h"
#include "mesh/facts_collector.h"
#include "mesh/json_writer.h"
#include "mesh/product_rules.h"
#include "mesh/products.h"
#include "mesh/rules/rule_names.h"
#include "mesh/rules/rules_history.h"
#include "mesh/rules/trial.h"

namespace weft::api {

namespace {

using Need = BodyObject::Need;
constexpr std::size_t kTrialsMax = 4;  ///< Under way at once.
constexpr std::int64_t kHitsMax = 200;

// ---- What answers say

/// Of rules that name nobody: the first team of governors.
std::optional<std::string> owner_of(const std::string& named, const identity::Directory& directory) {
  if (!named.empty()) return named;
  return directory.governors().empty() ? std::nullopt : std::optional(directory.governors().front());
}

void write_values(mesh::JsonWriter& json, const std::vector<schema::JsonNode>& values) {
  json.begin_array();
  for (const schema::JsonNode& value : values) {
    std::string text;
    schema::append_json(text, value);
    json.raw(text);
  }
  json.end_array();
}

void write_rule(mesh::JsonWriter& json, const mesh::Rule& rule, const identity::Directory& directory) {
  json.begin_object()
      .member("id", rule.id)
      .member("title", rule.title)
      .member("owner", owner_of(rule.owner, directory))
      .member("severity", mesh::rule_severity_name(rule.severity))
      .member("kind", rule.kind)
      .member("path", rule.path.text())
      .member("wants", rule.condition->text())
      .member("scope", rule.scope.text())
      .member("line", rule.place.line)
      .end_object();
}

void write_attribute(mesh::JsonWriter& json, const mesh::AttributeDefinition& attribute,
                     const identity::Directory& directory) {
  json.begin_object()
      .member("name", attribute.name)
      .member("title", attribute.title)
      .member("description", attribute.description)
      .member("type", mesh::attribute_type_name(attribute.type))
      .member("required", attribute.required)
      .key("allowed");
  write_values(json, attribute.allowed);
  json.member("domains", attribute.domains)
      .member("owner", owner_of(attribute.owner, directory))
      .member("severity", mesh::rule_severity_name(attribute.severity))
      .end_object();
}

void write_version(mesh::JsonWriter& json, const mesh::RulesVersion& version) {
  const bool saved = version.number > 0;
  json.member("version", version.number)
      .member("saved_at", saved ? std::optional(mesh::time_text(version.saved_at_ms)) : std::nullopt)
      .member("saved_by", saved ? std::optional(version.saved_by) : std::nullopt)
      .member("saved_by_name", saved ? std::optional(version.saved_by_name) : std::nullopt);
}

std::string today(const Context& context) { return mesh::day_text(context.services.loop.clock().wall_ms()); }

void write_rules(mesh::JsonWriter& json, const Context& context, const mesh::RulesVersion& version,
                 const access::Principal& principal) {
  const auto directory = context.services.directory.current();
  const mesh::RuleBook& book = *version.book;
  json.member("sequence", context.hub.sequence());
  write_version(json, version);
  json.member("governors", directory->governors()).member("may_change", directory->is_governor(principal));
  json.member("text", version.text).key("rules").begin_array();
  for (const mesh::Rule& rule : book.rules) write_rule(json, rule, *directory);
  json.end_array().key("attributes").begin_array();
  for (const mesh::AttributeDefinition& attribute : book.attributes) write_attribute(json, attribute, *directory);
  json.end_array().key("exceptions").begin_array();
  const std::string day = today(context);
  for (const mesh::RuleException& exception : book.exceptions) {
    json.begin_object()
        .member("rule", exception.rule)
        .member("product", exception.product)
        .member("until", exception.until)
        .member("why", exception.why)
        .member("over", exception.until < day)
        .end_object();
  }
  json.end_array().key("kinds").begin_array();
  for (const mesh::ConditionKind& kind : mesh::condition_kinds()) {
    json.begin_object()
        .member("name", kind.name)
        .member("parameters", kind.parameters)
        .member("help", kind.help)
        .end_object();
  }
  json.end_array();
}

http::Response rules_response(const Context& context, const mesh::RulesVersion& version,
                              const access::Principal& principal) {
  mesh::JsonWriter json;
  json.begin_object();
  write_rules(json, context, version, principal);
  json.end_object();
  return with_etag(200, std::move(json), fmt::format("{}", version.number));
}

// ---- Reading and saving

void get(Context& context, http::Request request, http::Responder responder) {
  responder.send(rules_response(context, *context.services.products.rules(), request.principal));
}

void list_versions(Context& context, http::Request, http::Responder responder) {
  mesh::JsonWriter json;
  json.begin_object().key("versions").begin_array();
  for (const mesh::RulesVersionPointer& version : context.services.products.list_rules()) {
    json.begin_object();
    write_version(json, *version);
    json.end_object();
  }
  json.end_array().end_object();
  responder.send(json_response(200, std::move(json)));
}

void get_version(Context& context, http::Request request, http::Responder responder) {
  const std::string& number = request.parameters.at("version");
  for (const mesh::RulesVersionPointer& version : context.services.products.list_rules())
    if (number == fmt::format("{}", version->number))
      return responder.send(rules_response(context, *version, request.principal));
  responder.send(not_found(
      fmt::format("There is no version {} of the rules; the newest {} are kept.", number, mesh::kRulesVersionsMax)));
}

/// The number in `If-Match: "3"`; nothing for anything else.
std::optional<std::int64_t> version_in(std::string_view header) {
  std::int64_t version = 0;
  if (header.size() < 3 || header.front() != '"' || header.back() != '"') return std::nullopt;
  const auto [end, why] = std::from_chars(header.data() + 1, header.data() + header.size() - 1, version);
  if (why != std::errc{} || end != header.data() + header.size() - 1 || version < 0) return std::nullopt;
  return version;
}

/// Texts may hold hundreds of expressions to compile: not on the loop.
void read_on_pool(Context& context, std::string text, Function<void(std::string, mesh::ReadRuleBook)> done) {
  env::EventLoop& loop = context.services.loop;
  context.services.blocking_pool.post([&loop, text = std::move(text), done = std::move(done)]() mutable {
    mesh::ReadRuleBook read = mesh::read_rule_book(text);
    loop.post([text = std::move(text), read = std::move(read), done = std::move(done)]() mutable {
      done(std::move(text), std::move(read));
    });
  });
}

std::string refusal_detail(const mesh::RulesChange& change) {
  switch (change.refusal.value_or(mesh::Refusal::kFindings)) {
    case mesh::Refusal::kUnauthenticated:
      return "Not saved: nobody is signed in. Act as a governor first.";
    case mesh::Refusal::kForbidden:
      return "Not saved: only governors may change the rules.";
    case mesh::Refusal::kStale:
      return fmt::format("Not saved: version {} is newer. Look at both, then send If-Match: \"{}\".",
                         change.rules->number, change.rules->number);
    default:
      return fmt::format("Not saved: {} block.", mesh::count(change.findings, mesh::Severity::kBlocks));
  }
}

void put(Context& context, http::Request request, http::Responder responder) {
  const auto header = request.header("if-match");
  const auto expected = header ? version_in(*header) : std::nullopt;
  if (header && !expected)
    return responder.send(
        http::problem(error(ErrorCode::kInvalidArgument,
                            "If-Match is {}; it must be the version in quotes, as the ETag has it: \"3\".", *header)));
  if (!expected)
    return responder.send(Problem{
        428,
        "version_wanted",
        "Say which version",
        "Not saved: send If-Match with the version you saw, as the ETag has it.",
        {},
        {},
        {}}.response());
  const auto body = parse_body(request.body);
  if (!body.ok()) return responder.send(http::problem(body.error()));
  std::vector<mesh::Finding> mistakes;
  BodyObject object(*body, "", mistakes);
  auto text = object.text("text", Need::kRequired, kBodyBytesMax);
  object.end();
  if (!mistakes.empty())
    return responder.send(refused(fmt::format("The body has {} mistakes.", mistakes.size()), std::move(mistakes)));

  read_on_pool(context, std::move(*text),
               [&context, expected, asked = asked(context, request), responder = std::move(responder)](
                   std::string document, mesh::ReadRuleBook read) mutable {
                 const access::Principal principal = asked.principal;
                 context.services.products.put_rules(
                     std::move(asked), *expected, std::move(document), std::move(read),
                     [&context, principal, responder = std::move(responder)](Result<mesh::RulesChange> change) mutable {
                       if (!change.ok()) return responder.send(failed(change.error()));
                       if (change->refusal)
                         return responder.send(refused_change(*change->refusal, refusal_detail(*change),
                                                              change->findings, change->audit, change->rules->number));
                       responder.send(rules_response(context, *change->rules, principal));
                     });
               });
}

// ---- Trying

void check(Context& context, http::Request request, http::Responder responder) {
  const auto body = parse_body(request.body);
  if (!body.ok()) return responder.send(http::problem(body.error()));
  std::vector<mesh::Finding> mistakes;
  BodyObject object(*body, "", mistakes);
  auto text = object.text("text", Need::kRequired, kBodyBytesMax);
  object.end();
  if (!mistakes.empty())
    return responder.send(refused(fmt::format("The body has {} mistakes.", mistakes.size()), std::move(mistakes)));
  read_on_pool(context, std::move(*text),
               [&context, responder = std::move(responder)](std::string, mesh::ReadRuleBook read) mutable {
                 if (read.book) mesh::check_names(*read.book, *context.services.directory.current(), read.findings);
                 mesh::JsonWriter json;
                 json.begin_object()
                     .member("understood", !mesh::blocks(read.findings))
                     .member("rules", read.book ? read.book->rules.size() : 0)
                     .member("findings", read.findings)
                     .end_object();
                 responder.send(json_response(200, std::move(json)));
               });
}

void write_counts(mesh::JsonWriter& json, const mesh::Rule& rule, const mesh::RuleCounts& counts,
                  const identity::Directory& directory) {
  json.begin_object()
      .member("id", rule.id)
      .member("title", rule.title)
      .member("owner", owner_of(rule.owner, directory))
      .member("severity", mesh::rule_severity_name(rule.severity))
      .member("in_scope", counts.in_scope())
      .member("passes", counts.passes)
      .member("fails", counts.fails)
      .member("excepted", counts.excepted)
      .member("unknown", counts.unknown)
      .end_object();
}

http::Response trial_response(const Context& context, const mesh::RuleBook& book, mesh::TrialResult result, bool whole,
                              std::int64_t took_ms) {
  const auto directory = context.services.directory.current();
  mesh::JsonWriter json;
  json.begin_object()
      .member("sequence", context.hub.sequence())
      .member("whole", whole)
      .member("took_ms", took_ms)
      .member("products", result.products)
      .member("blocked", result.blocked)
      .member("warned", result.warned)
      .member("newly_blocked", result.newly_blocked)
      .key("rules")
      .begin_array();
  for (std::size_t i = 0; i < result.rules.size(); ++i) write_counts(json, book.rules[i], result.rules[i], *directory);
  json.end_array().key("hits").begin_array();
  for (mesh::TrialHit& hit : result.hits) {
    mesh::name_owners(hit.findings, *directory);
    json.begin_object()
        .member("product", hit.product->id.to_string())
        .member("owner", hit.product->owner)
        .member("blocked_now", hit.blocked_now)
        .member("findings", hit.findings)
        .end_object();
  }
  json.end_array()
      .member("next_cursor", result.next ? std::optional(result.next->to_string()) : std::nullopt)
      .end_object();
  return json_response(200, std::move(json));
}

/// A book to try is there: hold it against all products.
void run_trial(Context& context, mesh::TrialQuery query, http::Responder responder) {
  Services& services = context.services;
  if (context.trials_running >= kTrialsMax)
    return responder.send(
        failed(error(ErrorCode::kUnavailable, "{} trials are running just now. Try again in a moment.", kTrialsMax)));
  ++context.trials_running;
  query.in_force = services.products.rules()->book;
  query.today = today(context);
  const mesh::RuleBookPointer book = query.book;
  const bool whole = !query.only_page;
  const auto began = services.loop.clock().monotonic();
  mesh::try_rules(services.loop, services.blocking_pool, services.catalogue, services.facts,
                  services.directory.current(), std::move(query),
                  [&context, book, whole, began, responder = std::move(responder)](mesh::TrialResult result) mutable {
                    --context.trials_running;
                    const auto took = context.services.loop.clock().monotonic() - began;
                    responder.send(trial_response(context, *book, std::move(result), whole,
                                                  std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
                  });
}

void start_trial(Context& context, mesh::TrialQuery query, mesh::ReadRuleBook read, http::Responder responder) {
  if (!read.book) return responder.send(refused("The document is not understood.", std::move(read.findings)));
  if (query.rule && read.book->find_rule(*query.rule) == nullptr)
    return responder.send(not_found(fmt::format("There is no rule {}.", *query.rule)));
  query.book = std::move(read.book);
  run_trial(context, std::move(query), std::move(responder));
}

void trial(Context& context, http::Request request, http::Responder responder) {
  const auto body = parse_body(request.body);
  if (!body.ok()) return responder.send(http::problem(body.error()));
  std::vector<mesh::Finding> mistakes;
  BodyObject object(*body, "", mistakes);
  auto text = object.text("text", Need::kOptional, kBodyBytesMax);
  mesh::TrialQuery query;
  query.rule = object.text("rule", Need::kOptional, 200);
  query.hits_max = static_cast<std::size_t>(object.integer("limit", Need::kOptional, 1, kHitsMax).value_or(20));
  if (const auto cursor = object.text("cursor", Need::kOptional, 500)) {
    query.after = mesh::ProductId::parse(*cursor);
    query.only_page = true;
    if (!query.after)
      mistakes.push_back({"cursor", "cursor-known", mesh::Severity::kBlocks, "The cursor comes from an answer",
                          fmt::format("'{}' is no cursor.", *cursor), "Send next_cursor as it is.", std::nullopt});
  }
  object.end();
  if (!mistakes.empty())
    return responder.send(refused(fmt::format("The body has {} mistakes.", mistakes.size()), std::move(mistakes)));
  if (!text)
    return start_trial(context, std::move(query), {context.services.products.rules()->book, {}}, std::move(responder));
  read_on_pool(context, std::move(*text),
               [&context, query = std::move(query), responder = std::move(responder)](std::string,
                                                                                      mesh::ReadRuleBook read) mutable {
                 start_trial(context, std::move(query), std::move(read), std::move(responder));
               });
}

}  // namespace

void add_rules(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/rules", context, get);
  add_route(router, http::Method::kPut, "/api/v1/rules", context, put);
  add_route(router, http::Method::kPost, "/api/v1/rules/check", context, check);
  add_route(router, http::Method::kPost, "/api/v1/rules/trial", context, trial);
  add_route(router, http::Method::kGet, "/api/v1/rules/versions", context, list_versions);
  add_route(router, http::Method::kGet, "/api/v1/rules/versions/{version}", context, get_version);
}

}  // namespace weft::api
