#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "api/record_matcher.h"
#include "api/record_renderer.h"
#include "base/function.h"
#include "env/executor.h"
#include "mesh/schemas.h"
#include "stream/cluster.h"

namespace weft::api {

/// Which records of a fetch are judged, and how many of those that match are kept.
struct SelectionBounds {
  enum class Keep { kOldest, kNewest };
  Offset begin{0};
  Offset end{0};
  std::optional<std::int64_t> from_ms;   ///< Older ones do not match.
  std::optional<std::int64_t> until_ms;  ///< Nor do those from here on.
  Keep keep = Keep::kOldest;             ///< kOldest stops when it has enough, kNewest drops the oldest it has.
  std::size_t records_max = 0;
  std::size_t bytes_max = 0;  ///< Of what is kept; one record always fits.
};

/// What came of it.
struct Selection {
  std::vector<RawRecord> records;  ///< In the order of offsets.
  Offset next{0};                  ///< Everything from `begin` to here has been judged.
  std::int64_t scanned = 0;
  std::int64_t scanned_bytes = 0;                 ///< Keys and values.
  std::int64_t matched = 0;                       ///< With kNewest more than are kept, perhaps.
  std::int64_t unreadable = 0;                    ///< Nobody knows whether they match.
  std::optional<std::int64_t> last_timestamp_ms;  ///< Of those judged.
};

/// Holds what a cluster gave against a filter, away from the loop: on the blocking pool, one fetch at a time. Asks the
/// registry for the schemas that it meets, each once. Lives on the loop as a shared_ptr.
class RecordSelector : public std::enable_shared_from_this<RecordSelector> {
 public:
  RecordSelector(env::EventLoop& loop, env::Executor& pool, mesh::Schemas& schemas,
                 std::shared_ptr<const RecordFilter> filter);

  const RecordFilter& filter() const { return *filter_; }
  /// `done` once, on the loop. kCorrupt when a batch is. Several may be under way.
  void select(std::int32_t partition, stream::Fetched fetched, SelectionBounds bounds,
              Callback<Result<Selection>> done);

 private:
  struct Work;

  void judge(std::unique_ptr<Work> work);
  void ask(std::unique_ptr<Work> work, schema::SchemaId id);

  env::EventLoop& loop_;
  env::Executor& pool_;
  mesh::Schemas& registry_;
  std::shared_ptr<const RecordFilter> filter_;
  std::shared_ptr<const KnownSchemas> known_;  ///< Replaced, never changed: the pool may be reading it.
};

}  // namespace weft::api
