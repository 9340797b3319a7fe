#include "schema/json/compatibility.h"

#include "schema/json/comparison.h"

namespace weft::schema::json {

Result<std::vector<Change>> changes(const Schema& old_schema, const Schema& new_schema, Policy policy) {
  TRY_ASSIGN(Found found, Comparison(policy).run(old_schema.root(), new_schema.root()));
  for (Change& change : found.changes) change.path.insert(0, "#/");
  return std::move(found.changes);
}

Result<std::vector<Incompatibility>> incompatibilities(const Schema& reader, const Schema& writer, Policy policy) {
  TRY_ASSIGN(const Found found, Comparison(policy).run(writer.root(), reader.root()));
  std::vector<Incompatibility> reasons;
  for (const Change& change : found.changes) {
    if (is_allowed(change.kind, policy)) continue;
    reasons.push_back({change.kind, "#/" + change.path, std::string(change_text(change.kind))});
  }
  CHECK(reasons.empty() == found.compatible, "a verdict without a reason");
  return reasons;
}

}  // namespace weft::schema::json
