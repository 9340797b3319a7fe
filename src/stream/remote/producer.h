#pragma once

#include <list>
#include <memory>

#include "stream/remote/pending_call.h"
#include "stream/remote/rdkafka.h"
#include "stream/remote/record_list.h"

namespace weft::stream {

/// The ordinary way in: one idempotent librdkafka producer, acks=all. On the loop only.
class Producer {
 public:
  /// What may be on its way at a time; more is refused with kExhausted before anything of it is sent.
  static constexpr std::size_t kBytesMax = 64u << 20;
  static constexpr std::size_t kRecordsMax = 1'000'000;

  Producer(env::EventLoop& loop, env::Executor& blocking, RdkafkaProperties properties);
  ~Producer();

  /// Completes when librdkafka knows the topic's leaders, or could not learn them soon.
  void learn(std::string topic, Callback<Result<void>> done);

  using Call = std::shared_ptr<PendingCall<Appended>>;
  /// Completes when every record is acknowledged, with the first and the last offset they got. The topic exists.
  void append(const TopicPartition& partition, std::unique_ptr<RecordList> records, Call call);

 private:
  /// One append on its way: librdkafka reads the records in place, so they stay until the last report.
  struct InFlight {
    TopicPartition partition;
    std::unique_ptr<RecordList> records;
    Call call;
    std::size_t unreported = 0;
    Appended appended{Offset(0), Offset(-1)};
    int code = 0;  ///< The first failure's, as librdkafka counts them.
    std::list<InFlight>::iterator self;
  };

  Result<void> connect();
  void send(InFlight& append);
  void drain();
  void report(InFlight& append, std::int64_t offset, int code);
  void finish(InFlight& append);

  env::EventLoop& loop_;
  env::Executor& blocking_;
  RdkafkaProperties properties_;
  RdkafkaHandle handle_;
  rd_kafka_queue_s* queue_ = nullptr;
  std::unique_ptr<QueueWatch> watch_;
  std::list<InFlight> in_flight_;
  std::size_t bytes_in_flight_ = 0;
  std::size_t records_in_flight_ = 0;
  bool is_broken_ = false;  ///< librdkafka reported a fatal error: the next append begins with a new producer.
};

/// Hands one record to librdkafka without copying its value; `opaque` comes back with its report. Returns
/// rd_kafka_resp_err_t.
int produce_record(rd_kafka_s* handle, const TopicPartition& partition, const NewRecord& record, void* opaque);

/// Has librdkafka ask for a topic's leaders now; by itself it would at its next look, up to a second later. Blocks.
void learn_topic(rd_kafka_s* handle, const std::string& topic, int timeout_ms);

}  // namespace weft::stream
