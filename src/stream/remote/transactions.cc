#include "stream/remote/transactions.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <set>
#include <utility>

#include "stream/remote/group_offsets.h"
#include "stream/remote/producer.h"

namespace weft::stream {
namespace {

/// What librdkafka reports about the records of one batch, from its flush.
struct Report {
  Appended appended{Offset(0), Offset(-1)};
  int code = RD_KAFKA_RESP_ERR_NO_ERROR;
};

void on_delivered(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  auto& report = *static_cast<Report*>(message->_private);
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (report.code == RD_KAFKA_RESP_ERR_NO_ERROR) report.code = message->err;
    return;
  }
  const Offset offset(message->offset);
  if (report.appended.last_offset < report.appended.base_offset) report.appended.base_offset = offset;
  report.appended.last_offset = std::max(report.appended.last_offset, offset);
}

/// A failed step, and what it means for the producer.
struct Failed {
  Error why;
  bool must_abort = false;
  bool is_fatal = false;
};

std::optional<Failed> failed(rd_kafka_error_t* native, const std::string& what) {
  if (native == nullptr) return std::nullopt;
  Failed result{rdkafka_error(rd_kafka_error_code(native), what), rd_kafka_error_txn_requires_abort(native) != 0,
                rd_kafka_error_is_fatal(native) != 0};
  if (result.is_fatal && result.why.code == ErrorCode::kUnavailable) result.why.message += fmt::format(": {}", rd_kafka_error_string(native));
  rd_kafka_error_destroy(native);
  return result;
}

}  // namespace

struct Transactions::Job {
  std::int64_t life;
  std::vector<AppendBatch> batches;
  std::vector<GroupPositions> positions;
  Call call;
  Deadline deadline;
};

/// On the blocking pool while a job runs, on the loop in between.
struct Transactions::Producer {
  Producer(std::string writer, RdkafkaProperties with, const env::Clock& on) : name(std::move(writer)), properties(std::move(with)), clock(on) {
    properties["transactional.id"] = name;
    properties["enable.idempotence"] = "true";
    properties.try_emplace("linger.ms", "0");
  }

  std::string name;
  RdkafkaProperties properties;
  const env::Clock& clock;
  RdkafkaHandle handle;
  std::set<std::string> learned;  ///< Topics whose leaders `handle` knows.
  bool is_fenced = false;

  // Loop only.
  std::int64_t life = 0;
  std::deque<Job> queue;
  Call running;

  int left_ms(Deadline deadline) const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock.monotonic()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 1, 300'000));
  }

  Result<std::vector<Appended>> run(Job& job);
  std::optional<Failed> open(const Job& job);
  std::optional<Failed> write(const Job& job, std::vector<Report>& reports);
  std::optional<Failed> commit_positions(const Job& job);
};

Result<std::vector<Appended>> Transactions::Producer::run(Job& job) {
  const auto what = fmt::format("atomic append by {}", name);
  if (is_fenced) return error(ErrorCode::kFenced, "{}: a newer life of this writer has taken over", what);
  if (clock.monotonic() >= job.deadline) return error(ErrorCode::kTimeout, "{}: not begun before the deadline", what);
  auto problem = open(job);
  std::vector<Report> reports(job.batches.size());
  if (!problem) problem = failed(rd_kafka_begin_transaction(handle.get()), what);
  if (!problem) {
    problem = write(job, reports);
    if (!problem) problem = commit_positions(job);
    if (!problem) problem = failed(rd_kafka_commit_transaction(handle.get(), left_ms(job.deadline)), what);
    // What a batch failed with says more than that the transaction has to be aborted.
    const auto first = std::ranges::find_if(reports, [](const Report& report) { return report.code != RD_KAFKA_RESP_ERR_NO_ERROR; });
    if (problem && !problem->is_fatal && first != reports.end()) {
      const auto& partition = job.batches[static_cast<std::size_t>(first - reports.begin())].partition;
      problem->why = rdkafka_error(first->code, fmt::format("{}: {}-{}", what, partition.topic, partition.partition));
    }
    if (problem && !problem->is_fatal) {
      // Purges what is queued, which reports to `reports`; nothing of it is ever seen.
      auto aborted = failed(rd_kafka_abort_transaction(handle.get(), left_ms(clock.monotonic() + std::chrono::seconds(10))), what);
      if (aborted) problem->is_fatal = true;
    }
  }
  if (!problem) {
    std::vector<Appended> appended;
    for (const auto& report : reports) appended.push_back(report.appended);
    return appended;
  }
  is_fenced = problem->why.code == ErrorCode::kFenced;
  if (problem->is_fatal || is_fenced) handle.reset();  // Before `reports`, which it may still write to.
  return std::move(problem->why);
}

std::optional<Failed> Transactions::Producer::open(const Job& job) {
  if (handle != nullptr) return std::nullopt;
  auto made = make_rdkafka(RdkafkaKind::kProducer, properties, &on_delivered);
  if (!made.ok()) return Failed{std::move(made).error(), false, true};
  handle = std::move(*made);
  learned.clear();
  auto problem = failed(rd_kafka_init_transactions(handle.get(), left_ms(job.deadline)), fmt::format("writer {}", name));
  if (problem) problem->is_fatal = true;
  return problem;
}

std::optional<Failed> Transactions::Producer::write(const Job& job, std::vector<Report>& reports) {
  for (std::size_t i = 0; i < job.batches.size(); ++i) {
    const auto& batch = job.batches[i];
    if (learned.insert(batch.partition.topic).second) learn_topic(handle.get(), batch.partition.topic, left_ms(job.deadline));
    for (const auto& record : static_cast<const RecordList&>(*batch.records).records()) {
      const auto code = produce_record(handle.get(), batch.partition, record, &reports[i]);
      if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return Failed{rdkafka_error(code, fmt::format("atomic append by {} to {}-{}", name, batch.partition.topic, batch.partition.partition)),
                      true, code == RD_KAFKA_RESP_ERR__FATAL};
    }
  }
  return std::nullopt;
}

std::optional<Failed> Transactions::Producer::commit_positions(const Job& job) {
  for (const auto& group : job.positions) {
    auto* list = rd_kafka_topic_partition_list_new(static_cast<int>(group.positions.size()));
    for (const auto& position : group.positions) add_position(list, position);
    auto* metadata = rd_kafka_consumer_group_metadata_new(group.group.c_str());
    auto problem = failed(rd_kafka_send_offsets_to_transaction(handle.get(), list, metadata, left_ms(job.deadline)),
                          fmt::format("positions of group {}", group.group));
    rd_kafka_consumer_group_metadata_destroy(metadata);
    rd_kafka_topic_partition_list_destroy(list);
    if (problem) return problem;
  }
  return std::nullopt;
}

Transactions::Transactions(env::EventLoop& loop, env::Executor& blocking, RdkafkaProperties properties)
    : loop_(loop), blocking_(blocking), properties_(std::move(properties)) {}

Transactions::~Transactions() {
  alive_.reset();
  // What runs on the blocking pool ends by itself; nobody waits for it any more.
  for (auto& [name, producer] : producers_) {
    producer->queue.clear();
    if (auto call = std::exchange(producer->running, nullptr))
      call->complete(error(ErrorCode::kCancelled, "atomic append by {}: the cluster connection was closed", name));
  }
}

void Transactions::append(const Writer& writer, std::vector<AppendBatch> batches, std::vector<GroupPositions> positions, Call call) {
  std::size_t bytes = 0;
  for (const auto& batch : batches) bytes += batch.records->bytes();
  if (bytes > kBytesMax)
    return call->complete(error(ErrorCode::kTooLarge, "atomic append by {}: {} bytes, at most {}; write less at a time", writer.name,
                                bytes, kBytesMax));
  auto& producer = producers_[writer.name];
  if (producer == nullptr || writer.life > producer->life) {
    // A new life begins with a new epoch, which fences the older one, also in other processes.
    auto next = std::make_shared<Producer>(writer.name, properties_, loop_.clock());
    next->life = writer.life;
    if (producer != nullptr)
      for (auto& job : producer->queue)
        job.call->complete(error(ErrorCode::kFenced, "atomic append by {}: life {} has taken over from {}", writer.name, writer.life, job.life));
    producer = std::move(next);
  }
  if (writer.life < producer->life)
    return call->complete(error(ErrorCode::kFenced, "atomic append by {}: life {} has taken over from {}", writer.name, producer->life,
                                writer.life));
  if (producer->queue.size() >= kQueuedMax)
    return call->complete(error(ErrorCode::kExhausted, "atomic append by {}: {} are waiting already", writer.name, kQueuedMax));
  const auto deadline = call->deadline();
  producer->queue.push_back({writer.life, std::move(batches), std::move(positions), std::move(call), deadline});
  run_next(producer);
}

void Transactions::run_next(const std::shared_ptr<Producer>& producer) {
  if (producer->running != nullptr || producer->queue.empty()) return;
  auto job = std::make_shared<Job>(std::move(producer->queue.front()));
  producer->queue.pop_front();
  producer->running = job->call;
  blocking_.post([this, alive = std::weak_ptr(alive_), &loop = loop_, producer, job] {
    auto result = std::make_shared<Result<std::vector<Appended>>>(producer->run(*job));
    loop.post([this, alive, producer, job, result] {
      producer->running = nullptr;
      job->call->complete(std::move(*result));
      if (!alive.expired()) run_next(producer);
    });
  });
}

}  // namespace weft::stream
