#pragma once

#include <memory>

#include "env/executor.h"

namespace weft::mesh {

class Catalogue;
class FactsCollector;

/// Keeps the catalogue's index as products and measured facts are: in short steps on the loop of mesh, with everything
/// else that waits there in between. Nothing that is asked by id waits for it.
class CatalogueKeeper {
 public:
  /// From now on, until it goes. Both parts outlive it.
  CatalogueKeeper(env::EventLoop& loop, Catalogue& catalogue, FactsCollector& facts);
  ~CatalogueKeeper();

  /// How long the words of all products took the last time that nothing was left to do; 0: not yet done once.
  env::Duration last_build() const { return last_build_; }

 private:
  void begin();
  void step();

  env::EventLoop& loop_;
  Catalogue& catalogue_;
  bool under_way_ = false;
  env::MonotonicTime began_at_{};
  env::Duration last_build_{};
  std::shared_ptr<bool> alive_;
};

}  // namespace weft::mesh
