#include "stream/remote/admin_client.h"

#include <algorithm>
#include <set>
#include <utility>

#include "kafka/errors.h"
#include "kafka/messages/create_topics.h"
#include "kafka/messages/delete_topics.h"
#include "kafka/messages/describe_configs.h"
#include "kafka/messages/incremental_alter_configs.h"
#include "kafka/messages/list_offsets.h"
#include "kafka/messages/metadata.h"

namespace weft::stream {
namespace {

/// Between attempts, and between looks at whether a change is visible.
constexpr env::Duration kMoment = std::chrono::milliseconds(25);
/// How often a change of settings is looked for: a broker may show a value in words of its own.
constexpr int kConfigLooksMax = 40;
constexpr std::int32_t kBrokerTimeoutMs = 30'000;
constexpr Timestamp kLatestTimestamp{-1};
constexpr Timestamp kEarliestTimestamp{-2};

std::string in_words(const std::optional<std::string>& message) { return message.value_or(std::string()); }

TopicInfo to_topic_info(const kafka::MetadataResponse::Topic& topic) {
  TopicInfo info{topic.name.value_or(std::string()), topic.topic_id, topic.is_internal, {}};
  for (const auto& partition : topic.partitions)
    info.partitions.push_back({partition.partition_index, partition.leader_id.get(), partition.leader_epoch});
  std::ranges::sort(info.partitions, {}, &PartitionInfo::partition);
  return info;
}

ConfigEntry::Source to_source(kafka::ConfigSource source) {
  switch (source) {
    case kafka::ConfigSource::kTopic:
      return ConfigEntry::Source::kTopic;
    case kafka::ConfigSource::kDynamicBroker:
    case kafka::ConfigSource::kDynamicDefaultBroker:
      return ConfigEntry::Source::kDynamicBroker;
    case kafka::ConfigSource::kStaticBroker:
      return ConfigEntry::Source::kStaticBroker;
    default:
      return ConfigEntry::Source::kDefault;
  }
}

bool shows(const std::map<std::string, ConfigEntry>& configs, const std::vector<ConfigChange>& changes) {
  return std::ranges::all_of(changes, [&](const ConfigChange& change) {
    const auto at = configs.find(change.name);
    if (!change.value) return at == configs.end() || at->second.source != ConfigEntry::Source::kTopic;
    return at != configs.end() && at->second.value == change.value;
  });
}

kafka::CreateTopicsRequest to_request(const TopicSpec& spec) {
  kafka::CreateTopicsRequest::Topic topic;
  topic.name = spec.name;
  topic.num_partitions = spec.partition_count;
  topic.replication_factor = spec.replication_factor;
  for (const auto& [name, value] : spec.configs) topic.configs.push_back({name, value});
  kafka::CreateTopicsRequest request;
  request.topics.push_back(std::move(topic));
  request.timeout_ms = kBrokerTimeoutMs;
  return request;
}

}  // namespace

AdminClient::AdminClient(env::EventLoop& loop, env::Network& network, std::vector<env::Address> bootstrap)
    : loop_(loop), network_(network), bootstrap_(std::move(bootstrap)) {
  CHECK(!bootstrap_.empty(), "an admin client needs a first address");
}

AdminClient::~AdminClient() {
  alive_.reset();
  for (auto& [name, connection] : connections_) connection->close();
}

template <class Work>
void AdminClient::after_a_moment(Work work) {
  loop_.schedule_after(kMoment, [alive = std::weak_ptr(alive_), work = std::move(work)]() mutable {
    if (!alive.expired()) work();
  });
}

template <class T>
void AdminClient::attempt(Call<T> call, std::function<void(Callback<Result<T>>)> once) {
  if (call->completed()) return;
  auto& first = once;
  first([this, alive = std::weak_ptr(alive_), call, once](Result<T> result) {
    const bool is_final = result.ok() || result.error().code != ErrorCode::kUnavailable || alive.expired();
    if (is_final) return call->complete(std::move(result));
    call->note(result.error());
    after_a_moment([this, call, once] { attempt<T>(call, once); });
  });
}

// ---- Whom to ask

BrokerConnection& AdminClient::connection(const env::Address& address) {
  auto& connection = connections_[address.to_string()];
  if (connection == nullptr) connection = std::make_shared<BrokerConnection>(loop_, network_, address);
  return *connection;
}

BrokerConnection& AdminClient::any_broker() { return connection(bootstrap_[next_bootstrap_ % bootstrap_.size()]); }

BrokerConnection& AdminClient::broker(std::int32_t node) {
  const auto known = brokers_.find(node);
  return known == brokers_.end() ? any_broker() : connection(known->second);
}

void AdminClient::metadata(std::optional<std::vector<std::string>> names, Deadline deadline,
                           Callback<Result<kafka::MetadataResponse>> done) {
  kafka::MetadataRequest request;
  request.allow_auto_topic_creation = false;
  if (names) {
    request.topics.emplace();
    for (auto& name : *names) request.topics->push_back({TopicId(), std::move(name)});
  }
  any_broker().call<kafka::MetadataRequest, kafka::MetadataResponse>(
      std::move(request), deadline,
      [this, alive = std::weak_ptr(alive_), done = std::move(done)](Result<kafka::MetadataResponse> response) mutable {
        if (!alive.expired()) {
          if (response.ok())
            learn(*response);
          else
            ++next_bootstrap_;
        }
        done(std::move(response));
      });
}

void AdminClient::learn(const kafka::MetadataResponse& metadata) {
  for (const auto& broker : metadata.brokers) {
    if (broker.port > 0 && broker.port <= 0xffff)
      brokers_[broker.node_id.get()] = {broker.host, static_cast<std::uint16_t>(broker.port)};
  }
  controller_ = metadata.controller_id.get();
  for (const auto& topic : metadata.topics) {
    if (!topic.name) continue;
    for (const auto& partition : topic.partitions)
      leaders_[{*topic.name, partition.partition_index}] = partition.leader_id.get();
  }
}

void AdminClient::cluster_id(Call<std::string> call) {
  attempt<std::string>(call, [this, deadline = call->deadline()](Callback<Result<std::string>> done) {
    metadata(std::vector<std::string>(), deadline, [done = std::move(done)](Result<kafka::MetadataResponse> response) mutable {
      if (!response.ok()) return done(std::move(response).error());
      done(response->cluster_id.value_or(std::string()));
    });
  });
}

void AdminClient::require_transactions(Call<void> call) {
  attempt<void>(call, [this, deadline = call->deadline()](Callback<Result<void>> done) {
    metadata(std::vector<std::string>(), deadline,
             [this, alive = std::weak_ptr(alive_), done = std::move(done)](Result<kafka::MetadataResponse> response) mutable {
               if (!response.ok()) return done(std::move(response).error());
               if (alive.expired()) return done(Error{ErrorCode::kCancelled, "closed"});
               constexpr std::int16_t kEndTxn = 26;
               if (any_broker().offers(kEndTxn)) return done({});
               done(error(ErrorCode::kUnsupported, "broker {} offers no transactions, so nothing can be appended atomically",
                          any_broker().address().to_string()));
             });
  });
}

// ---- Topics

void AdminClient::describe_topics(std::optional<std::vector<std::string>> names, Call<std::vector<TopicInfo>> call) {
  using Topics = std::vector<TopicInfo>;
  if (names && names->empty()) return call->complete(Topics());
  attempt<Topics>(call, [this, names = std::move(names), deadline = call->deadline()](Callback<Result<Topics>> done) {
    metadata(names, deadline, [done = std::move(done)](Result<kafka::MetadataResponse> response) mutable {
      if (!response.ok()) return done(std::move(response).error());
      Topics topics;
      for (const auto& topic : response->topics) {
        const bool is_unknown = topic.error_code == kafka::KafkaError::kUnknownTopicOrPartition ||
                                topic.error_code == kafka::KafkaError::kInvalidTopicException;
        if (is_unknown) continue;
        if (topic.error_code != kafka::KafkaError::kNone)
          return done(kafka::peer_error(topic.error_code, "topic " + topic.name.value_or(std::string())));
        topics.push_back(to_topic_info(topic));
      }
      done(std::move(topics));
    });
  });
}

void AdminClient::create_topic(TopicSpec spec, Call<TopicInfo> call) {
  const auto deadline = call->deadline();
  // Asking for metadata first finds the controller and a connection that works: what then breaks may have been done, so it
  // is not tried again.
  attempt<TopicInfo>(call, [this, spec = std::move(spec), call, deadline](Callback<Result<TopicInfo>> done) {
    metadata(std::vector<std::string>(), deadline, [this, alive = std::weak_ptr(alive_), spec, call, deadline,
                                                    done = std::move(done)](Result<kafka::MetadataResponse> known) mutable {
      if (!known.ok() || alive.expired()) return done(known.ok() ? Error{ErrorCode::kCancelled, "closed"} : known.error());
      broker(controller_).call<kafka::CreateTopicsRequest, kafka::CreateTopicsResponse>(
          to_request(spec), deadline,
          [this, alive, name = spec.name, call, done = std::move(done)](Result<kafka::CreateTopicsResponse> response) mutable {
            if (!response.ok()) return call->complete(std::move(response).error());
            if (response->topics.size() != 1)
              return call->complete(error(ErrorCode::kUnavailable, "create topic {}: the broker answered about {} topics", name,
                                          response->topics.size()));
            const auto& topic = response->topics.front();
            if (topic.error_code != kafka::KafkaError::kNone)
              return done(kafka::peer_error(topic.error_code, "create topic " + name, in_words(topic.error_message)));
            if (!alive.expired()) await_topic(std::move(name), std::move(call));
          });
    });
  });
}

void AdminClient::await_topic(std::string name, Call<TopicInfo> call) {
  metadata(std::vector{name}, call->deadline(),
           [this, alive = std::weak_ptr(alive_), name, call](Result<kafka::MetadataResponse> response) {
             if (alive.expired()) return;
             if (response.ok() && response->topics.size() == 1) {
               const auto& topic = response->topics.front();
               const bool is_led = std::ranges::all_of(topic.partitions, [](const auto& one) { return one.leader_id.get() >= 0; });
               if (topic.error_code == kafka::KafkaError::kNone && !topic.partitions.empty() && is_led)
                 return call->complete(to_topic_info(topic));
             }
             if (!call->completed()) after_a_moment([this, name, call] { await_topic(name, call); });
           });
}

void AdminClient::delete_topic(std::string name, Call<void> call) {
  const auto deadline = call->deadline();
  attempt<void>(call, [this, name, call, deadline](Callback<Result<void>> done) {
    metadata(std::vector{name}, deadline, [this, alive = std::weak_ptr(alive_), name, call, deadline,
                                           done = std::move(done)](Result<kafka::MetadataResponse> known) mutable {
      if (!known.ok() || alive.expired()) return done(known.ok() ? Error{ErrorCode::kCancelled, "closed"} : known.error());
      const auto id = known->topics.empty() ? TopicId() : known->topics.front().topic_id;
      kafka::DeleteTopicsRequest request;
      request.timeout_ms = kBrokerTimeoutMs;
      request.topics.push_back({name, TopicId()});
      broker(controller_).call<kafka::DeleteTopicsRequest, kafka::DeleteTopicsResponse>(
          std::move(request), deadline,
          [this, alive, name, id, call, done = std::move(done)](Result<kafka::DeleteTopicsResponse> response) mutable {
            if (!response.ok()) return call->complete(std::move(response).error());
            if (response->responses.size() != 1)
              return call->complete(error(ErrorCode::kUnavailable, "delete topic {}: the broker answered about {} topics", name,
                                          response->responses.size()));
            const auto& topic = response->responses.front();
            if (topic.error_code != kafka::KafkaError::kNone)
              return done(kafka::peer_error(topic.error_code, "delete topic " + name, in_words(topic.error_message)));
            if (alive.expired()) return;
            std::erase_if(leaders_, [&](const auto& entry) { return entry.first.topic == name; });
            await_no_topic(std::move(name), id, std::move(call));
          });
    });
  });
}

void AdminClient::await_no_topic(std::string name, TopicId id, Call<void> call) {
  metadata(std::vector{name}, call->deadline(),
           [this, alive = std::weak_ptr(alive_), name, id, call](Result<kafka::MetadataResponse> response) {
             if (alive.expired()) return;
             const bool is_gone =
                 response.ok() && std::ranges::none_of(response->topics, [&](const kafka::MetadataResponse::Topic& topic) {
                   return topic.error_code == kafka::KafkaError::kNone && topic.topic_id == id;
                 });
             if (is_gone) return call->complete({});
             if (!call->completed()) after_a_moment([this, name, id, call] { await_no_topic(name, id, call); });
           });
}

// ---- Settings

void AdminClient::describe_configs(std::string topic, Call<std::map<std::string, ConfigEntry>> call) {
  using Configs = std::map<std::string, ConfigEntry>;
  attempt<Configs>(call, [this, topic = std::move(topic), deadline = call->deadline()](Callback<Result<Configs>> done) {
    kafka::DescribeConfigsRequest request;
    request.resources.push_back({kafka::ConfigResourceType::kTopic, topic, std::nullopt});
    any_broker().call<kafka::DescribeConfigsRequest, kafka::DescribeConfigsResponse>(
        std::move(request), deadline, [topic, done = std::move(done)](Result<kafka::DescribeConfigsResponse> response) mutable {
          if (!response.ok()) return done(std::move(response).error());
          Configs configs;
          for (const auto& result : response->results) {
            if (result.error_code != kafka::KafkaError::kNone)
              return done(kafka::peer_error(result.error_code, "settings of topic " + topic, in_words(result.error_message)));
            for (const auto& config : result.configs)
              configs[config.name] = {config.value, to_source(config.config_source), config.read_only, config.is_sensitive};
          }
          done(std::move(configs));
        });
  });
}

void AdminClient::alter_configs(std::string topic, std::vector<ConfigChange> changes, Call<void> call) {
  kafka::IncrementalAlterConfigsRequest request;
  request.resources.push_back({kafka::ConfigResourceType::kTopic, topic, {}});
  for (const auto& change : changes) {
    const auto operation = change.value ? kafka::ConfigOperation::kSet : kafka::ConfigOperation::kDelete;
    request.resources.front().configs.push_back({change.name, operation, change.value});
  }
  // The controller has it before every broker shows it: who reads what he just wrote should see it.
  struct Look {
    std::string topic;
    std::vector<ConfigChange> changes;
    int left = kConfigLooksMax;
  };
  auto look = std::make_shared<Look>(Look{topic, std::move(changes)});
  auto until_visible = std::make_shared<std::function<void(Call<void>)>>();
  *until_visible = [this, look, weak = std::weak_ptr(until_visible)](Call<void> waiting) {
    auto described = PendingCall<std::map<std::string, ConfigEntry>>::start(
        loop_, waiting->deadline(), "settings of topic " + look->topic,
        [this, look, again = weak.lock(), waiting, alive = std::weak_ptr(alive_)](Result<std::map<std::string, ConfigEntry>> configs) {
          if (alive.expired() || !configs.ok() || shows(*configs, look->changes) || --look->left == 0)
            return waiting->complete({});
          after_a_moment([again, waiting] { (*again)(waiting); });
        });
    describe_configs(look->topic, std::move(described));
  };
  attempt<void>(call, [this, topic, request, call, until_visible](Callback<Result<void>> done) {
    any_broker().call<kafka::IncrementalAlterConfigsRequest, kafka::IncrementalAlterConfigsResponse>(
        request, call->deadline(),
        [topic, call, until_visible, done = std::move(done)](Result<kafka::IncrementalAlterConfigsResponse> response) mutable {
          if (!response.ok()) return done(std::move(response).error());
          for (const auto& result : response->responses) {
            if (result.error_code != kafka::KafkaError::kNone)
              return done(kafka::peer_error(result.error_code, "settings of topic " + topic, in_words(result.error_message)));
          }
          (*until_visible)(call);
        });
  });
}

// ---- Offsets

/// One look at the leaders; several queries about one partition go in requests of their own, as the protocol wants.
struct AdminClient::OffsetSearch {
  std::vector<OffsetQuery> queries;
  Deadline deadline;
  Callback<Result<std::vector<FoundOffset>>> done;
  std::vector<FoundOffset> found;
  std::size_t unanswered = 0;
  std::optional<Error> failed;
};

void AdminClient::find_offsets(std::vector<OffsetQuery> queries, Call<std::vector<FoundOffset>> call) {
  using Found = std::vector<FoundOffset>;
  if (queries.empty()) return call->complete(Found());
  const auto deadline = call->deadline();
  attempt<Found>(call, [this, queries = std::move(queries), deadline](Callback<Result<Found>> done) {
    auto one = std::make_shared<OffsetSearch>(OffsetSearch{queries, deadline, std::move(done), {}, 0, {}});
    leaders(queries, deadline, [this, alive = std::weak_ptr(alive_), one](Result<void> known) {
      if (!known.ok() || alive.expired())
        return one->done(known.ok() ? Error{ErrorCode::kCancelled, "closed"} : known.error());
      search(one);
    });
  });
}

void AdminClient::leaders(const std::vector<OffsetQuery>& queries, Deadline deadline, Callback<Result<void>> done) {
  std::set<std::string> unknown;
  for (const auto& query : queries) {
    const auto at = leaders_.find(query.partition);
    if (at == leaders_.end() || at->second < 0) unknown.insert(query.partition.topic);
  }
  if (unknown.empty()) return done({});
  metadata(std::vector<std::string>(unknown.begin(), unknown.end()), deadline,
           [this, alive = std::weak_ptr(alive_), queries, done = std::move(done)](Result<kafka::MetadataResponse> response) mutable {
             if (!response.ok()) return done(std::move(response).error());
             if (alive.expired()) return done(Error{ErrorCode::kCancelled, "closed"});
             for (const auto& topic : response->topics)
               if (topic.error_code != kafka::KafkaError::kNone)
                 return done(kafka::peer_error(topic.error_code, "topic " + topic.name.value_or(std::string())));
             for (const auto& [partition, at, timestamp] : queries) {
               const auto leader = leaders_.find(partition);
               if (leader == leaders_.end())
                 return done(error(ErrorCode::kNotFound, "topic {} has no partition {}", partition.topic, partition.partition));
               if (leader->second < 0)
                 return done(error(ErrorCode::kUnavailable, "{}-{} has no leader", partition.topic, partition.partition));
             }
             done({});
           });
}

void AdminClient::search(std::shared_ptr<OffsetSearch> one) {
  struct Asked {
    kafka::ListOffsetsRequest request;
    std::map<TopicPartition, std::size_t> places;
  };
  one->found.resize(one->queries.size());
  std::map<std::pair<std::int32_t, std::size_t>, Asked> requests;  // By leader and round.
  std::map<TopicPartition, std::size_t> rounds;
  for (std::size_t place = 0; place < one->queries.size(); ++place) {
    const auto& query = one->queries[place];
    auto& asked = requests[{leaders_[query.partition], rounds[query.partition]++}];
    asked.places[query.partition] = place;
    asked.request.isolation_level = kafka::IsolationLevel::kReadCommitted;
    auto& topics = asked.request.topics;
    if (topics.empty() || topics.back().name != query.partition.topic) topics.push_back({query.partition.topic, {}});
    kafka::ListOffsetsRequest::Partition partition;
    partition.partition_index = query.partition.partition;
    partition.timestamp = query.at == OffsetQuery::At::kEarliest ? kEarliestTimestamp
                          : query.at == OffsetQuery::At::kLatest ? kLatestTimestamp
                                                                 : query.timestamp;
    topics.back().partitions.push_back(partition);
  }
  one->unanswered = requests.size();
  for (auto& [key, asked] : requests) {
    broker(key.first).call<kafka::ListOffsetsRequest, kafka::ListOffsetsResponse>(
        std::move(asked.request), one->deadline,
        [this, alive = std::weak_ptr(alive_), one, places = std::move(asked.places)](Result<kafka::ListOffsetsResponse> response) {
          auto give_up = [&](const TopicPartition& partition, Error why) {
            if (!alive.expired()) leaders_.erase(partition);
            if (!one->failed) one->failed = std::move(why);
          };
          if (!response.ok()) {
            for (const auto& [partition, place] : places) give_up(partition, response.error());
          } else {
            std::size_t answered = 0;
            for (const auto& topic : response->topics)
              for (const auto& partition : topic.partitions) {
                const TopicPartition name{topic.name, partition.partition_index};
                const auto at = places.find(name);
                if (at == places.end()) continue;
                ++answered;
                one->found[at->second] = {partition.offset, partition.timestamp};
                if (partition.error_code == kafka::KafkaError::kNone) continue;
                auto why = kafka::peer_error(partition.error_code, fmt::format("offsets of {}-{}", name.topic, name.partition));
                // Whether a topic exists is for the metadata to say; this leader may not have heard yet.
                if (why.code == ErrorCode::kNotFound || why.code == ErrorCode::kFenced) why.code = ErrorCode::kUnavailable;
                give_up(name, std::move(why));
              }
            if (answered < places.size())
              give_up(places.begin()->first, error(ErrorCode::kUnavailable, "the broker left out partitions that were asked for"));
          }
          if (--one->unanswered > 0) return;
          if (one->failed) return one->done(*one->failed);
          if (!alive.expired()) finish(one);
        });
  }
}

/// "The first record at or after" is the end where there is no such record.
void AdminClient::finish(std::shared_ptr<OffsetSearch> one) {
  std::vector<OffsetQuery> ends;
  std::vector<std::size_t> places;
  for (std::size_t place = 0; place < one->found.size(); ++place) {
    if (one->found[place].offset.get() >= 0) continue;
    ends.push_back({one->queries[place].partition, OffsetQuery::At::kLatest, kNoTimestamp});
    places.push_back(place);
  }
  if (ends.empty()) return one->done(std::move(one->found));
  auto call = PendingCall<std::vector<FoundOffset>>::start(
      loop_, one->deadline, "offsets", [one, places](Result<std::vector<FoundOffset>> found) {
        if (!found.ok()) return one->done(std::move(found).error());
        for (std::size_t i = 0; i < places.size(); ++i) one->found[places[i]] = {(*found)[i].offset, kNoTimestamp};
        one->done(std::move(one->found));
      });
  find_offsets(std::move(ends), std::move(call));
}

}  // namespace weft::stream
