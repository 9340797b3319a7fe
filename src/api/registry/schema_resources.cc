#include <algorithm>
#include <charconv>

#include "api/registry/resources.h"
#include "registry/answers.h"
#include "registry/contract.h"
#include "registry/refusal.h"
#include "registry/subject_name.h"
#include "schema/json_text.h"

namespace weft::api {
namespace {

using http::Method;
using http::Request;
using registry::Refusal;
using registry::Registry;
using registry::SchemaId;
using registry::Service;
using registry::SubjectVersion;

/// Schemas in one answer to GET /schemas, whatever limit it asks for.
constexpr std::size_t kSchemasMax = 1'000;

Result<SchemaId> schema_id(const Request& request) {
  const std::string& text = request.parameters.at("id");
  std::int32_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed == std::errc{} && end == text.data() + text.size()) return SchemaId(number);
  return error(ErrorCode::kNotFound, "HTTP 404: '{}' is not a schema id", text.substr(0, 100));
}

class SchemaResources {
 public:
  explicit SchemaResources(Service& service) : service_(service) {}

  void add_to(RegistryRoutes& routes) const {
    const auto add = [&](std::string_view pattern, void (SchemaResources::*handle)(Request&, Exchange) const) {
      routes.add(Method::kGet, pattern,
                 [self = *this, handle](Request& request, Exchange out) { (self.*handle)(request, std::move(out)); });
    };
    routes.add(Method::kGet, "/schemas/types",
               [](Request&, Exchange out) { out.send(R"(["JSON","PROTOBUF","AVRO"])"); });
    add("/schemas", &SchemaResources::schemas);
    add("/schemas/ids/{id}", &SchemaResources::schema);
    add("/schemas/ids/{id}/schema", &SchemaResources::schema_text);
    add("/schemas/ids/{id}/subjects", &SchemaResources::schema_subjects);
    add("/schemas/ids/{id}/versions", &SchemaResources::schema_versions);
    add("/schemas/guids/{guid}", &SchemaResources::schema_by_guid);
    add("/schemas/guids/{guid}/ids", &SchemaResources::ids_by_guid);
  }

 private:
  // ---- All

  struct Listed {
    SubjectVersion version;
    std::vector<std::string> aliases;
  };
  using Versions = std::vector<Listed>;
  void schemas(Request& request, Exchange out) const {
    auto page = Page::of(request);
    if (!page.ok()) return out.refuse(page.error());
    page->limit = std::min(page->limit, kSchemasMax);
    const bool deleted_too = is_set(request, "deleted"), latest_only = is_set(request, "latestOnly");
    const bool with_aliases = is_set(request, "aliases");
    service_.read_all<Versions>(
        [this_service = &service_, principal = request.principal, page = *page, prefix = prefix_of(request),
         rule_type = query_text(request, "ruleType"), deleted_too, latest_only,
         with_aliases](const Registry& registry) -> Result<Versions> {
          Versions found;
          std::multimap<std::string, std::string> aliases;
          if (with_aliases) aliases = registry.aliases();
          std::size_t skipped = 0;
          if (page.limit == 0) return found;
          registry.visit_versions(prefix, deleted_too, latest_only, [&](const SubjectVersion& version) {
            if (!this_service->may_read(principal, version.subject)) return true;
            const std::string& rules = version.schema->definition.rule_set_json;
            if (!rule_type.empty() && !registry::has_rule_type(rules, rule_type)) return true;
            if (skipped < page.offset) return ++skipped != 0;
            Listed& listed = found.emplace_back(Listed{version, {}});
            const auto [first, last] = aliases.equal_range(version.subject);
            for (auto at = first; at != last; ++at) {
              if (this_service->may_read(principal, at->second)) listed.aliases.push_back(at->second);
            }
            return found.size() < page.limit;
          });
          return found;
        },
        answer<Versions>(std::move(out), [](const Versions& found) {
          return Page().print(found, [](std::string& to, const Listed& listed) {
            to += subject_version_json(listed.version, listed.aliases);
          });
        }));
  }

  // ---- By id

  void schema(Request& request, Exchange out) const {
    const auto id = schema_id(request);
    if (!id.ok()) return out.refuse(id.error());
    const bool tells_more = request.query_value("subject") || is_set(request, "fetchMaxId");
    SchemaForm form = SchemaForm::of(request);
    if (form.is_plain() && !tells_more) {
      return service_.schema_body(
          request.principal, *id, beside_of(request),
          answer<SharedBytes>(std::move(out), [](SharedBytes& body) { return std::move(body); }));
    }
    find_by_id<Use>(
        request,
        [fetch_max = is_set(request, "fetchMaxId")](const Registry& registry, SchemaId asked,
                                                    const std::string& beside) -> Result<Use> {
          TRY_ASSIGN(Use use, one_use(registry, asked, beside));
          if (fetch_max) use.id_max = registry.id_max(beside);
          return use;
        },
        [service = &service_, form = std::move(form), out = std::move(out)](Result<Use> found) mutable {
          if (!found.ok()) return out.refuse(found.error());
          const auto print = [id_max = found->id_max](const SubjectVersion& use) {
            return registry::schema_json(use, id_max);
          };
          send_version(*service, std::move(form), std::move(found->version), print, std::move(out));
        });
  }
  void schema_text(Request& request, Exchange out) const {
    find_by_id<Use>(
        request, one_use,
        [service = &service_, form = SchemaForm::of(request), out = std::move(out)](Result<Use> found) mutable {
          if (!found.ok()) return out.refuse(found.error());
          send_version(
              *service, std::move(form), std::move(found->version),
              [](const SubjectVersion& shown) { return shown.schema->definition.text; }, std::move(out));
        });
  }

  struct Use {
    SubjectVersion version;  ///< Version 0 when no subject was named, or one that does not use the schema.
    std::optional<std::int32_t> id_max;
  };
  /// The schema with this id as the subject beside has it.
  static Result<Use> one_use(const Registry& registry, SchemaId id, const std::string& beside) {
    TRY_ASSIGN(SubjectVersion found, registry.use(id, beside));
    return Use{std::move(found), std::nullopt};
  }

  using Uses = std::vector<std::pair<std::string, std::int32_t>>;
  void schema_versions(Request& request, Exchange out) const {
    find_uses(request, std::move(out), [](const Page& page, const Uses& uses) {
      return page.print(uses, [](std::string& to, const auto& use) {
        to += schema::JsonObjectText().text("subject", use.first).number("version", use.second).take();
      });
    });
  }
  void schema_subjects(Request& request, Exchange out) const {
    find_uses(request, std::move(out), [](const Page& page, const Uses& uses) {
      std::vector<std::string> names;
      for (const auto& [subject, version] : uses) {
        if (names.empty() || names.back() != subject) names.push_back(subject);
      }
      return page.print(names, [](std::string& to, const std::string& name) { schema::append_json_string(to, name); });
    });
  }
  template <class Print>
  void find_uses(Request& request, Exchange out, Print print) const {
    const auto page = Page::of(request);
    if (!page.ok()) return out.refuse(page.error());
    find_by_id<Uses>(
        request,
        [deleted_too = is_set(request, "deleted"), this_service = &service_, principal = request.principal](
            const Registry& registry, SchemaId id, const std::string& subject) -> Result<Uses> {
          TRY_ASSIGN(Uses uses, registry.uses(id, subject, deleted_too));
          std::erase_if(uses, [&](const auto& use) { return !this_service->may_read(principal, use.first); });
          return uses;
        },
        answer<Uses>(std::move(out), [page = *page, print](const Uses& uses) { return print(page, uses); }));
  }

  /// `look` reads from the registry by id, for who may read a subject that uses it.
  template <class T, class Look>
  void find_by_id(Request& request, Look look, Callback<Result<T>> done) const {
    const auto id = schema_id(request);
    if (!id.ok()) return done(id.error());
    const std::string beside = beside_of(request);
    service_.read_by_id<T>(
        request.principal, *id, beside,
        [id = *id, beside, look = std::move(look)](const Registry& registry) { return look(registry, id, beside); },
        std::move(done));
  }

  // ---- By guid

  struct Place {
    std::string context;
    SchemaId id;
    registry::StoredSchemaPointer schema;
  };
  using Places = std::vector<Place>;

  void schema_by_guid(Request& request, Exchange out) const {
    find_places(request, [service = &service_, form = SchemaForm::of(request),
                          out = std::move(out)](Result<Places> found) mutable {
      if (!found.ok()) return out.refuse(found.error());
      Place& first = found->front();
      send_version(
          *service, std::move(form), {first.context, 0, first.id, std::move(first.schema), false, kNoTimestamp},
          [](const SubjectVersion& use) { return registry::schema_json(use, {}); }, std::move(out));
    });
  }
  void ids_by_guid(Request& request, Exchange out) const {
    find_places(request, answer<Places>(std::move(out), [](const Places& found) {
                  return Page().print(found, [](std::string& to, const Place& place) {
                    to += schema::JsonObjectText()
                              .text("context", registry::context_of(place.context))
                              .number("id", place.id.get())
                              .take();
                  });
                }));
  }
  /// Everywhere the schema is that the principal may read it; at least one place.
  void find_places(const Request& request, Callback<Result<Places>> done) const {
    const std::string& text = request.parameters.at("guid");
    const auto guid = registry::parse_guid(text);
    const Error missing = registry::refuse(Refusal::kSchemaNotFound, "Schema {} not found", text.substr(0, 100));
    if (!guid) return done(missing);
    service_.read_all<Places>(
        [this_service = &service_, principal = request.principal, guid = *guid,
         missing](const Registry& registry) -> Result<Places> {
          Places places;
          for (const auto& [context, id] : registry.find_guid(guid)) {
            const auto may_read = [&](const std::string& subject) {
              return this_service->may_read(principal, subject);
            };
            if (!registry.any_use(id, context, may_read)) continue;
            TRY_ASSIGN(auto stored, registry.schema(id, context));
            places.push_back({context, id, std::move(stored)});
          }
          if (places.empty()) return missing;
          return places;
        },
        std::move(done));
  }

  Service& service_;
};

}  // namespace

void add_schema_routes(RegistryRoutes& routes, Service& service) { SchemaResources(service).add_to(routes); }

}  // namespace weft::api
