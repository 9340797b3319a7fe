#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "env/clock.h"
#include "stream/cluster.h"

namespace weft::contract {

/// What implementations may do or not; the claims say what holds in either case.
struct Abilities {
  bool has_atomic_appends = true;
  bool has_storage_facts = true;
  bool has_real_threads = true;  ///< Calls may come from threads of the test's own.
};

/// A cluster under test and what it takes to wait for it.
class Subject {
 public:
  virtual ~Subject() = default;
  virtual stream::Cluster& cluster() = 0;
  virtual Abilities abilities() const = 0;
  virtual const env::Clock& clock() const = 0;
  /// Whether the caller is where completions are to run.
  virtual bool is_on_loop() const = 0;
  /// Runs the cluster, or lets it run, until `done` holds.
  virtual void wait_until(std::function<bool()> done) = 0;
  /// Something that a wait looks at has changed.
  virtual void notify() = 0;
};

/// One instance of the suite.
struct SubjectKind {
  std::string name;
  std::function<std::unique_ptr<Subject>()> start;
};

/// All instances, in the order they run.
std::vector<SubjectKind> subject_kinds();

std::unique_ptr<Subject> start_local();
std::unique_ptr<Subject> start_local_simulated();
std::unique_ptr<Subject> start_remote_weft();
std::unique_ptr<Subject> start_remote_kafka();

}  // namespace weft::contract
