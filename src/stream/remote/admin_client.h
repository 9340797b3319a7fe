#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "env/network.h"
#include "stream/cluster.h"
#include "stream/remote/broker_connection.h"
#include "stream/remote/pending_call.h"

namespace weft::kafka {
struct MetadataResponse;
}

namespace weft::stream {

/// Everything librdkafka has no call for, over our own connections and codec: topics with their ids, settings changed one
/// by one, offsets found. Follows leaders and the controller; tries again what a cluster in motion refuses, until the
/// deadline. On the loop only.
class AdminClient {
 public:
  AdminClient(env::EventLoop& loop, env::Network& network, std::vector<env::Address> bootstrap);
  ~AdminClient();
  AdminClient(const AdminClient&) = delete;
  AdminClient& operator=(const AdminClient&) = delete;

  template <class T>
  using Call = std::shared_ptr<PendingCall<T>>;

  void cluster_id(Call<std::string> call);
  /// kUnsupported unless the cluster offers transactions (KIP-98).
  void require_transactions(Call<void> call);
  /// Unknown names are left out.
  void describe_topics(std::optional<std::vector<std::string>> names, Call<std::vector<TopicInfo>> call);
  /// Completes when every partition has a leader.
  void create_topic(TopicSpec spec, Call<TopicInfo> call);
  /// Completes when the broker asked next does not know it any more.
  void delete_topic(std::string name, Call<void> call);
  void describe_configs(std::string topic, Call<std::map<std::string, ConfigEntry>> call);
  void alter_configs(std::string topic, std::vector<ConfigChange> changes, Call<void> call);
  /// In the order of `queries`. What a reader of committed records sees: kLatest is the last stable offset.
  void find_offsets(std::vector<OffsetQuery> queries, Call<std::vector<FoundOffset>> call);

 private:
  struct OffsetSearch;

  /// Runs `attempt` again after a moment while it fails with kUnavailable and `call` is open.
  template <class T>
  void attempt(Call<T> call, std::function<void(Callback<Result<T>>)> once);
  void metadata(std::optional<std::vector<std::string>> names, Deadline deadline,
                Callback<Result<kafka::MetadataResponse>> done);
  void learn(const kafka::MetadataResponse& metadata);
  void leaders(const std::vector<OffsetQuery>& queries, Deadline deadline, Callback<Result<void>> done);
  void search(std::shared_ptr<OffsetSearch> search);
  void finish(std::shared_ptr<OffsetSearch> search);
  void await_topic(std::string name, Call<TopicInfo> call);
  void await_no_topic(std::string name, TopicId id, Call<void> call);
  template <class Work>
  void after_a_moment(Work work);
  /// Any broker, another one after each failure.
  BrokerConnection& any_broker();
  BrokerConnection& broker(std::int32_t node);
  BrokerConnection& connection(const env::Address& address);

  env::EventLoop& loop_;
  env::Network& network_;
  std::vector<env::Address> bootstrap_;
  std::size_t next_bootstrap_ = 0;
  std::map<std::string, std::shared_ptr<BrokerConnection>> connections_;  ///< By "host:port".
  std::map<std::int32_t, env::Address> brokers_;
  std::int32_t controller_ = -1;
  std::map<TopicPartition, std::int32_t> leaders_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace weft::stream
