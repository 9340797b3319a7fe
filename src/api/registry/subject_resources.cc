#include <algorithm>
#include <memory>

#include "api/registry/register_body.h"
#include "api/registry/resources.h"
#include "registry/answers.h"
#include "registry/refusal.h"
#include "registry/subject_name.h"
#include "schema/json_text.h"

namespace weft::api {

using http::Method;
using http::Request;
using registry::Refusal;
using registry::Registry;
using registry::SchemaId;
using registry::Service;
using registry::SubjectVersion;
using registry::VersionName;

SchemaForm SchemaForm::of(const Request& request) {
  SchemaForm form{query_text(request, "format"), query_text(request, "referenceFormat") == "qualified", {}};
  const auto [first, last] = request.query.equal_range("findTags");
  for (auto at = first; at != last; ++at) {
    // Confluent's client sends a list in one value where it asks for the latest version.
    for (std::string_view rest = at->second; !rest.empty();) {
      const std::string_view tag = rest.substr(0, rest.find(','));
      form.tags.emplace_back(tag == "true" ? "*" : tag);
      rest.remove_prefix(std::min(rest.size(), tag.size() + 1));
    }
  }
  return form;
}

namespace {

/// What has one of the tags, with all it has.
std::vector<schema::EntityTags> tags_shown(const registry::ParsedSchema& schema,
                                           const std::vector<std::string>& asked) {
  if (asked.empty()) return {};
  auto found = schema.inline_tags();
  const auto is_asked = [&](const std::string& tag) {
    return std::find(asked.begin(), asked.end(), tag) != asked.end();
  };
  if (is_asked("*")) return found;
  std::erase_if(found, [&](const schema::EntityTags& each) {
    return std::none_of(each.tags.begin(), each.tags.end(), is_asked);
  });
  return found;
}

}  // namespace

void send_version(Service& service, SchemaForm form, SubjectVersion found,
                  Function<std::string(const SubjectVersion&)> print, Exchange out) {
  if (form.is_plain()) return out.send(print(found));
  const auto stored = found.schema;
  auto shown = std::make_shared<registry::StoredSchema>(*stored);
  if (form.qualified_references) {
    for (registry::Reference& reference : shown->definition.references) {
      reference.subject = registry::in_context_of(found.subject, reference.subject);
    }
  }
  const std::string subject = found.subject;
  found.schema = shown;
  if (form.format.empty() && form.tags.empty()) return out.send(print(found));
  service.parse(stored, subject,
                [form = std::move(form), shown, found = std::move(found), print = std::move(print),
                 out = std::move(out)](Result<registry::ParsedSchemaPointer> parsed) mutable {
                  // One that no longer parses is shown as it is stored, and so is what has no such format.
                  if (!parsed.ok()) return out.send(print(found));
                  found.tags = tags_shown(**parsed, form.tags);
                  if (form.format.empty()) return out.send(print(found));
                  auto text = (*parsed)->text_as(form.format);
                  if (!text.ok()) {
                    return out.refuse(registry::refuse(Refusal::kInvalidSchema, "{}", text.error().message));
                  }
                  if (*text != (*parsed)->canonical_text()) shown->definition.text = std::move(*text);
                  out.send(print(found));
                });
}

namespace {

using Numbers = std::vector<std::int32_t>;

std::string numbers_json(const Numbers& numbers) {
  return Page().print(numbers, [](std::string& to, std::int32_t number) { to += std::to_string(number); });
}

class SubjectResources {
 public:
  explicit SubjectResources(Service& service) : service_(service) {}

  void add_to(RegistryRoutes& routes) const {
    const auto add = [&](Method method, std::string_view pattern,
                         void (SubjectResources::*handle)(Request&, Exchange) const) {
      routes.add(method, pattern,
                 [self = *this, handle](Request& request, Exchange out) { (self.*handle)(request, std::move(out)); });
    };
    add(Method::kGet, "/subjects", &SubjectResources::subjects);
    add(Method::kPost, "/subjects/{subject}", &SubjectResources::lookup);
    add(Method::kDelete, "/subjects/{subject}", &SubjectResources::delete_subject);
    add(Method::kGet, "/subjects/{subject}/metadata", &SubjectResources::version_with);
    add(Method::kGet, "/subjects/{subject}/versions", &SubjectResources::versions);
    add(Method::kPost, "/subjects/{subject}/versions", &SubjectResources::register_schema);
    add(Method::kGet, "/subjects/{subject}/versions/{version}", &SubjectResources::version);
    add(Method::kDelete, "/subjects/{subject}/versions/{version}", &SubjectResources::delete_version);
    add(Method::kGet, "/subjects/{subject}/versions/{version}/schema", &SubjectResources::version_text);
    add(Method::kGet, "/subjects/{subject}/versions/{version}/referencedby", &SubjectResources::referenced_by);
    add(Method::kPost, "/compatibility/subjects/{subject}/versions", &SubjectResources::compare);
    add(Method::kPost, "/compatibility/subjects/{subject}/versions/{version}", &SubjectResources::compare);
  }

 private:
  void subjects(Request& request, Exchange out) const {
    const auto page = Page::of(request);
    if (!page.ok()) return out.refuse(page.error());
    const std::string prefix = prefix_of(request);
    const bool only_deleted = is_set(request, "deletedOnly");
    const bool deleted_too = only_deleted || is_set(request, "deleted");
    service_.read_all<std::vector<std::string>>(
        [this_service = &service_, principal = std::move(request.principal), prefix, deleted_too,
         only_deleted](const Registry& registry) -> Result<std::vector<std::string>> {
          auto names = registry.subjects(prefix, deleted_too);
          std::erase_if(names, [&](const std::string& name) {
            return !this_service->may_read(principal, name) || (only_deleted && registry.versions(name).ok());
          });
          return names;
        },
        answer<std::vector<std::string>>(std::move(out), [page = *page](const std::vector<std::string>& names) {
          return page.print(names,
                            [](std::string& to, const std::string& name) { schema::append_json_string(to, name); });
        }));
  }

  // ---- Versions

  void versions(Request& request, Exchange out) const {
    const auto page = Page::of(request);
    if (!page.ok()) return out.refuse(page.error());
    const bool only_deleted = is_set(request, "deletedOnly"), negative = is_set(request, "deletedAsNegative");
    const bool deleted_too = only_deleted || negative || is_set(request, "deleted");
    service_.read<Numbers>(
        request.principal, subject_of(request),
        [=](const Registry& registry, const std::string& subject) -> Result<Numbers> {
          TRY_ASSIGN(Numbers numbers, registry.versions(subject, deleted_too));
          const auto is_deleted = [&](std::int32_t number) { return !registry.version(subject, {number}).ok(); };
          if (only_deleted) std::erase_if(numbers, [&](std::int32_t number) { return !is_deleted(number); });
          if (negative) {
            for (std::int32_t& number : numbers) number = is_deleted(number) ? -number : number;
          }
          return numbers;
        },
        answer<Numbers>(std::move(out), [page = *page](const Numbers& numbers) {
          return page.print(numbers, [](std::string& to, std::int32_t number) { to += std::to_string(number); });
        }));
  }

  void version(Request& request, Exchange out) const {
    find_version(request, std::move(out), registry::subject_version_json);
  }
  void version_text(Request& request, Exchange out) const {
    find_version(request, std::move(out), [](const SubjectVersion& found) { return found.schema->definition.text; });
  }
  using Print = std::string (*)(const SubjectVersion&);
  void find_version(Request& request, Exchange out, Print print) const {
    const auto name = VersionName::parse(request.parameters.at("version"));
    if (!name.ok()) return out.refuse(name.error());
    const bool deleted_too = is_set(request, "deleted");
    service_.read<SubjectVersion>(
        request.principal, subject_of(request),
        [name = *name, deleted_too](const Registry& registry, const std::string& subject) {
          return registry.version(subject, name, deleted_too);
        },
        formatted(request, std::move(out), print));
  }
  void version_with(Request& request, Exchange out) const {
    std::vector<std::pair<std::string, std::string>> properties;
    const auto [first_value, last_value] = request.query.equal_range("value");
    auto value = first_value;
    const auto [first, last] = request.query.equal_range("key");
    for (auto key = first; key != last && value != last_value; ++key, ++value) {
      properties.emplace_back(key->second, value->second);
    }
    if (std::distance(first, last) != std::distance(first_value, last_value)) {
      return out.refuse(registry::refuse(Refusal::kInvalidRequest, "every \"key\" needs a \"value\""));
    }
    const bool deleted_too = is_set(request, "deleted");
    service_.read<SubjectVersion>(
        request.principal, subject_of(request),
        [properties = std::move(properties), deleted_too](const Registry& registry, const std::string& subject) {
          return registry.version_with(subject, properties, deleted_too);
        },
        formatted(request, std::move(out), registry::subject_version_json));
  }
  void referenced_by(Request& request, Exchange out) const {
    const auto name = VersionName::parse(request.parameters.at("version"));
    if (!name.ok()) return out.refuse(name.error());
    const auto page = Page::of(request);
    if (!page.ok()) return out.refuse(page.error());
    const bool deleted_too = is_set(request, "deleted");
    using Ids = std::vector<SchemaId>;
    service_.read<Ids>(
        request.principal, subject_of(request),
        [name = *name, deleted_too](const Registry& registry, const std::string& subject) {
          return registry.referenced_by(subject, name, deleted_too);
        },
        answer<Ids>(std::move(out), [page = *page](const Ids& ids) {
          return page.print(ids, [](std::string& to, SchemaId id) { to += std::to_string(id.get()); });
        }));
  }

  // ---- Registering and looking up

  void register_schema(Request& request, Exchange out) const {
    auto body = parse_body(request);
    if (!body.ok()) return out.refuse(body.error());
    body->force = is_set(request, "force");
    service_.register_schema(request.principal, std::move(*body),
                             formatted(request, std::move(out), registry::registered_json));
  }
  void lookup(Request& request, Exchange out) const {
    auto body = parse_body(request);
    if (!body.ok()) return out.refuse(body.error());
    service_.lookup(request.principal, std::move(*body), is_set(request, "deleted"),
                    formatted(request, std::move(out), registry::subject_version_json));
  }
  void compare(Request& request, Exchange out) const {
    auto body = parse_body(request);
    if (!body.ok()) return out.refuse(body.error());
    std::optional<VersionName> with;
    if (const auto named = request.parameters.find("version"); named != request.parameters.end()) {
      const auto name = VersionName::parse(named->second);
      if (!name.ok()) return out.refuse(name.error());
      with = *name;
    }
    const bool verbose = is_set(request, "verbose");
    service_.compare(request.principal, std::move(*body), with,
                     [verbose, out = std::move(out)](Result<std::vector<std::string>> messages) mutable {
                       const int refusal = messages.ok() ? 0 : messages.error().detail;
                       if (verbose && refusal == static_cast<int>(Refusal::kInvalidSchema)) {
                         messages = std::vector<std::string>{messages.error().message};
                       }
                       if (!messages.ok()) return out.refuse(messages.error());
                       schema::JsonObjectText answer;
                       answer.boolean("is_compatible", messages->empty());
                       if (verbose) {
                         answer.json("messages",
                                     Page().print(*messages, [](std::string& to, const std::string& message) {
                                       schema::append_json_string(to, message);
                                     }));
                       }
                       out.send(answer.take());
                     });
  }
  static Result<registry::RegisterRequest> parse_body(Request& request) {
    TRY_ASSIGN(registry::RegisterRequest body, parse_register_body(request.body, subject_of(request)));
    body.normalize = is_set(request, "normalize");
    return body;
  }

  // ---- Deleting

  void delete_subject(Request& request, Exchange out) const {
    service_.delete_subject(request.principal, subject_of(request), is_set(request, "permanent"),
                            answer<Numbers>(std::move(out), numbers_json));
  }
  void delete_version(Request& request, Exchange out) const {
    const auto name = VersionName::parse(request.parameters.at("version"));
    if (!name.ok()) return out.refuse(name.error());
    service_.change_subject<std::int32_t>(
        request.principal, access::Right::kDelete, subject_of(request),
        [name = *name, permanent = is_set(request, "permanent")](const Registry& registry, const std::string& subject) {
          return registry.delete_version(subject, name, permanent);
        },
        answer<std::int32_t>(std::move(out), [](std::int32_t number) { return std::to_string(number); }));
  }

  /// Sends what `print` makes of a version, in the form that the request asks for.
  Callback<Result<SubjectVersion>> formatted(const Request& request, Exchange out, Print print) const {
    return [service = &service_, form = SchemaForm::of(request), print,
            out = std::move(out)](Result<SubjectVersion> found) mutable {
      if (!found.ok()) return out.refuse(found.error());
      send_version(*service, std::move(form), std::move(*found), print, std::move(out));
    };
  }

  Service& service_;
};

}  // namespace

void add_subject_routes(RegistryRoutes& routes, Service& service) { SubjectResources(service).add_to(routes); }

}  // namespace weft::api
