#include <algorithm>

#include "access/authorizer.h"
#include "api/context.h"
#include "api/parameters.h"
#include "api/problem.h"
#include "mesh/group_report.h"
#include "mesh/json_writer.h"

namespace weft::api {

namespace {

constexpr env::Duration kClusterTimeout = std::chrono::seconds(10);
constexpr std::size_t kTopicsShownMax = 20;

stream::Deadline deadline_of(const Context& context) { return context.services.loop.clock().monotonic() + kClusterTimeout; }

std::optional<std::string> time_or_null(std::optional<std::int64_t> ms) {
  return ms ? std::optional(mesh::time_text(*ms)) : std::nullopt;
}

Result<void> may(const Context& context, const http::Request& request, access::Right right, std::string_view group) {
  return context.services.authorizer.check(request.principal, right, {access::ResourceType::kGroup, group});
}

void write_head(mesh::JsonWriter& json, const mesh::GroupReport& report) {
  const stream::GroupInfo& info = report.info;
  std::vector<std::string> topics = report.topics();
  const std::size_t total = topics.size();
  topics.resize(std::min(topics.size(), kTopicsShownMax));
  std::optional<std::int64_t> last;
  for (const mesh::GroupPartition& each : report.partitions) last = std::max(last, each.committed_at_ms);
  json.member("group", info.group)
      .member("state", info.state)
      .member("protocol_type", info.protocol_type.empty() ? std::nullopt : std::optional(info.protocol_type))
      .member("members_total", info.members.size())
      .member("topics", topics)
      .member("topics_total", total)
      .member("lag", report.lag())
      .member("last_commit", time_or_null(last));
}

http::Response group_response(const mesh::GroupReport& report) {
  mesh::JsonWriter json;
  json.begin_object();
  write_head(json, report);
  json.key("members").begin_array();
  for (const stream::GroupMember& member : report.info.members)
    json.begin_object()
        .member("id", member.member_id)
        .member("instance_id", member.instance_id)
        .member("client_id", member.client_id)
        .member("host", member.client_host)
        .member("partitions_total", member.assigned.size())
        .end_object();
  json.end_array().key("partitions").begin_array();
  for (const mesh::GroupPartition& each : report.partitions)
    json.begin_object()
        .member("topic", each.partition.topic)
        .member("partition", each.partition.partition.get())
        .member("committed", each.committed ? std::optional(each.committed->get()) : std::nullopt)
        .member("committed_at", time_or_null(each.committed_at_ms))
        .member("log_start", each.bounds ? std::optional(each.bounds->log_start.get()) : std::nullopt)
        .member("high_watermark", each.bounds ? std::optional(each.bounds->high_watermark.get()) : std::nullopt)
        .member("lag", each.lag())
        .member("member", each.member)
        .end_object();
  json.end_array().end_object();
  return json_response(200, std::move(json));
}

void list(Context& context, http::Request request, http::Responder responder) {
  Parameters parameters(request);
  std::string after = parameters.text("cursor", 1024).value_or("");
  const auto limit = static_cast<std::size_t>(parameters.integer("limit", 1, 100).value_or(50));
  if (!parameters.fine()) return responder.send(parameters.refusal());
  stream::Cluster& cluster = context.services.home;
  const auto answer = [](const Context& with, const access::Principal& principal, std::optional<std::string> next,
                              const std::vector<mesh::GroupReport>& reports) {
    mesh::JsonWriter json;
    json.begin_object().key("groups").begin_array();
    for (const mesh::GroupReport& report : reports) {
      if (!with.services.authorizer.check(principal, access::Right::kDescribe, {access::ResourceType::kGroup, report.info.group}).ok()) continue;
      json.begin_object();
      write_head(json, report);
      json.end_object();
    }
    json.end_array().member("next_cursor", next).end_object();
    return json_response(200, std::move(json));
  };
  context.services.observer.list_groups(
      std::move(after), limit, deadline_of(context),
      [&context, &cluster, limit, answer, principal = request.principal,
       responder = std::move(responder)](Result<std::vector<std::string>> ids) mutable {
        if (!ids.ok()) return responder.send(failed(ids.error()));
        std::optional<std::string> next;
        if (ids->size() == limit) next = ids->back();
        mesh::report_groups(cluster, context.services.observer, std::move(*ids), deadline_of(context),
                            [&context, answer, principal, next = std::move(next),
                             responder = std::move(responder)](Result<std::vector<mesh::GroupReport>> reports) mutable {
                              if (!reports.ok()) return responder.send(failed(reports.error()));
                              responder.send(answer(context, principal, std::move(next), *reports));
                            });
      });
}

http::Response no_group(std::string_view name) {
  return not_found(fmt::format("There is no consumer group {}: it has no members and no committed offsets.", name));
}

void get(Context& context, http::Request request, http::Responder responder) {
  const std::string name = request.parameters.at("group");
  if (const auto allowed = may(context, request, access::Right::kDescribe, name); !allowed.ok())
    return responder.send(failed(allowed.error()));
  mesh::report_groups(context.services.home, context.services.observer, {name}, deadline_of(context),
                      [name, responder = std::move(responder)](Result<std::vector<mesh::GroupReport>> reports) mutable {
                        if (!reports.ok()) return responder.send(failed(reports.error()));
                        responder.send(reports->empty() ? no_group(name) : group_response(reports->front()));
                      });
}

}  // namespace

void add_groups(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/groups", context, list);
  add_route(router, http::Method::kGet, "/api/v1/groups/{group}", context, get);
}

}  // namespace weft::api
