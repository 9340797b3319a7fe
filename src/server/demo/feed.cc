#include "server/demo/feed.h"

#include "base/log.h"
#include "schema/avro/encode.h"
#include "stream/partitioner.h"

namespace weft::server::demo {
namespace {

constexpr Logger kLog("demo");
constexpr auto kAppendTimeout = std::chrono::seconds(30);
constexpr int kFirstEvents = 20;
/// The prototype's max.interval of each connector; the pause is uniform up to it.
constexpr auto kTradePauseMax = std::chrono::milliseconds(500);
constexpr auto kPageViewPauseMax = std::chrono::milliseconds(500);
constexpr auto kUserPauseMax = std::chrono::milliseconds(2000);

}  // namespace

Feed::Feed(env::EventLoop& loop, env::Random& random, stream::Cluster& cluster, std::map<std::string, FeedTopic, std::less<>> topics)
    : loop_(loop), cluster_(cluster), world_(random), topics_(std::move(topics)) {}

Feed::~Feed() {
  for (const Generator& generator : generators_) loop_.cancel(generator.timer);
}

void Feed::begin(Callback<Result<void>> done) {
  std::vector<Event> events;
  for (int i = 0; i < kFirstEvents; ++i) events.push_back(world_.user());
  for (int i = 0; i < kFirstEvents; ++i) events.push_back(world_.page_view());
  // Until a large one was among them: the topic derived from trades must not begin empty.
  for (int made = 0, derived = 0; made < kFirstEvents || derived == 0; ++made) {
    std::vector<Event> trade = world_.trade();
    derived += static_cast<int>(trade.size()) - 1;
    std::move(trade.begin(), trade.end(), std::back_inserter(events));
  }
  append(events, std::move(done));
}

void Feed::run() {
  every(kTradePauseMax, [this] { return world_.trade(); });
  every(kPageViewPauseMax, [this] { return std::vector{world_.page_view()}; });
  every(kUserPauseMax, [this] { return std::vector{world_.user()}; });
}

void Feed::every(env::Duration longest, Function<std::vector<Event>()> make) {
  generators_.push_back({longest, std::move(make)});
  schedule(generators_.size() - 1);
}

void Feed::schedule(std::size_t generator) {
  generators_[generator].timer = loop_.schedule_after(world_.pause(generators_[generator].longest), [this, generator] {
    append(generators_[generator].make(), [](Result<void> appended) {
      if (!appended.ok()) kLog.warn("an event was not taken", {{"why", appended.error()}});
    });
    schedule(generator);
  });
}

void Feed::append(const std::vector<Event>& events, Function<void(Result<void>)> done) {
  struct Waiting {
    std::size_t open;
    Result<void> result;
    Function<void(Result<void>)> done;
  };
  auto waiting = std::make_shared<Waiting>(Waiting{events.size(), {}, std::move(done)});
  const auto finish = [waiting](Result<void> result) {
    if (!result.ok()) waiting->result = std::move(result);
    if (--waiting->open == 0) waiting->done(std::move(waiting->result));
  };
  for (const Event& event : events) {
    auto batch = batch_of(event);
    if (!batch.ok()) {
      finish(std::move(batch).error());
      continue;
    }
    cluster_.append(std::move(*batch), loop_.clock().monotonic() + kAppendTimeout, [](auto) {},
                    [finish](Result<stream::Appended> appended) {
                      finish(appended.ok() ? Result<void>() : Result<void>(std::move(appended).error()));
                    });
  }
}

Result<stream::AppendBatch> Feed::batch_of(const Event& event) const {
  const auto topic = topics_.find(event.topic);
  CHECK(topic != topics_.end(), "every event's topic is fed");
  Buffer value;
  schema::append_frame(value, topic->second.schema_id);
  TRY(schema::avro::encode_json(*topic->second.schema, event.value_json, value));
  stream::AppendBatch batch{{std::string(event.topic), stream::partition_of(as_bytes(event.key), topic->second.partition_count)},
                            cluster_.make_builder()};
  batch.records->add({.key = event.key, .value = std::string(as_text(value))});
  return batch;
}

}  // namespace weft::server::demo
