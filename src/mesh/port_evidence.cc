#include "mesh/port_evidence.h"

#include <utility>

#include "mesh/facts.h"
#include "mesh/field_texts.h"
#include "mesh/schemas.h"
#include "stream/cluster.h"

namespace weft::mesh {

namespace {

constexpr env::Duration kTimeout = std::chrono::seconds(5);

/// One gathering under way; kept by the calls that still owe it an answer.
struct Gathering : std::enable_shared_from_this<Gathering> {
  PortEvidence evidence;
  Callback<PortEvidence> done;

  ~Gathering() { done(std::move(evidence)); }

  void ask_topic(stream::Cluster& cluster, std::string topic, stream::Deadline deadline) {
    std::vector<std::string> names{std::move(topic)};
    cluster.describe_topics(std::move(names), deadline, [self = shared_from_this(), &cluster, deadline](auto topics) {
      if (!topics.ok()) {
        self->evidence.topic_unknown = std::move(topics).error().message;
      } else if (!topics->empty()) {
        self->evidence.topic_exists = true;
        self->evidence.topic_internal = is_internal(topics->front());
        self->ask_bounds(cluster, topics->front(), deadline);
      }
    });
  }

  void ask_bounds(stream::Cluster& cluster, const stream::TopicInfo& topic, stream::Deadline deadline) {
    std::vector<stream::TopicPartition> partitions;
    for (const stream::PartitionInfo& each : topic.partitions) partitions.push_back({topic.name, each.partition});
    cluster.bounds(std::move(partitions), deadline, [self = shared_from_this()](auto bounds) {
      if (!bounds.ok()) {
        self->evidence.topic_unknown = std::move(bounds).error().message;
        return;
      }
      for (const stream::PartitionBounds& each : *bounds)
        if (each.high_watermark > each.log_start) self->evidence.has_events = true;
    });
  }

  void ask_schema(Schemas& schemas, std::string subject) {
    schemas.find(std::move(subject), std::nullopt, [self = shared_from_this()](Result<SchemaPointer> found) {
      if (found.ok()) {
        const auto facts = subject_facts(std::move(*found));
        self->evidence.schema = evidence_of(nullptr, facts.get()).schema;
      } else if (found.error().code != ErrorCode::kNotFound) {
        self->evidence.schema_unknown = std::move(found).error().message;
      }
    });
  }
};

}  // namespace

void gather_evidence(env::EventLoop& loop, stream::Cluster& cluster, Schemas& schemas, std::string topic,
                     std::string subject, Callback<PortEvidence> done) {
  auto gathering = std::make_shared<Gathering>();
  gathering->done = std::move(done);
  if (topic.empty()) return;
  gathering->ask_topic(cluster, std::move(topic), loop.clock().monotonic() + kTimeout);
  gathering->ask_schema(schemas, std::move(subject));
}

}  // namespace weft::mesh
