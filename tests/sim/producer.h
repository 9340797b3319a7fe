#pragma once

#include <deque>

#include "client.h"
#include "kafka/errors.h"

namespace weft::sim {

/// Sends records to one topic. Idempotent: up to five batches of one partition under way, sent again in their order
/// until each is answered. Otherwise: to any partition, one request at a time, never again; acks as drawn.
class Producer final : public Client {
 public:
  struct Kind {
    std::string topic;
    bool idempotent = true;
    bool keyed = false;  ///< Few keys, some tombstones.
  };
  Producer(Scene& scene, std::uint64_t seed, int number, Kind kind);

  void start() override;
  std::optional<std::string> unfinished() const override;

 private:
  struct Batch {
    SharedBytes bytes;
    Sequence first;
    std::vector<WriteId> writes;
    bool asked_before = false;
  };

  void take_id();
  void work();
  Batch make_batch(std::int32_t partition, Sequence first, std::size_t bytes_max);
  void send_window();
  void send(Batch& batch);
  void answered(Sequence first, std::optional<std::pair<kafka::KafkaError, Offset>> answer);
  void send_plain();

  const int number_;
  const Kind kind_;
  ProducerId id_ = kNoProducerId;
  std::int32_t partition_ = 0;
  Sequence next_{0};
  std::int64_t records_ = 0;  ///< Sent by this producer: sequences of the history.
  std::deque<Batch> window_;
  bool broken_ = false;  ///< Something of the window was not taken: all of it goes again.
  std::size_t on_their_way_ = 0;
};

}  // namespace weft::sim
