#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weft::registry {

/// Which versions of which subjects have a schema: one nearly always, so that one has its place here.
class Uses {
 public:
  using Use =
      std::pair<const std::string*, std::int32_t>;  ///< The subject's name in the registry's state, and a version.

  bool empty() const { return first_.first == nullptr; }
  void add(Use use) {
    if (empty()) {
      first_ = use;
      return;
    }
    if (!others_) others_ = std::make_unique<std::vector<Use>>();
    others_->push_back(use);
  }
  void remove(const Use& use) {
    if (others_) std::erase(*others_, use);
    if (first_ != use) return;
    first_ = {};
    if (!others_ || others_->empty()) return;
    first_ = others_->back();
    others_->pop_back();
  }
  /// Until one is accepted; whether one was.
  template <class Accepts>
  bool any(Accepts accepts) const {
    if (empty()) return false;
    return accepts(first_) || (others_ && std::any_of(others_->begin(), others_->end(), accepts));
  }

 private:
  Use first_{};
  std::unique_ptr<std::vector<Use>> others_;
};

}  // namespace weft::registry
