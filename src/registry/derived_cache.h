#pragma once

#include <cstddef>
#include <list>
#include <unordered_map>
#include <utility>

#include "registry/schema_case.h"

namespace weft::registry {

/// What was made of stored schemas, kept up to a bound of bytes, the least recently used dropped first.
template <class Value>
class DerivedCache {
 public:
  explicit DerivedCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Null when it is not kept. Valid until the next keep().
  const Value* find(const StoredSchemaPointer& of) {
    const auto at = by_schema_.find(of.get());
    if (at == by_schema_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, at->second);
    return &at->second->value;
  }

  /// `bytes` is what the value costs; one that fills the cache by itself is not kept.
  void keep(StoredSchemaPointer of, Value value, std::size_t bytes) {
    if (bytes > bytes_max_ || by_schema_.contains(of.get())) return;
    entries_.push_front({std::move(of), std::move(value), bytes});
    by_schema_.emplace(entries_.front().of.get(), entries_.begin());
    bytes_ += bytes;
    while (bytes_ > bytes_max_) {
      bytes_ -= entries_.back().bytes;
      by_schema_.erase(entries_.back().of.get());
      entries_.pop_back();
    }
  }

 private:
  struct Entry {
    StoredSchemaPointer of;  ///< Keeps the address from becoming another schema's.
    Value value;
    std::size_t bytes;
  };

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::list<Entry> entries_;  ///< Most recently used first.
  std::unordered_map<const StoredSchema*, typename std::list<Entry>::iterator> by_schema_;
};

}  // namespace weft::registry
