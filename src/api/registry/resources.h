#pragma once

#include "api/registry/exchange.h"
#include "registry/service.h"

/// The resources by what they are about. `service` must outlive the router.
namespace weft::api {

/// /subjects and /compatibility: versions, lookup, registering, deleting.
void add_subject_routes(RegistryRoutes& routes, registry::Service& service);
/// /subjects/{subject}/versions/{version}/tags: a version with other tags in its text.
void add_tag_routes(RegistryRoutes& routes, registry::Service& service);
/// /schemas: by id, by guid, all.
void add_schema_routes(RegistryRoutes& routes, registry::Service& service);
/// /config, /mode and /contexts.
void add_setting_routes(RegistryRoutes& routes, registry::Service& service);

/// How a request wants its schema shown.
struct SchemaForm {
  std::string format;                 ///< As ParsedSchema::text_as takes it; empty: as it is stored.
  bool qualified_references = false;  ///< Subjects of references with their context.
  std::vector<std::string> tags;      ///< Which are shown beside the schema; "*": all.

  static SchemaForm of(const http::Request& request);
  bool is_plain() const { return format.empty() && !qualified_references && tags.empty(); }
};
/// Sends what `print` makes of the version, in the form asked for.
void send_version(registry::Service& service, SchemaForm form, registry::SubjectVersion found,
                  Function<std::string(const registry::SubjectVersion&)> print, Exchange out);

}  // namespace weft::api
