#include "api/registry/resources.h"
#include "api/registry/setting_body.h"
#include "registry/refusal.h"
#include "registry/subject_name.h"
#include "schema/json_text.h"

namespace weft::api {
namespace {

using access::Right;
using http::Method;
using http::Request;
using registry::Config;
using registry::ConfigMember;
using registry::Refusal;
using registry::Registry;
using registry::Service;

std::string mode_json(std::string_view mode) {
  schema::JsonObjectText object;
  if (!mode.empty()) object.text("mode", mode);
  return object.take();
}

class SettingResources {
 public:
  explicit SettingResources(Service& service) : service_(service) {}

  void add_to(RegistryRoutes& routes) const {
    const auto bound = [&](void (SettingResources::*handle)(Request&, Exchange) const) {
      return [self = *this, handle](Request& request, Exchange out) { (self.*handle)(request, std::move(out)); };
    };
    for (const std::string of : {"", "/{subject}"}) {
      routes.add(Method::kGet, "/config" + of, bound(&SettingResources::config));
      routes.add(Method::kPut, "/config" + of, bound(&SettingResources::put_config));
      routes.add(Method::kDelete, "/config" + of, bound(&SettingResources::delete_config));
      routes.add(Method::kGet, "/mode" + of, bound(&SettingResources::mode));
      routes.add(Method::kPut, "/mode" + of, bound(&SettingResources::put_mode));
      routes.add(Method::kDelete, "/mode" + of, bound(&SettingResources::delete_mode));
    }
    routes.add_once(Method::kGet, "/contexts", bound(&SettingResources::contexts));
    routes.add_once(Method::kDelete, "/contexts/{context}", bound(&SettingResources::delete_context));
  }

 private:
  /// A subject, a context, or "" for all.
  static std::string scope_of(const Request& request) {
    return request.parameters.contains("subject") ? subject_of(request) : context_scope(request);
  }
  static bool is_of_subject(const Request& request) { return !scope_of(request).empty(); }

  // ---- Config

  void config(Request& request, Exchange out) const {
    const bool whole = !is_of_subject(request) || is_set(request, "defaultToGlobal");
    read(std::move(out), [scope = scope_of(request), whole](const Registry& registry) -> Result<std::string> {
      const Config* const own = registry.own_config(scope);
      if (!whole && own == nullptr) {
        return refuse(Refusal::kNoOwnLevel, "Subject '{}' does not have subject-level compatibility configured", scope);
      }
      if (!whole) return own->json();
      Config config = registry.config(scope);
      config.set(ConfigMember::kCompatibilityLevel, std::string(level_name(registry.compatibility_level(scope))));
      return config.json();
    });
  }
  void put_config(Request& request, Exchange out) const {
    auto update = parse_config_body(request.body);
    if (!update.ok()) return out.refuse(update.error());
    const std::string scope = scope_of(request);
    const std::string told = update->set.json({}, "compatibility");
    service_.change<Config>(
        request.principal, Right::kAlter, scope,
        [scope, update = std::move(*update)](const Registry& registry) { return registry.put_config(scope, update); },
        answer<Config>(std::move(out), [told](const Config&) { return told; }));
  }
  void delete_config(Request& request, Exchange out) const {
    const std::string scope = scope_of(request);
    service_.change<Config>(
        request.principal, Right::kAlter, scope,
        [scope](const Registry& registry) { return registry.delete_config(scope); },
        answer<Config>(std::move(out), [](const Config& before) { return before.json(); }));
  }

  // ---- Mode

  void mode(Request& request, Exchange out) const {
    const bool whole = !is_of_subject(request) || is_set(request, "defaultToGlobal");
    read(std::move(out), [scope = scope_of(request), whole](const Registry& registry) -> Result<std::string> {
      if (whole) return mode_json(registry.mode(scope));
      const std::string* const own = registry.own_mode(scope);
      if (own != nullptr) return mode_json(*own);
      return refuse(Refusal::kNoOwnMode, "Subject '{}' does not have subject-level mode configured", scope);
    });
  }
  void put_mode(Request& request, Exchange out) const {
    auto wanted = parse_mode_body(request.body);
    if (!wanted.ok()) return out.refuse(wanted.error());
    service_.put_mode(request.principal, scope_of(request), std::move(*wanted), is_set(request, "force"),
                      answer<std::string>(std::move(out), mode_json));
  }
  void delete_mode(Request& request, Exchange out) const {
    service_.delete_mode(request.principal, scope_of(request), is_set(request, "recursive"),
                         answer<std::string>(std::move(out), mode_json));
  }

  // ---- Contexts

  void contexts(Request& request, Exchange out) const {
    const auto page = Page::of(request);
    if (!page.ok()) return out.refuse(page.error());
    const std::string prefix = query_text(request, "contextPrefix");
    read(std::move(out), [page = *page, prefix](const Registry& registry) -> Result<std::string> {
      auto names = registry.contexts();
      std::erase_if(names, [&](const std::string& name) { return !name.starts_with(prefix); });
      return page.print(names, [](std::string& to, const std::string& name) { schema::append_json_string(to, name); });
    });
  }
  void delete_context(Request& request, Exchange out) const {
    const std::string scope = context_scope(request);
    service_.change<std::string>(
        request.principal, Right::kDelete, scope,
        [scope](const Registry& registry) { return registry.delete_context(registry::context_of(scope)); },
        [out = std::move(out)](Result<std::string> gone) mutable {
          if (!gone.ok()) return out.refuse(gone.error());
          out.send(std::string(), 204);
        });
  }

  void read(Exchange out, Function<Result<std::string>(const Registry&)> look) const {
    service_.read_all<std::string>(
        std::move(look), answer<std::string>(std::move(out), [](std::string& body) { return std::move(body); }));
  }

  Service& service_;
};

}  // namespace

void add_setting_routes(RegistryRoutes& routes, Service& service) { SettingResources(service).add_to(routes); }

}  // namespace weft::api
