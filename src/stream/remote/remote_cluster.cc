#include "stream/remote/remote_cluster.h"

#include <future>
#include <set>
#include <utility>

#include "stream/remote/admin_client.h"
#include "stream/remote/fetcher.h"
#include "stream/remote/group_offsets.h"
#include "stream/remote/producer.h"
#include "stream/remote/record_list.h"
#include "stream/remote/transactions.h"

namespace weft::stream {
namespace {

constexpr env::Duration kRequireWaitMax = std::chrono::minutes(1);
constexpr env::Duration kMoment = std::chrono::milliseconds(5);  // Between looks at whether something is visible.

/// Everything that belongs to the loop; calls from other threads come to it as messages.
class Parts {
 public:
  Parts(env::Env& env, env::EventLoop& loop, std::vector<env::Address> bootstrap, const RdkafkaProperties& properties)
      : loop_(loop),
        admin_(loop, env.network(), std::move(bootstrap)),
        producer_(loop, env.blocking_pool(), properties),
        fetcher_(loop, properties,
                 [this](TopicPartition partition, Deadline deadline, Callback<Result<PartitionBounds>> done) {
                   one_bounds(std::move(partition), deadline, std::move(done));
                 }),
        transactions_(loop, env.blocking_pool(), properties) {}

  AdminClient& admin() { return admin_; }
  Producer& producer() { return producer_; }
  Fetcher& fetcher() { return fetcher_; }
  Transactions& transactions() { return transactions_; }
  /// Made when first needed: it costs librdkafka's threads.
  Result<GroupOffsets*> groups() {
    if (groups_ == nullptr) {
      TRY_ASSIGN(auto handle, fetcher_.any_instance());
      groups_ = std::make_unique<GroupOffsets>(loop_, std::move(handle));
    }
    return groups_.get();
  }

  template <class T>
  std::shared_ptr<PendingCall<T>> start(Deadline deadline, std::string what, Callback<Result<T>> done) {
    return PendingCall<T>::start(loop_, deadline, std::move(what), std::move(done));
  }

  void bounds(std::vector<TopicPartition> partitions, std::shared_ptr<PendingCall<std::vector<PartitionBounds>>> call);
  /// Completes when the cluster has `partition`: librdkafka would make a topic that isn't there. In the order of
  /// the calls, so that appends keep theirs.
  void require(TopicPartition partition, Callback<Result<void>> done);
  void require_all(std::vector<TopicPartition> partitions, Callback<Result<void>> done);
  void append_atomic(const Writer& writer, std::vector<AppendBatch> batches, std::vector<GroupPositions> positions,
                     Transactions::Call call);
  void forget(const std::string& topic) {
    std::erase_if(known_, [&](const TopicPartition& one) { return one.topic == topic; });
    fetcher_.forget(topic);
  }

 private:
  void tell_known(const std::string& topic, Result<void> asked);
  void await_visible(std::vector<TopicPartition> partitions, std::vector<Appended> appended, Transactions::Call call);
  void one_bounds(TopicPartition partition, Deadline deadline, Callback<Result<PartitionBounds>> done) {
    auto call = start<std::vector<PartitionBounds>>(deadline, "bounds", [done = std::move(done)](Result<std::vector<PartitionBounds>> found) mutable {
      if (!found.ok()) return done(std::move(found).error());
      done(found->front());
    });
    bounds({std::move(partition)}, std::move(call));
  }

  env::EventLoop& loop_;
  AdminClient admin_;
  Producer producer_;
  Fetcher fetcher_;
  Transactions transactions_;
  std::unique_ptr<GroupOffsets> groups_;
  bool has_transactions_ = false;  ///< The cluster was asked and offers them.
  std::set<TopicPartition> known_;
  /// Who waits to hear about a topic's partitions; the first asked.
  std::map<std::string, std::vector<Function<void(const Result<void>&)>>> asking_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

void Parts::bounds(std::vector<TopicPartition> partitions, std::shared_ptr<PendingCall<std::vector<PartitionBounds>>> call) {
  std::vector<OffsetQuery> queries;
  for (const auto at : {OffsetQuery::At::kEarliest, OffsetQuery::At::kLatest})
    for (const auto& partition : partitions) queries.push_back({partition, at, kNoTimestamp});
  auto search = start<std::vector<FoundOffset>>(
      call->deadline(), "bounds", [count = partitions.size(), call](Result<std::vector<FoundOffset>> found) {
        if (!found.ok()) return call->complete(std::move(found).error());
        std::vector<PartitionBounds> bounds;
        for (std::size_t i = 0; i < count; ++i) bounds.push_back({(*found)[i].offset, (*found)[count + i].offset});
        call->complete(std::move(bounds));
      });
  admin_.find_offsets(std::move(queries), std::move(search));
}

void Parts::require(TopicPartition partition, Callback<Result<void>> done) {
  if (known_.contains(partition)) return done({});
  const auto topic = partition.topic;
  auto& waiting = asking_[topic];
  waiting.push_back([this, partition = std::move(partition), done = std::move(done)](const Result<void>& asked) mutable {
    if (asked.ok() && !known_.contains(partition))
      return done(error(ErrorCode::kNotFound, "append: there is no partition {} of a topic {}", partition.partition, partition.topic));
    done(asked);
  });
  if (waiting.size() > 1) return;
  // Its own deadline, as others may join; each append has one too.
  auto call = start<std::vector<TopicInfo>>(
      loop_.clock().monotonic() + kRequireWaitMax, "append to " + topic,
      [this, alive = std::weak_ptr(alive_), topic](Result<std::vector<TopicInfo>> topics) {
        if (alive.expired()) return;
        if (!topics.ok()) return tell_known(topic, topics.error());
        if (topics->empty()) return tell_known(topic, {});
        producer_.learn(topic, [this, alive, topic, topics = std::move(*topics)](Result<void> learned) {
          if (alive.expired()) return;
          for (const auto& info : topics)
            for (const auto& one : info.partitions) known_.insert({info.name, one.partition});
          tell_known(topic, std::move(learned));
        });
      });
  admin_.describe_topics(std::vector{topic}, std::move(call));
}

void Parts::tell_known(const std::string& topic, Result<void> asked) {
  auto waited = asking_.extract(topic);
  for (auto& tell : waited.mapped()) tell(asked);
}

void Parts::require_all(std::vector<TopicPartition> partitions, Callback<Result<void>> done) {
  if (partitions.empty()) return done({});
  auto next = std::move(partitions.back());
  partitions.pop_back();
  require(std::move(next), [this, partitions = std::move(partitions), done = std::move(done)](Result<void> known) mutable {
    if (!known.ok()) return done(std::move(known));
    require_all(std::move(partitions), std::move(done));
  });
}

/// A transaction is committed before its markers are in the partitions; completes when readers of all of them get past it.
void Parts::append_atomic(const Writer& writer, std::vector<AppendBatch> batches, std::vector<GroupPositions> positions,
                          Transactions::Call call) {
  std::vector<TopicPartition> partitions;
  for (const auto& batch : batches) partitions.push_back(batch.partition);
  auto transaction = start<std::vector<Appended>>(
      call->deadline(), "atomic append by " + writer.name,
      [this, alive = std::weak_ptr(alive_), partitions = std::move(partitions), call](Result<std::vector<Appended>> appended) mutable {
        if (!appended.ok() || alive.expired()) return call->complete(std::move(appended));
        await_visible(std::move(partitions), std::move(*appended), std::move(call));
      });
  // librdkafka would try until the deadline where there are none.
  auto offered = start<void>(call->deadline(), "atomic append by " + writer.name,
                             [this, alive = std::weak_ptr(alive_), writer, batches = std::move(batches), positions = std::move(positions),
                              transaction = std::move(transaction)](Result<void> offers) mutable {
                               if (!offers.ok()) return transaction->complete(std::move(offers).error());
                               if (alive.expired()) return;
                               has_transactions_ = true;
                               transactions_.append(writer, std::move(batches), std::move(positions), std::move(transaction));
                             });
  if (has_transactions_) return offered->complete({});
  admin_.require_transactions(std::move(offered));
}

void Parts::await_visible(std::vector<TopicPartition> partitions, std::vector<Appended> appended, Transactions::Call call) {
  auto look = start<std::vector<PartitionBounds>>(
      call->deadline(), "visibility",
      [this, alive = std::weak_ptr(alive_), partitions, appended = std::move(appended), call](Result<std::vector<PartitionBounds>> found) mutable {
        bool is_visible = found.ok();
        for (std::size_t i = 0; is_visible && i < partitions.size(); ++i)
          is_visible = (*found)[i].high_watermark > appended[i].last_offset;
        if (is_visible) return call->complete(std::move(appended));
        if (alive.expired() || call->completed()) return;
        loop_.schedule_after(kMoment, [this, alive, partitions, appended = std::move(appended), call]() mutable {
          if (!alive.expired()) await_visible(std::move(partitions), std::move(appended), std::move(call));
        });
      });
  bounds(std::move(partitions), std::move(look));
}

class RemoteCluster final : public Cluster {
 public:
  RemoteCluster(env::EventLoop& loop, ClusterIdentity identity, std::shared_ptr<Parts> parts)
      : loop_(loop), identity_(std::move(identity)), parts_(std::move(parts)) {}
  ~RemoteCluster() override {
    if (loop_.is_current()) {
      parts_.reset();
      return;
    }
    std::promise<void> closed;
    loop_.post([this, &closed] {
      parts_.reset();
      closed.set_value();
    });
    closed.get_future().wait();
  }

  const ClusterIdentity& identity() const override { return identity_; }

  void describe_topics(std::optional<std::vector<std::string>> names, Deadline deadline,
                       Callback<Result<std::vector<TopicInfo>>> done) override {
    run<std::vector<TopicInfo>>("describe topics", deadline, std::move(done),
                                [names = std::move(names)](Parts& parts, auto call) mutable {
                                  parts.admin().describe_topics(std::move(names), std::move(call));
                                });
  }
  void create_topic(TopicSpec spec, Deadline deadline, Callback<Result<TopicInfo>> done) override {
    run<TopicInfo>("create topic " + spec.name, deadline, std::move(done),
                   [spec](Parts& parts, auto call) { parts.admin().create_topic(spec, std::move(call)); });
  }
  void delete_topic(std::string name, Deadline deadline, Callback<Result<void>> done) override {
    run<void>("delete topic " + name, deadline, std::move(done), [name](Parts& parts, auto call) {
      parts.forget(name);
      parts.admin().delete_topic(name, std::move(call));
    });
  }
  void describe_configs(std::string topic, Deadline deadline, Callback<Result<std::map<std::string, ConfigEntry>>> done) override {
    run<std::map<std::string, ConfigEntry>>(
        "settings of topic " + topic, deadline, std::move(done),
        [topic](Parts& parts, auto call) { parts.admin().describe_configs(topic, std::move(call)); });
  }
  void alter_configs(std::string topic, std::vector<ConfigChange> changes, Deadline deadline, Callback<Result<void>> done) override {
    run<void>("change settings of topic " + topic, deadline, std::move(done),
              [topic, changes = std::move(changes)](Parts& parts, auto call) mutable {
                parts.admin().alter_configs(topic, std::move(changes), std::move(call));
              });
  }

  std::unique_ptr<BatchBuilder> make_builder() const override { return std::make_unique<RecordList>(); }

  void append(AppendBatch batch, Deadline deadline, Callback<Result<Appended>> placed, Callback<Result<Appended>> durable) override {
    auto done = [placed = std::move(placed), durable = std::move(durable)](Result<Appended> result) mutable {
      placed(result);
      durable(std::move(result));
    };
    const auto what = fmt::format("append to {}-{}", batch.partition.topic, batch.partition.partition);
    run<Appended>(what, deadline, std::move(done), [batch = std::move(batch)](Parts& parts, auto call) mutable {
      auto records = take_records(std::move(batch.records));
      if (!records.ok()) return call->complete(std::move(records).error());
      parts.require(batch.partition,
                    [&parts, partition = batch.partition, records = std::move(*records), call](Result<void> known) mutable {
                      if (!known.ok()) return call->complete(std::move(known).error());
                      parts.producer().append(partition, std::move(records), std::move(call));
                    });
    });
  }

  void append_atomic(Writer writer, std::vector<AppendBatch> batches, std::vector<GroupPositions> positions, Deadline deadline,
                     Callback<Result<std::vector<Appended>>> done) override {
    const auto what = "atomic append by " + writer.name;
    run<std::vector<Appended>>(
        what, deadline, std::move(done),
        [writer = std::move(writer), batches = std::move(batches), positions = std::move(positions)](Parts& parts, auto call) mutable {
          append_atomic_in(parts, std::move(writer), std::move(batches), std::move(positions), std::move(call));
        });
  }

  void fetch(FetchRequest request, Deadline deadline, Callback<Result<Fetched>> done) override {
    const auto what = fmt::format("fetch of {}-{} at offset {}", request.partition.topic, request.partition.partition, request.offset);
    run<Fetched>(what, deadline, std::move(done),
                 [request](Parts& parts, auto call) { parts.fetcher().fetch(request, std::move(call)); });
  }
  void find_offsets(std::vector<OffsetQuery> queries, Deadline deadline, Callback<Result<std::vector<FoundOffset>>> done) override {
    run<std::vector<FoundOffset>>("find offsets", deadline, std::move(done),
                                  [queries = std::move(queries)](Parts& parts, auto call) mutable {
                                    parts.admin().find_offsets(std::move(queries), std::move(call));
                                  });
  }
  void bounds(std::vector<TopicPartition> partitions, Deadline deadline, Callback<Result<std::vector<PartitionBounds>>> done) override {
    run<std::vector<PartitionBounds>>("bounds", deadline, std::move(done),
                                      [partitions = std::move(partitions)](Parts& parts, auto call) mutable {
                                        parts.bounds(std::move(partitions), std::move(call));
                                      });
  }

  void commit_positions(GroupPositions positions, Deadline deadline, Callback<Result<void>> done) override {
    run<void>("commit positions of group " + positions.group, deadline, std::move(done), [positions](Parts& parts, auto call) {
      auto groups = parts.groups();
      if (!groups.ok()) return call->complete(std::move(groups).error());
      (*groups)->commit(positions, std::move(call));
    });
  }
  void positions(std::string group, std::vector<TopicPartition> partitions, Deadline deadline,
                 Callback<Result<GroupOffsets::Positions>> done) override {
    run<GroupOffsets::Positions>("positions of group " + group, deadline, std::move(done),
                                 [group, partitions = std::move(partitions)](Parts& parts, auto call) mutable {
                                   auto groups = parts.groups();
                                   if (!groups.ok()) return call->complete(std::move(groups).error());
                                   (*groups)->read(group, std::move(partitions), std::move(call));
                                 });
  }

  void storage_facts(std::string topic, Deadline deadline, Callback<Result<StorageFacts>> done) override {
    run<StorageFacts>("storage of topic " + topic, deadline, std::move(done), [topic](Parts&, auto call) {
      call->complete(error(ErrorCode::kUnsupported, "what storage holds of topic {}: cluster connections do not tell", topic));
    });
  }

 private:
  /// Runs `work(parts, call)` on the loop; when the cluster was closed meanwhile, the call ends with kCancelled by itself.
  template <class T, class Work>
  void run(std::string what, Deadline deadline, Callback<Result<T>> done, Work work) {
    loop_.post([&loop = loop_, weak = std::weak_ptr(parts_), what = std::move(what), deadline, done = std::move(done),
                work = std::move(work)]() mutable {
      auto call = PendingCall<T>::start(loop, deadline, std::move(what), std::move(done));
      if (auto parts = weak.lock()) work(*parts, std::move(call));
    });
  }

  static void append_atomic_in(Parts& parts, Writer writer, std::vector<AppendBatch> batches, std::vector<GroupPositions> positions,
                               Transactions::Call call) {
    std::vector<TopicPartition> partitions;
    for (auto& batch : batches) {
      partitions.push_back(batch.partition);
      auto records = take_records(std::move(batch.records));
      if (!records.ok()) return call->complete(std::move(records).error());
      batch.records = std::move(*records);
    }
    if (batches.empty() && positions.empty())
      return call->complete(error(ErrorCode::kInvalidArgument, "atomic append by {}: there is nothing to append", writer.name));
    parts.require_all(std::move(partitions),
                  [&parts, writer = std::move(writer), batches = std::move(batches), positions = std::move(positions),
                   call = std::move(call)](Result<void> known) mutable {
                    if (!known.ok()) return call->complete(std::move(known).error());
                    parts.append_atomic(writer, std::move(batches), std::move(positions), std::move(call));
                  });
  }

  static Result<std::unique_ptr<RecordList>> take_records(std::unique_ptr<BatchBuilder> builder) {
    auto* records = dynamic_cast<RecordList*>(builder.get());
    CHECK(records != nullptr, "a batch was built with another cluster's builder");
    if (records->record_count() == 0) return error(ErrorCode::kInvalidArgument, "append: the batch holds no records");
    builder.release();
    return std::unique_ptr<RecordList>(records);
  }

  env::EventLoop& loop_;
  ClusterIdentity identity_;
  std::shared_ptr<Parts> parts_;
};

Result<std::vector<env::Address>> parse_bootstrap(std::string_view text) {
  std::vector<env::Address> addresses;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    TRY_ASSIGN(auto address, env::Address::parse(text.substr(0, comma)));
    addresses.push_back(std::move(address));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  if (addresses.empty()) return error(ErrorCode::kInvalidArgument, "bootstrap: no address; say host:port,host:port");
  return addresses;
}

Result<std::shared_ptr<Parts>> make_parts(env::Env& env, env::EventLoop& loop, RemoteClusterOptions& options) {
  TRY_ASSIGN(auto bootstrap, parse_bootstrap(options.bootstrap));
  const auto security = options.properties.find("security.protocol");
  if (security != options.properties.end() && security->second != "plaintext")
    return error(ErrorCode::kUnsupported, "security.protocol {}: cluster connections are plaintext only", security->second);
  options.properties["bootstrap.servers"] = options.bootstrap;
  options.properties.try_emplace("client.id", "weft");
  // A property that librdkafka refuses is to fail here, not at the first append.
  TRY(make_rdkafka(RdkafkaKind::kProducer, options.properties));
  return std::make_shared<Parts>(env, loop, std::move(bootstrap), options.properties);
}

}  // namespace

void connect_remote(env::Env& env, env::EventLoop& loop, RemoteClusterOptions options, Deadline deadline,
                    Callback<Result<std::unique_ptr<Cluster>>> done) {
  loop.post([&env, &loop, options = std::move(options), deadline, done = std::move(done)]() mutable {
    auto made = make_parts(env, loop, options);
    if (!made.ok()) return done(std::move(made).error());
    auto parts = std::move(*made);
    auto& admin = parts->admin();
    auto call = PendingCall<std::string>::start(
        loop, deadline, "connecting to " + options.bootstrap,
        [&loop, parts = std::move(parts), identity = options.identity, done = std::move(done)](Result<std::string> id) mutable {
          if (!id.ok()) {
            // Not from inside the client's own completion.
            loop.post([parts = std::move(parts)] {});
            return done(std::move(id).error());
          }
          identity.cluster_id = std::move(*id);
          std::unique_ptr<Cluster> cluster = std::make_unique<RemoteCluster>(loop, std::move(identity), std::move(parts));
          done(std::move(cluster));
        });
    admin.cluster_id(std::move(call));
  });
}

}  // namespace weft::stream
