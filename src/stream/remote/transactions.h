#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "stream/remote/pending_call.h"
#include "stream/remote/rdkafka.h"
#include "stream/remote/record_list.h"

namespace weft::stream {

/// append_atomic as Kafka transactions (KIP-98): a producer per writer, its name the transactional id, one transaction per
/// call. librdkafka's calls for this block, so they run on the blocking pool, one at a time for each writer. The rest on
/// the loop only.
///
/// A writer's life is the epoch that the cluster gave its producer when this process first wrote with it: a process that
/// comes later fences this one. Within the process a smaller life than one already seen is fenced without asking.
class Transactions {
 public:
  static constexpr std::size_t kBytesMax = 8u << 20;
  static constexpr std::size_t kQueuedMax = 1'000;

  Transactions(env::EventLoop& loop, env::Executor& blocking, RdkafkaProperties properties);
  ~Transactions();

  using Call = std::shared_ptr<PendingCall<std::vector<Appended>>>;
  void append(const Writer& writer, std::vector<AppendBatch> batches, std::vector<GroupPositions> positions, Call call);

 private:
  struct Job;
  struct Producer;

  void run_next(const std::shared_ptr<Producer>& producer);

  env::EventLoop& loop_;
  env::Executor& blocking_;
  RdkafkaProperties properties_;
  std::map<std::string, std::shared_ptr<Producer>> producers_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace weft::stream
