#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "contract/subject.h"

namespace weft::contract {

/// A record as a test sees it: copied out of the batch.
struct Seen {
  std::int64_t offset = -1;
  std::int64_t timestamp = -1;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;

  bool operator==(const Seen&) const = default;
};

/// What the claims are written in: each call waits for its completion. Topics are named after the test.
class ClusterContract : public testing::TestWithParam<SubjectKind> {
 protected:
  void SetUp() override;

  Subject& subject() { return *subject_; }
  stream::Cluster& cluster() { return subject_->cluster(); }
  Abilities abilities() const { return subject_->abilities(); }
  stream::Deadline soon(std::chrono::milliseconds from_now = std::chrono::seconds(60)) const {
    return subject_->clock().monotonic() + from_now;
  }

  /// Starts a call with `start(callback)` and waits for what it completes with.
  template <class T, class Start>
  Result<T> await(Start start) {
    auto pending = begin<T>(std::move(start));
    return pending->wait(subject());
  }

  /// A call under way.
  template <class T>
  struct Pending {
    std::optional<Result<T>> result;
    std::atomic<int> completions = 0;
    std::atomic<bool> was_on_loop = false;

    Result<T> wait(Subject& subject) {
      subject.wait_until([this] { return completions > 0; });
      EXPECT_EQ(completions, 1) << "a call completes exactly once";
      EXPECT_TRUE(was_on_loop) << "a call completes on the cluster's executor";
      return *result;
    }
  };
  template <class T, class Start>
  std::shared_ptr<Pending<T>> begin(Start start) {
    auto pending = std::make_shared<Pending<T>>();
    start(completion<T>(pending));
    return pending;
  }
  template <class T>
  Callback<Result<T>> completion(std::shared_ptr<Pending<T>> pending) {
    return [pending, to = subject_](Result<T> result) {
      pending->was_on_loop = to->is_on_loop();
      pending->result = std::move(result);
      ++pending->completions;
      to->notify();
    };
  }

  /// "ATopicName_…", different for every test and call.
  std::string topic_name(const std::string& suffix = "");
  Result<stream::TopicInfo> create(stream::TopicSpec spec);
  /// A topic that the test goes on with.
  stream::TopicPartition make_topic(int partition_count = 1, std::map<std::string, std::string> configs = {});
  Result<std::vector<stream::TopicInfo>> describe(std::vector<std::string> names);
  Result<void> remove(const std::string& topic);
  Result<std::map<std::string, stream::ConfigEntry>> configs(const std::string& topic);
  Result<void> alter(const std::string& topic, std::vector<stream::ConfigChange> changes);

  std::unique_ptr<stream::BatchBuilder> batch_of(const std::vector<stream::NewRecord>& records);
  /// Records with these values and no key.
  std::unique_ptr<stream::BatchBuilder> batch(const std::vector<std::string>& values);
  Result<stream::Appended> append(const stream::TopicPartition& to, std::unique_ptr<stream::BatchBuilder> records);
  std::shared_ptr<Pending<stream::Appended>> begin_append(const stream::TopicPartition& to, std::unique_ptr<stream::BatchBuilder> records);
  Result<std::vector<stream::Appended>> append_atomic(stream::Writer writer, std::vector<stream::AppendBatch> batches,
                                                      std::vector<stream::GroupPositions> positions = {});
  Result<stream::Fetched> fetch(stream::FetchRequest request);
  /// Everything from `from` to the high watermark of now, fetch after fetch as a reader does.
  std::vector<Seen> read(const stream::TopicPartition& partition, Offset from = Offset(0), std::int32_t bytes_max = 1 << 20);
  std::vector<std::string> values(const stream::TopicPartition& partition, Offset from = Offset(0));
  Result<stream::PartitionBounds> bounds(const stream::TopicPartition& partition);
  Result<std::vector<stream::FoundOffset>> find(std::vector<stream::OffsetQuery> queries);
  Result<void> commit(stream::GroupPositions positions);
  Result<std::vector<std::optional<stream::Position>>> positions(const std::string& group, std::vector<stream::TopicPartition> partitions);

  static std::vector<Seen> records_of(const stream::Batch& batch);

 private:
  Subject* subject_ = nullptr;
  int names_ = 0;
};

}  // namespace weft::contract
