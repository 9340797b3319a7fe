#include "api/tail.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "api/record_selector.h"
#include "api/sample_reader.h"
#include "mesh/json_writer.h"

namespace weft::api {

namespace {
constexpr env::Duration kCallTimeout = std::chrono::seconds(5);
constexpr std::int32_t kFetchBytes = 64 << 10;
/// When most of it is read for the filter only: in one fetch, and of all partitions in one look.
constexpr std::int32_t kFilteredFetchBytes = 256 << 10;
constexpr std::int64_t kFilteredBytesMax = 2 << 20;
/// How long a reader hears nothing while records are read and none matches.
constexpr env::Duration kSilenceMax = std::chrono::seconds(1);
/// What one look may spend: a token bucket filled at the allowed rate, never above one second's worth.
constexpr double kLooksPerSecond = 4;
}  // namespace

struct Tail::Core : std::enable_shared_from_this<Core> {
  Core(env::EventLoop& on_loop, stream::Cluster& of, mesh::Schemas& with, const mesh::Product& product,
       std::shared_ptr<RecordSelector> by, Send to)
      : loop(on_loop),
        cluster(of),
        schemas(with),
        id(product.id.to_string()),
        topic(product.stream().topic),
        subject(product.stream().subject),
        selector(std::move(by)),
        send(std::move(to)) {}

  /// Records of one look, gathered from all partitions.
  struct Look {
    std::shared_ptr<Core> core;
    std::int64_t bytes_left = kFilteredBytesMax;  ///< For the filter.
    std::vector<RawRecord> records;
    ~Look() { core->gathered(std::move(records)); }
  };

  void start();
  void schedule();
  void look();
  void take_partitions(Result<std::vector<stream::TopicInfo>> topics);
  void take_bounds(const std::vector<stream::TopicPartition>& asked,
                   Result<std::vector<stream::PartitionBounds>> bounds);
  void read(const std::shared_ptr<Look>& gathering, const stream::TopicPartition& partition, Offset from, Offset end,
            std::size_t count);
  void take(Look& gathering, std::int32_t partition, Offset from, Offset end, std::size_t count,
            const stream::Fetched& fetched);
  void select(const std::shared_ptr<Look>& gathering, std::int32_t partition, Offset from, Offset end,
              stream::Fetched fetched);
  void gathered(std::vector<RawRecord> records);
  void deliver(std::vector<std::string> rendered);
  void failed(const Error& why);
  void end(std::string_view why);
  void skip(std::int64_t count);
  std::string_view where() const { return selector ? std::string_view(selector->filter().text()) : ""; }

  env::EventLoop& loop;
  stream::Cluster& cluster;
  mesh::Schemas& schemas;
  std::string id, topic, subject;
  std::shared_ptr<RecordSelector> selector;  ///< None: every record is shown.
  Send send;
  bool closed = false;
  bool running = false;
  env::MonotonicTime ends_at{};
  std::map<std::int32_t, Offset> next;  ///< By partition; a new one begins at its start.
  bool began = false;                   ///< The first look only marks where the tail begins.
  double record_tokens = kRecordsPerSecondMax;
  double byte_tokens = kBytesPerSecondMax;
  std::int64_t skipped = 0;
  env::MonotonicTime skipped_since{};
  std::int64_t scanned = 0, matched = 0;  ///< Since the last event.
  env::MonotonicTime sent_at{};
  std::size_t failures = 0;
  std::optional<env::EventLoop::TimerId> timer;
};

Tail::Tail(env::EventLoop& loop, stream::Cluster& cluster, mesh::Schemas& schemas, const mesh::Product& product,
           std::shared_ptr<RecordSelector> selector, Send send)
    : core_(std::make_shared<Core>(loop, cluster, schemas, product, std::move(selector), std::move(send))) {
  renew();
}

Tail::~Tail() {
  core_->closed = true;
  if (core_->timer) core_->loop.cancel(*core_->timer);
}

void Tail::renew() {
  core_->ends_at = core_->loop.clock().monotonic() + kLifetime;
  if (!core_->running) core_->start();
}

void Tail::Core::start() {
  running = true;
  began = false;
  failures = 0;
  look();
}

void Tail::Core::schedule() {
  if (closed || !running) return;
  timer = loop.schedule_after(kLookInterval, [core = weak_from_this()] {
    if (const auto self = core.lock()) {
      self->timer.reset();
      self->look();
    }
  });
}

void Tail::Core::look() {
  if (closed) return;
  if (loop.clock().monotonic() >= ends_at) return end("A tail ends after 15 minutes; subscribe again to go on.");
  record_tokens = std::min<double>(kRecordsPerSecondMax, record_tokens + kRecordsPerSecondMax / kLooksPerSecond);
  byte_tokens = std::min<double>(kBytesPerSecondMax, byte_tokens + kBytesPerSecondMax / kLooksPerSecond);
  std::vector<std::string> names{topic};
  cluster.describe_topics(std::move(names), loop.clock().monotonic() + kCallTimeout,
                          [self = shared_from_this()](auto topics) {
                            if (!self->closed) self->take_partitions(std::move(topics));
                          });
}

void Tail::Core::take_partitions(Result<std::vector<stream::TopicInfo>> topics) {
  if (!topics.ok()) return failed(topics.error());
  if (topics->empty()) return end("The topic is gone.");
  std::vector<stream::TopicPartition> partitions;
  for (const stream::PartitionInfo& each : topics->front().partitions) {
    if (partitions.size() < kSamplePartitionsMax) partitions.push_back({topic, each.partition});
  }
  auto asked = partitions;
  cluster.bounds(std::move(partitions), loop.clock().monotonic() + kCallTimeout,
                 [self = shared_from_this(), asked = std::move(asked)](auto bounds) {
                   if (!self->closed) self->take_bounds(asked, std::move(bounds));
                 });
}

void Tail::Core::take_bounds(const std::vector<stream::TopicPartition>& asked,
                             Result<std::vector<stream::PartitionBounds>> bounds) {
  if (!bounds.ok()) return failed(bounds.error());
  failures = 0;
  std::int64_t available = 0;
  for (std::size_t i = 0; i < asked.size() && i < bounds->size(); ++i) {
    auto [at, is_new] =
        next.try_emplace(asked[i].partition.get(), began ? (*bounds)[i].log_start : (*bounds)[i].high_watermark);
    if (!began) at->second = (*bounds)[i].high_watermark;
    // A topic made again begins anew.
    at->second = std::clamp(at->second, (*bounds)[i].log_start, (*bounds)[i].high_watermark);
    available += (*bounds)[i].high_watermark - at->second;
  }
  began = true;
  const auto look = std::shared_ptr<Look>(new Look{shared_from_this(), kFilteredBytesMax, {}});
  if (available == 0) return;
  const auto budget = static_cast<std::int64_t>(selector ? kScannedPerSecondMax / kLooksPerSecond : record_tokens);
  for (std::size_t i = 0; i < asked.size() && i < bounds->size(); ++i) {
    Offset& from = next[asked[i].partition.get()];
    const Offset to = (*bounds)[i].high_watermark;
    const std::int64_t waiting = to - from;
    if (waiting == 0) continue;
    // Every partition gets its share of the budget, the newest of it.
    const std::int64_t share =
        available <= budget
            ? waiting
            : std::min(waiting, std::max<std::int64_t>(budget * waiting / available, budget > 0 ? 1 : 0));
    skip(waiting - share);
    if (share > 0) read(look, asked[i], to - share, to, static_cast<std::size_t>(share));
    from = to;
  }
}

void Tail::Core::read(const std::shared_ptr<Look>& gathering, const stream::TopicPartition& partition, Offset from,
                      Offset to, std::size_t count) {
  stream::FetchRequest request{partition, from, selector ? kFilteredFetchBytes : kFetchBytes, {}};
  cluster.fetch(std::move(request), loop.clock().monotonic() + kCallTimeout,
                [gathering, index = partition.partition.get(), from, to, count](Result<stream::Fetched> fetched) {
                  Core& core = *gathering->core;
                  if (core.closed) return;
                  if (!fetched.ok()) return core.skip(to - from);
                  if (core.selector) return core.select(gathering, index, from, to, std::move(*fetched));
                  core.take(*gathering, index, from, to, count, *fetched);
                });
}

void Tail::Core::take(Look& gathering, std::int32_t partition, Offset from, Offset to, std::size_t count,
                      const stream::Fetched& fetched) {
  std::vector<RawRecord> records;
  const auto taken = take_records(fetched, partition, from, count, records);
  std::erase_if(records, [&](const RawRecord& record) { return record.offset >= to.get(); });
  // Large records: the rest of this share did not come with the fetch.
  if (!taken.ok() || fetched.next_offset < to) skip(to - std::clamp(taken.ok() ? fetched.next_offset : from, from, to));
  scanned += static_cast<std::int64_t>(records.size());
  matched += static_cast<std::int64_t>(records.size());
  std::move(records.begin(), records.end(), std::back_inserter(gathering.records));
}

void Tail::Core::select(const std::shared_ptr<Look>& gathering, std::int32_t partition, Offset from, Offset to,
                        stream::Fetched fetched) {
  SelectionBounds bounds{.begin = from,
                         .end = to,
                         .keep = SelectionBounds::Keep::kNewest,
                         .records_max = kRecordsPerSecondMax,
                         .bytes_max = kBytesPerSecondMax};
  selector->select(
      partition, std::move(fetched), bounds, [gathering, partition, from, to](Result<Selection> selection) {
        Core& core = *gathering->core;
        if (core.closed) return;
        if (!selection.ok()) return core.skip(to - from);
        core.scanned += selection->scanned;
        core.matched += selection->matched;
        gathering->bytes_left -= selection->scanned_bytes;
        core.skip(selection->matched - static_cast<std::int64_t>(selection->records.size()));
        std::move(selection->records.begin(), selection->records.end(), std::back_inserter(gathering->records));
        if (selection->next == from || gathering->bytes_left <= 0) return core.skip(to - selection->next);
        if (selection->next < to) core.read(gathering, {core.topic, PartitionIndex{partition}}, selection->next, to, 0);
      });
}

void Tail::Core::skip(std::int64_t count) {
  if (count <= 0) return;
  if (skipped == 0) skipped_since = loop.clock().monotonic() - kLookInterval;
  skipped += count;
}

void Tail::Core::gathered(std::vector<RawRecord> records) {
  if (closed) return;
  if (records.empty() && scanned == 0) return schedule();
  records = in_order(std::move(records), false);
  const auto shown = std::min(records.size(), static_cast<std::size_t>(record_tokens));
  skip(static_cast<std::int64_t>(records.size() - shown));
  records.erase(records.begin(), records.end() - static_cast<std::ptrdiff_t>(shown));
  render_records(schemas, subject, std::move(records), kListTextBytesMax,
                 [self = shared_from_this()](std::vector<std::string> rendered) {
                   if (self->closed) return;
                   self->deliver(std::move(rendered));
                   self->schedule();
                 });
}

void Tail::Core::deliver(std::vector<std::string> rendered) {
  // The newest that fit into the budget.
  double bytes = 0;
  std::size_t first = rendered.size();
  while (first > 0 && bytes + static_cast<double>(rendered[first - 1].size()) <= byte_tokens)
    bytes += static_cast<double>(rendered[--first].size());
  skip(static_cast<std::int64_t>(first));
  const std::size_t count = rendered.size() - first;
  const env::MonotonicTime now = loop.clock().monotonic();
  if (count == 0 && (!selector || now - sent_at < kSilenceMax)) return;
  mesh::JsonWriter json;
  json.begin_object().member("product", id).member("where", where()).key("records").begin_array();
  for (std::size_t i = first; i < rendered.size(); ++i) json.raw(rendered[i]);
  const auto skipped_for = skipped == 0 ? env::Duration{} : now - skipped_since;
  json.end_array()
      .member("scanned", scanned)
      .member("matched", matched)
      .member("skipped", skipped)
      .member("skipped_ms", std::chrono::duration_cast<std::chrono::milliseconds>(skipped_for).count())
      .end_object();
  if (!send("tail", std::move(json).take())) return skip(static_cast<std::int64_t>(count));
  record_tokens -= static_cast<double>(count);
  byte_tokens -= bytes;
  skipped = scanned = matched = 0;
  sent_at = now;
}

void Tail::Core::failed(const Error& why) {
  if (++failures >= kFailuresMax) return end(why.message);
  schedule();
}

void Tail::Core::end(std::string_view why) {
  running = false;
  mesh::JsonWriter json;
  json.begin_object().member("product", id).member("where", where()).member("why", why).end_object();
  (void)send("tail_ended", std::move(json).take());
}

}  // namespace weft::api
