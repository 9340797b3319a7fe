#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/record_renderer.h"
#include "base/function.h"
#include "env/executor.h"
#include "mesh/product.h"
#include "mesh/schemas.h"
#include "stream/cluster.h"

namespace weft::api {

class RecordSelector;

/// Follows one product's records for one reader, all or those that match: four looks a second, each at most so many
/// records and bytes. A burst above that is jumped over and counted, so a tail costs the same at 50,000 records a
/// second as at 50. Lives on one loop.
class Tail {
 public:
  static constexpr env::Duration kLookInterval = std::chrono::milliseconds(250);
  static constexpr std::size_t kRecordsPerSecondMax = 50;
  static constexpr std::size_t kBytesPerSecondMax = 256 << 10;
  static constexpr std::size_t kScannedPerSecondMax = 20'000;  ///< Held against the filter, when there is one.
  static constexpr env::Duration kLifetime = std::chrono::minutes(15);
  static constexpr std::size_t kFailuresMax = 20;  ///< In a row; then it ends and says why.

  /// `send(event, data)` answers false when the reader can't take it now.
  using Send = Function<bool(std::string_view event, const std::string& data)>;

  /// Without a selector every record is shown.
  Tail(env::EventLoop& loop, stream::Cluster& cluster, mesh::Schemas& schemas, const mesh::Product& product,
       std::shared_ptr<RecordSelector> selector, Send send);
  ~Tail();
  Tail(const Tail&) = delete;
  Tail& operator=(const Tail&) = delete;

  /// Lives for another 15 minutes; starts again when it had ended.
  void renew();

 private:
  struct Core;
  std::shared_ptr<Core> core_;  ///< Shared with calls under way, which outlive the tail.
};

}  // namespace weft::api
