#pragma once

#include "access/principal.h"
#include "mesh/audit.h"
#include "mesh/schemas.h"

namespace weft::registry {
class Service;
}

namespace weft::mesh {

class Products;

/// Our own registry as mesh asks it. For what weft itself needs to know: who may see the answer is the caller's
/// question.
class RegistrySchemas final : public Schemas {
 public:
  explicit RegistrySchemas(registry::Service& service) : service_(service) {}

  void find(std::string subject, std::optional<std::int32_t> version, Callback<Result<SchemaPointer>> done) override;
  void list_versions(std::string subject, Callback<Result<SubjectVersions>> done) override;
  void find_id(schema::SchemaId id, Callback<Result<registry::ParsedSchemaPointer>> done) override;

 private:
  registry::Service& service_;
};

/// From now on registrations that add a version, and refused ones, are in the audit. Both outlive the last of them.
void audit_registrations(registry::Service& service, Products& products);
/// A deletion of schemas or a change of their settings goes into the audit. `scope`: a subject, a context, "" for all.
void audit_registry_change(Products& products, const access::Principal& principal, AuditAction action, ApiCall call,
                           const std::string& scope, const Result<void>& outcome);

}  // namespace weft::mesh
