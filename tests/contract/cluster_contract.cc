#include "contract/cluster_contract.h"

#include <map>

namespace weft::contract {
namespace {

/// Starting one takes seconds, so all tests of a kind share it; they are ended with the program.
class Subjects : public testing::Environment {
 public:
  Subject& get(const SubjectKind& kind) {
    auto& subject = started_[kind.name];
    if (subject == nullptr) subject = kind.start();
    return *subject;
  }
  void TearDown() override { started_.clear(); }

 private:
  std::map<std::string, std::unique_ptr<Subject>> started_;
};

Subjects& subjects() {
  static auto* all = static_cast<Subjects*>(testing::AddGlobalTestEnvironment(new Subjects));
  return *all;
}
// Before main: later is too late for an environment's TearDown.
[[maybe_unused]] const auto& kRegistered = subjects();

std::optional<std::string> copy(const std::optional<ByteView>& bytes) {
  if (!bytes) return std::nullopt;
  return std::string(as_text(*bytes));
}

}  // namespace

void ClusterContract::SetUp() { subject_ = &subjects().get(GetParam()); }

std::string ClusterContract::topic_name(const std::string& suffix) {
  std::string test = testing::UnitTest::GetInstance()->current_test_info()->name();
  return test.substr(0, test.find('/')) + "_" + std::to_string(++names_) + suffix;
}

Result<stream::TopicInfo> ClusterContract::create(stream::TopicSpec spec) {
  return await<stream::TopicInfo>([&](auto done) { cluster().create_topic(spec, soon(), std::move(done)); });
}

stream::TopicPartition ClusterContract::make_topic(int partition_count, std::map<std::string, std::string> configs) {
  const auto name = topic_name();
  auto made = create({name, partition_count, 1, std::move(configs)});
  EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
  return {name, PartitionIndex(0)};
}

Result<std::vector<stream::TopicInfo>> ClusterContract::describe(std::vector<std::string> names) {
  return await<std::vector<stream::TopicInfo>>([&](auto done) { cluster().describe_topics(names, soon(), std::move(done)); });
}

Result<void> ClusterContract::remove(const std::string& topic) {
  return await<void>([&](auto done) { cluster().delete_topic(topic, soon(), std::move(done)); });
}

Result<std::map<std::string, stream::ConfigEntry>> ClusterContract::configs(const std::string& topic) {
  return await<std::map<std::string, stream::ConfigEntry>>([&](auto done) { cluster().describe_configs(topic, soon(), std::move(done)); });
}

Result<void> ClusterContract::alter(const std::string& topic, std::vector<stream::ConfigChange> changes) {
  return await<void>([&](auto done) { cluster().alter_configs(topic, changes, soon(), std::move(done)); });
}

std::unique_ptr<stream::BatchBuilder> ClusterContract::batch_of(const std::vector<stream::NewRecord>& records) {
  auto builder = cluster().make_builder();
  for (const auto& record : records) builder->add(record);
  return builder;
}

std::unique_ptr<stream::BatchBuilder> ClusterContract::batch(const std::vector<std::string>& texts) {
  auto builder = cluster().make_builder();
  for (const auto& text : texts) builder->add({.key = std::nullopt, .value = text, .headers = {}});
  return builder;
}

std::shared_ptr<ClusterContract::Pending<stream::Appended>> ClusterContract::begin_append(const stream::TopicPartition& to,
                                                                                          std::unique_ptr<stream::BatchBuilder> records) {
  return begin<stream::Appended>([&](auto done) {
    cluster().append({to, std::move(records)}, soon(), [](Result<stream::Appended>) {}, std::move(done));
  });
}

Result<stream::Appended> ClusterContract::append(const stream::TopicPartition& to, std::unique_ptr<stream::BatchBuilder> records) {
  return begin_append(to, std::move(records))->wait(subject());
}

Result<std::vector<stream::Appended>> ClusterContract::append_atomic(stream::Writer writer, std::vector<stream::AppendBatch> batches,
                                                                     std::vector<stream::GroupPositions> positions) {
  return await<std::vector<stream::Appended>>([&](auto done) {
    cluster().append_atomic(writer, std::move(batches), std::move(positions), soon(), std::move(done));
  });
}

Result<stream::Fetched> ClusterContract::fetch(stream::FetchRequest request) {
  return await<stream::Fetched>([&](auto done) { cluster().fetch(request, soon(), std::move(done)); });
}

std::vector<Seen> ClusterContract::records_of(const stream::Batch& batch) {
  std::vector<Seen> seen;
  auto visited = batch.visit({.key = true, .value = true, .headers = true}, [&](const stream::RecordView& record) {
    Seen one{record.offset.get(), record.timestamp.get(), copy(record.key), copy(record.value), {}};
    for (const auto& header : record.headers) one.headers.emplace_back(header.key, copy(header.value));
    seen.push_back(std::move(one));
    return true;
  });
  EXPECT_TRUE(visited.ok()) << (visited.ok() ? "" : visited.error().message);
  return seen;
}

std::vector<Seen> ClusterContract::read(const stream::TopicPartition& partition, Offset from, std::int32_t bytes_max) {
  std::vector<Seen> seen;
  const auto end = bounds(partition);
  if (!end.ok()) {
    ADD_FAILURE() << end.error().message;
    return seen;
  }
  for (auto next = from; next < end->high_watermark;) {
    auto fetched = fetch({partition, next, bytes_max, std::chrono::milliseconds(0)});
    if (!fetched.ok() || fetched->next_offset <= next) {
      ADD_FAILURE() << "nothing at offset " << next.get() << " below the high watermark " << end->high_watermark.get() << ": "
                    << (fetched.ok() ? "empty" : fetched.error().message);
      return seen;
    }
    for (const auto& batch : fetched->batches) {
      EXPECT_LT(batch->last_offset(), fetched->next_offset);
      for (auto& record : records_of(*batch))
        if (record.offset >= next.get()) seen.push_back(std::move(record));
    }
    next = fetched->next_offset;
  }
  return seen;
}

std::vector<std::string> ClusterContract::values(const stream::TopicPartition& partition, Offset from) {
  std::vector<std::string> texts;
  for (auto& record : read(partition, from)) texts.push_back(record.value.value_or("(null)"));
  return texts;
}

Result<stream::PartitionBounds> ClusterContract::bounds(const stream::TopicPartition& partition) {
  auto found = await<std::vector<stream::PartitionBounds>>([&](auto done) { cluster().bounds({partition}, soon(), std::move(done)); });
  if (!found.ok()) return found.error();
  return found->at(0);
}

Result<std::vector<stream::FoundOffset>> ClusterContract::find(std::vector<stream::OffsetQuery> queries) {
  return await<std::vector<stream::FoundOffset>>([&](auto done) { cluster().find_offsets(queries, soon(), std::move(done)); });
}

Result<void> ClusterContract::commit(stream::GroupPositions of) {
  return await<void>([&](auto done) { cluster().commit_positions(of, soon(), std::move(done)); });
}

Result<std::vector<std::optional<stream::Position>>> ClusterContract::positions(const std::string& group,
                                                                                std::vector<stream::TopicPartition> partitions) {
  return await<std::vector<std::optional<stream::Position>>>(
      [&](auto done) { cluster().positions(group, partitions, soon(), std::move(done)); });
}

}  // namespace weft::contract
