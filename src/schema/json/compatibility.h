#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "schema/json/change.h"
#include "schema/json/schema.h"

namespace weft::schema::json {

/// Everything that differs from the old schema to the new one, as far as it was found before one difference settled a
/// comparison; of very different schemas the first hundreds. The new schema reads data of the old one when the policy
/// allows every change. Errors: kTooLarge when comparing takes too many steps (combinations inside combinations).
Result<std::vector<Change>> changes(const Schema& old_schema, const Schema& new_schema,
                                    Policy policy = Policy::kStrict);

struct Incompatibility {
  ChangeKind kind;
  std::string path;     ///< "#/properties/a"
  std::string message;  ///< For a person.
};

/// Every change that keeps `reader` from reading data written with `writer`; empty when it can.
Result<std::vector<Incompatibility>> incompatibilities(const Schema& reader, const Schema& writer,
                                                       Policy policy = Policy::kStrict);

}  // namespace weft::schema::json
