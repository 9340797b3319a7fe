#pragma once

#include <deque>
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
};

/// Runs one machine over one partition. Lives on one event loop; every call and every answer is there.
class Shard {
 public:
  struct Options {
    stream::TopicPartition partition;
    std::size_t waiting_max = 10'000;  ///< Decisions and reads under way; more are refused with kExhausted.
    env::Duration append_timeout = std::chrono::seconds(30);
  };

  Shard(env::EventLoop& loop, stream::Cluster& cluster, Machine& machine, Options options);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  /// Replays the partition from its start to its end as of now; the topic must exist. Decisions made before it is done
  /// wait for it.
  void load(Callback<Result<void>> done);

  /// Calls `decide` (on the loop, at once when nothing is in the way), appends its records as one atomic batch, replays
  /// them when placed, and answers when they are durable. An error from `decide` is an answer like any other: it too
  /// waits until the state it saw is durable.
  template <class Response>
  void submit(Function<Result<Decision<Response>>()> decide, Callback<Result<Response>> done);

  /// One past the last record the machine has seen.
  Offset position() const { return position_; }

 private:
  /// A decision without its response's type: returns the records to append and what to call once durable.
  struct Outcome {
    std::vector<Record> records;
    Callback<Result<void>> done;
  };
  void enqueue(Function<Outcome()> decide, Function<void(Error)> refuse);
  void run_next();
  void append(Outcome outcome);
  void fail(const Error& why);
  void release_durable();

  struct Pending;
  struct Loading;
  env::EventLoop& loop_;
  stream::Cluster& cluster_;
  Machine& machine_;
  Options options_;
  Offset position_{0};
  std::unique_ptr<Pending> pending_;
  std::shared_ptr<bool> alive_;
};

template <class Response>
void Shard::submit(Function<Result<Decision<Response>>()> decide, Callback<Result<Response>> done) {
  auto shared = std::make_shared<Callback<Result<Response>>>(std::move(done));
  enqueue(
      [decide = std::move(decide), shared]() mutable -> Outcome {
        auto decision = decide();
        if (!decision.ok()) {
          return {{}, [shared, why = std::move(decision).error()](Result<void> durable) mutable {
                    (*shared)(durable.ok() ? std::move(why) : std::move(durable).error());
                  }};
        }
        auto records = std::move(decision->records);
        return {std::move(records), [shared, response = std::move(decision->response)](Result<void> durable) mutable {
                  if (durable.ok()) (*shared)(std::move(response));
                  else (*shared)(std::move(durable).error());
                }};
      },
      [shared](Error why) { (*shared)(std::move(why)); });
}

}  // namespace weft::state
