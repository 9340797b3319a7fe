#include "stream/observer.h"

#include "kafka/wire.h"

namespace weft::stream {

std::vector<TopicPartition> parse_assignment(const Buffer& assignment) {
  std::vector<TopicPartition> assigned;
  if (assignment.empty()) return assigned;
  kafka::Reader reader(SharedBytes(Buffer(assignment)), false);
  reader.int16("version");
  for (auto topics = reader.count("topics", 6, sizeof(TopicPartition)); topics > 0 && !reader.failed(); --topics) {
    const std::string topic = reader.string("topic");
    for (auto left = reader.count("partitions", 4, sizeof(TopicPartition)); left > 0 && !reader.failed(); --left)
      assigned.push_back({topic, PartitionIndex{reader.int32("partition")}});
  }
  if (reader.failed()) assigned.clear();
  return assigned;
}

}  // namespace weft::stream
