#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "registry/registry.h"

/// Answers as clients of Confluent's registry read them (schema-registry REST, API of 2026): absent members are left
/// out.
namespace weft::registry {

/// Of a read by id: `{"schemaType","schema","references","metadata","ruleSet","guid"}`.
std::string schema_json(const StoredSchema& schema);
/// The same with the subject and version that use it, unless that is version 0, and the context's highest id.
std::string schema_json(const SubjectVersion& use, std::optional<std::int32_t> id_max);
/// Of a version or a lookup: the same with `subject`, `version` and `id`, and `deleted` and `ts` where
/// they say something.
std::string subject_version_json(const SubjectVersion& version);
/// The same with the subjects that stand for its subject.
std::string subject_version_json(const SubjectVersion& version, const std::vector<std::string>& aliases);

/// Of a registration: a version without its subject.
std::string registered_json(const SubjectVersion& version);

}  // namespace weft::registry
