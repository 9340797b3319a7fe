#include "api/registry/resources.h"
#include "api/registry/tags_body.h"
#include "registry/answers.h"
#include "registry/contract.h"

namespace weft::api {
namespace {

using http::Request;
using registry::RegisterRequest;
using registry::Registry;
using registry::Service;
using registry::SubjectVersion;
using registry::VersionName;

/// The registration that makes the version's successor. It names the number it is to have: what somebody else registers
/// in between is not overwritten.
Result<RegisterRequest> successor(const Registry& registry, const std::string& subject, VersionName name,
                                  const TagRequest& asked) {
  TRY_ASSIGN(const SubjectVersion found, registry.version(subject, name));
  TRY_ASSIGN(const SubjectVersion latest, registry.version(subject, VersionName{}));
  TRY_ASSIGN(const auto numbers, registry.versions(subject, true));
  const registry::Definition& definition = found.schema->definition;
  RegisterRequest request;
  request.subject = subject;
  request.type = definition.type;
  request.text = definition.text;
  request.references = definition.references;
  request.tags = asked.tags;
  request.version = asked.new_version.value_or(numbers.back() + 1);
  request.metadata_json = asked.metadata_json.value_or(definition.metadata_json);
  request.rule_set_json = asked.rule_set_json;
  if (asked.changes_rules()) {
    const std::string& before = latest.schema->definition.rule_set_json;
    request.rule_set_json =
        registry::rule_set_without(registry::merged_rule_set(before, asked.rules_to_merge_json), asked.rules_to_remove);
  }
  return request;
}

void change_tags(Service& service, Request& request, Exchange out) {
  const auto name = VersionName::parse(request.parameters.at("version"));
  if (!name.ok()) return out.refuse(name.error());
  auto asked = parse_tag_body(request.body);
  if (!asked.ok()) return out.refuse(asked.error());
  service.read<RegisterRequest>(
      request.principal, subject_of(request),
      [name = *name, asked = std::move(*asked)](const Registry& registry, const std::string& subject) {
        return successor(registry, subject, name, asked);
      },
      [&service, principal = request.principal, out = std::move(out)](Result<RegisterRequest> made) mutable {
        if (!made.ok()) return out.refuse(made.error());
        service.register_schema(principal, std::move(*made),
                                answer<SubjectVersion>(std::move(out), registry::registered_json));
      });
}

}  // namespace

void add_tag_routes(RegistryRoutes& routes, Service& service) {
  routes.add(http::Method::kPost, "/subjects/{subject}/versions/{version}/tags",
             [&service](Request& request, Exchange out) { change_tags(service, request, std::move(out)); });
}

}  // namespace weft::api
