#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/function.h"
#include "base/result.h"
#include "env/executor.h"
#include "stream/cluster.h"

namespace weft::state {

/// One change of state as the log holds it. A null value is a tombstone: compaction may drop the key.
struct Record {
  std::string key;
  std::optional<std::string> value;

  bool operator==(const Record&) const = default;
};

/// What handling one request produced: the answer, sent only once `records` are durable, and the only way state may
/// change. No records: a read, which leaves when the offset of the state it saw is durable.
template <class Response>
struct Decision {
  Response response;
  std::vector<Record> records;
};

/// State of one shard. Handlers are const methods of the concrete machine; only replay changes it.
class Machine {
 public:
  virtual ~Machine() = default;
  /// Live and during recovery, same path. A record that can't be understood is the machine's to ignore and count.
  virtual void replay(const Record& record, Offset offset, Timestamp timestamp) = 0;
  /// Back to empty: an append failed, or the shard is about to be replayed from the start.
  virtual void reset() = 0;
  /// Everything in the log as of now has been replayed; decisions follow. Soft state (timers) starts fresh here.
  virtual void loaded() {}
};

/// Runs one machine over one partition: decide, record, replay.
///
/// A decision's records are one batch. They are replayed as soon as they have their place, so the next decision is made
/// at once; answers leave, in the order the decisions were made, when what they saw is durable. One synced write
/// therefore serves everything that was decided while the write before it was under way.
///
/// When an append fails after it may have been placed, or somebody else has written to the partition, the state is no
/// longer known to be the log's: every answer on its way becomes kUnavailable, the machine is reset and replayed, and
/// decisions that were not yet made wait for that.
///
/// Lives on one event loop; every call and every answer is there. An answer may come inside submit.
class Shard {
 public:
  struct Options {
    stream::TopicPartition partition;
    std::size_t waiting_max = 10'000;  ///< Decisions and reads under way; more are refused with kExhausted.
    env::Duration append_timeout = std::chrono::seconds(30);
    env::Duration fetch_timeout = std::chrono::seconds(30);
    env::Duration reload_delay = std::chrono::milliseconds(200);  ///< Between attempts to replay after a failure.
  };
  /// Takes a decision's batch to the log; as stream::Cluster::append, for those who add more to the same atomic entry.
  using Append = Function<void(stream::AppendBatch batch, Callback<Result<stream::Appended>> placed,
                               Callback<Result<stream::Appended>> durable)>;

  Shard(env::EventLoop& loop, stream::Cluster& cluster, Machine& machine, Options options);
  ~Shard();  ///< As close.
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  /// Replays the partition from its start to its end as of now; the topic must exist. Decisions made before it is done
  /// wait for it; when it fails they are refused, and load may be called again.
  void load(Callback<Result<void>> done);

  /// Calls `decide` (on the loop, at once when nothing is in the way), appends its records as one atomic batch, replays
  /// them when placed, and answers when they are durable. An error from `decide` is an answer like any other: it too
  /// waits until the state it saw is durable. `append` replaces Cluster::append for this decision.
  template <class Response>
  void submit(Function<Result<Decision<Response>>()> decide, Callback<Result<Response>> done, Append append = {});

  /// Answers everything that still waits with kCancelled, and so whatever is submitted later.
  void close();

  /// One past the last record the machine has seen.
  Offset position() const;
  /// Whether decisions are made at once: loaded, and not replaying after a failure.
  bool ready() const;

 private:
  /// A decision without its response's type: what to append, and what to call once all it saw is durable.
  struct Outcome {
    std::vector<Record> records;
    Callback<Result<void>> done;
  };
  struct Core;
  void enqueue(Function<Outcome()> decide, Function<void(Error)> refuse, Append append);

  std::shared_ptr<Core> core_;  // shared with completions still on their way, which outlive the shard
};

template <class Response>
void Shard::submit(Function<Result<Decision<Response>>()> decide, Callback<Result<Response>> done, Append append) {
  auto answer = std::make_shared<Callback<Result<Response>>>(std::move(done));
  auto decided = [decide = std::move(decide), answer]() mutable -> Outcome {
    auto decision = decide();
    if (!decision.ok()) {
      return {{}, [answer, why = std::move(decision).error()](Result<void> durable) mutable {
                (*answer)(durable.ok() ? std::move(why) : std::move(durable).error());
              }};
    }
    auto records = std::move(decision->records);
    return {std::move(records), [answer, response = std::move(decision->response)](Result<void> durable) mutable {
              if (durable.ok()) {
                (*answer)(std::move(response));
              } else {
                (*answer)(std::move(durable).error());
              }
            }};
  };
  enqueue(std::move(decided), [answer](Error why) { (*answer)(std::move(why)); }, std::move(append));
}

}  // namespace weft::state
