#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/check.h"
#include "record/ids.h"
#include "registry/schema_case.h"
#include "schema/wire_format.h"

namespace weft::registry {

/// One version of a subject, as the state has it.
struct Version {
  schema::SchemaId id;
  bool deleted = false;
  Timestamp timestamp;
  StoredSchemaPointer schema;
};

/// A subject's versions in order of their numbers. A subject has few, and a new one comes last.
class Versions {
 public:
  using value_type = std::pair<std::int32_t, Version>;
  using const_iterator = std::vector<value_type>::const_iterator;
  using iterator = std::vector<value_type>::iterator;

  bool empty() const { return all_.empty(); }
  std::size_t size() const { return all_.size(); }
  const_iterator begin() const { return all_.begin(); }
  const_iterator end() const { return all_.end(); }
  iterator begin() { return all_.begin(); }
  iterator end() { return all_.end(); }
  auto rbegin() const { return all_.rbegin(); }
  auto rend() const { return all_.rend(); }

  const_iterator find(std::int32_t number) const {
    const auto at = std::lower_bound(all_.begin(), all_.end(), number, is_before);
    return at != all_.end() && at->first == number ? at : all_.end();
  }
  bool contains(std::int32_t number) const { return find(number) != end(); }
  const Version& at(std::int32_t number) const {
    const auto found = find(number);
    CHECK(found != end(), "the version exists");
    return found->second;
  }
  /// The number is not there yet.
  void emplace(std::int32_t number, Version version) {
    all_.emplace(std::lower_bound(all_.begin(), all_.end(), number, is_before), number, std::move(version));
  }
  void erase(const_iterator at) { all_.erase(at); }

 private:
  static bool is_before(const value_type& version, std::int32_t number) { return version.first < number; }

  std::vector<value_type> all_;
};

}  // namespace weft::registry
