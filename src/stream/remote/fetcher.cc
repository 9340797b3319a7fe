#include "stream/remote/fetcher.h"

#include <algorithm>
#include <utility>

namespace weft::stream {

Fetcher::Fetcher(env::EventLoop& loop, RdkafkaProperties properties, BoundsSource bounds)
    : loop_(loop), properties_(std::move(properties)), bounds_(std::move(bounds)) {
  properties_["enable.partition.eof"] = "true";
  properties_["enable.auto.commit"] = "false";
  properties_["auto.offset.reset"] = "error";
  properties_["isolation.level"] = "read_committed";
  properties_["check.crcs"] = "true";
  properties_.try_emplace("fetch.wait.max.ms", "250");
  properties_.try_emplace("fetch.error.backoff.ms", "50");
  properties_.try_emplace("queued.max.messages.kbytes", "8192");
}

Fetcher::~Fetcher() {
  if (sweep_timer_ != 0) loop_.cancel(sweep_timer_);
  for (auto& [partition, streams] : streams_)
    for (auto& stream : streams)
      for (auto& waiter : stream.waiters) loop_.cancel(waiter.timer);
}

Result<RdkafkaHandle> Fetcher::any_instance() { return instance(0); }

Result<RdkafkaHandle> Fetcher::instance(std::size_t index) {
  CHECK(index <= instances_.size() && index < kInstancesMax, "instances are made one after the other");
  if (index == instances_.size()) {
    TRY_ASSIGN(auto handle, make_rdkafka(RdkafkaKind::kConsumer, properties_));
    instances_.push_back(std::move(handle));
  }
  return instances_[index];
}

void Fetcher::forget(const std::string& topic) {
  for (auto at = streams_.lower_bound({topic, PartitionIndex(0)}); at != streams_.end() && at->first.topic == topic;) {
    std::list<Waiter> waiters;
    for (auto& stream : at->second) waiters.splice(waiters.end(), stream.waiters);
    at = streams_.erase(at);
    for (auto& waiter : waiters) {
      loop_.cancel(waiter.timer);
      waiter.call->complete(error(ErrorCode::kNotFound, "topic {} was deleted", topic));
    }
  }
}

void Fetcher::fetch(FetchRequest request, Call call) {
  auto* stream = find(request.partition, request.offset);
  // The way of a reader that is behind: what was fetched ahead is there already.
  if (stream != nullptr && stream->waiters.empty() && loop_.clock().monotonic() - stream->bounds_at < kBoundsAgeMax) {
    auto polled = stream->source->poll(request.bytes_max);
    if (polled.has_moved) return call->complete(fetched(*stream, std::move(polled)));
    if (polled.failed)
      std::erase_if(streams_[request.partition], [&](const Stream& one) { return &one == stream; });
  }
  const auto partition = request.partition;
  const auto deadline = call->deadline();
  bounds_(partition, deadline,
          [this, alive = std::weak_ptr(alive_), request = std::move(request), call = std::move(call)](
              Result<PartitionBounds> bounds) mutable {
            if (alive.expired() || call->completed()) return;
            if (!bounds.ok()) return call->complete(std::move(bounds).error());
            fetch_within(std::move(request), std::move(call), *bounds);
          });
}

Fetched Fetcher::fetched(Stream& stream, Polled polled) {
  const auto next = stream.source->next();
  stream.used_at = loop_.clock().monotonic();
  stream.bounds.high_watermark = std::max(stream.bounds.high_watermark, next);
  Fetched result{{}, stream.bounds, next};
  if (polled.batch != nullptr) result.batches.push_back(std::move(polled.batch));
  return result;
}

void Fetcher::fetch_within(FetchRequest request, Call call, PartitionBounds bounds) {
  if (request.offset < bounds.log_start || request.offset > bounds.high_watermark)
    return call->complete(error(ErrorCode::kOutOfRange, "fetch of {}-{}: offset {} is outside {} (log start) to {} (high watermark)",
                                request.partition.topic, request.partition.partition, request.offset, bounds.log_start,
                                bounds.high_watermark));
  const bool is_at_end = request.offset == bounds.high_watermark;
  if (is_at_end && request.wait_max.count() <= 0) return call->complete(Fetched{{}, bounds, request.offset});
  auto stream = acquire(request.partition, request.offset);
  if (!stream.ok()) return call->complete(std::move(stream).error());
  if (*stream == nullptr) {
    parked_.emplace_back(std::move(request), std::move(call));
    return;
  }
  (*stream)->bounds = bounds;
  (*stream)->bounds_at = loop_.clock().monotonic();
  wait(**stream, {std::move(request), std::move(call), 0, is_at_end});
}

Fetcher::Stream* Fetcher::find(const TopicPartition& partition, Offset offset) {
  const auto at = streams_.find(partition);
  if (at == streams_.end()) return nullptr;
  const auto found = std::ranges::find_if(at->second, [&](const Stream& one) { return one.source->next() == offset; });
  return found == at->second.end() ? nullptr : &*found;
}

/// None when every instance is waiting at another place of the partition.
Result<Fetcher::Stream*> Fetcher::acquire(const TopicPartition& partition, Offset offset) {
  auto& streams = streams_[partition];
  // A waiter whose deadline passed although records were known to be there: librdkafka is stuck, a new stream is not.
  std::erase_if(streams, [](const Stream& one) {
    return std::ranges::any_of(one.waiters, [](const Waiter& w) { return w.call->completed() && !w.is_waiting_for_nothing; });
  });
  const auto now = loop_.clock().monotonic();
  Stream* idle = nullptr;
  for (auto& stream : streams) {
    if (stream.source->next() == offset) return &stream;
    std::erase_if(stream.waiters, [](const Waiter& waiter) { return waiter.call->completed(); });
    if (stream.waiters.empty() && (idle == nullptr || stream.used_at < idle->used_at)) idle = &stream;
  }
  const bool is_other_reader_active = idle != nullptr && now - idle->used_at < kBoundsAgeMax;
  if (idle != nullptr && (!is_other_reader_active || streams.size() == kInstancesMax)) {
    idle->source->seek(offset);
    idle->used_at = now;
    return idle;
  }
  if (streams.size() == kInstancesMax) return nullptr;

  std::size_t index = 0;
  while (std::ranges::any_of(streams, [&](const Stream& one) { return one.instance == index; })) ++index;
  for (std::size_t i = instances_.size(); i < index; ++i) TRY(instance(i));
  TRY_ASSIGN(auto handle, instance(index));
  auto source = std::make_unique<PartitionStream>(std::move(handle), loop_, partition, offset,
                                                  [this, partition, index] { wake(partition, index); });
  streams.push_back({index, std::move(source), {}, {}, now, {}});
  if (sweep_timer_ == 0) sweep_timer_ = loop_.schedule_after(kIdleMax / 2, [this] { sweep(); });
  return &streams.back();
}

void Fetcher::wait(Stream& stream, Waiter waiter) {
  const auto partition = waiter.request.partition;
  if (waiter.is_waiting_for_nothing)
    waiter.timer = loop_.schedule_after(waiter.request.wait_max, [this, partition, call = waiter.call] { end_wait(partition, call); });
  stream.waiters.push_back(std::move(waiter));
  serve(partition, stream);
}

void Fetcher::end_wait(const TopicPartition& partition, const Call& call) {
  for (auto& stream : streams_[partition]) {
    const auto found = std::ranges::find_if(stream.waiters, [&](const Waiter& waiter) { return waiter.call == call; });
    if (found == stream.waiters.end()) continue;
    stream.used_at = loop_.clock().monotonic();
    stream.waiters.erase(found);
    call->complete(Fetched{{}, stream.bounds, stream.source->next()});
    break;
  }
  retry_parked();
}

/// Answers everybody who waits at this stream, if it has something. The stream may be gone afterwards.
bool Fetcher::serve(const TopicPartition& partition, Stream& stream) {
  std::erase_if(stream.waiters, [](const Waiter& waiter) { return waiter.call->completed() && waiter.is_waiting_for_nothing; });
  if (stream.waiters.empty()) return false;
  auto polled = stream.source->poll(stream.waiters.front().request.bytes_max);
  if (!polled.has_moved && !polled.failed) return false;

  auto waiters = std::move(stream.waiters);
  stream.waiters.clear();
  for (auto& waiter : waiters)
    if (waiter.timer != 0) loop_.cancel(waiter.timer);
  if (polled.failed) {
    // Out of range is said again with the bounds of now; anything else is for the reader to know.
    const bool is_range = polled.failed->code == ErrorCode::kOutOfRange;
    std::erase_if(streams_[partition], [&](const Stream& one) { return &one == &stream; });
    for (auto& waiter : waiters) {
      if (is_range)
        fetch(std::move(waiter.request), std::move(waiter.call));
      else
        waiter.call->complete(*polled.failed);
    }
  } else {
    const auto result = fetched(stream, std::move(polled));
    for (auto& waiter : waiters) waiter.call->complete(result);
  }
  retry_parked();
  return true;
}

void Fetcher::wake(const TopicPartition& partition, std::size_t instance) {
  const auto at = streams_.find(partition);
  if (at == streams_.end()) return;
  const auto found = std::ranges::find_if(at->second, [&](const Stream& one) { return one.instance == instance; });
  if (found != at->second.end()) serve(partition, *found);
}

void Fetcher::retry_parked() {
  auto parked = std::exchange(parked_, {});
  for (auto& [request, call] : parked)
    if (!call->completed()) fetch(std::move(request), std::move(call));
}

void Fetcher::sweep() {
  const auto now = loop_.clock().monotonic();
  for (auto& [partition, streams] : streams_)
    std::erase_if(streams, [&](Stream& stream) {
      std::erase_if(stream.waiters, [](const Waiter& waiter) { return waiter.call->completed(); });
      return stream.waiters.empty() && now - stream.used_at > kIdleMax;
    });
  std::erase_if(streams_, [](const auto& entry) { return entry.second.empty(); });
  sweep_timer_ = streams_.empty() ? 0 : loop_.schedule_after(kIdleMax / 2, [this] { sweep(); });
}

}  // namespace weft::stream
