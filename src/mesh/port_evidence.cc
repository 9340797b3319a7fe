#include "mesh/port_evidence.h"

#include <algorithm>
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
  std::vector<PortEvidence> evidence;
  Callback<std::vector<PortEvidence>> done;

  ~Gathering() { done(std::move(evidence)); }

  void ask_topic(std::size_t port, stream::Cluster& cluster, std::string topic, stream::Deadline deadline) {
    std::vector<std::string> names{std::move(topic)};
    cluster.describe_topics(std::move(names), deadline,
                            [self = shared_from_this(), port, &cluster, deadline](auto topics) {
                              PortEvidence& of_port = self->evidence[port];
                              if (!topics.ok()) {
                                of_port.topic_unknown = std::move(topics).error().message;
                              } else if (!topics->empty()) {
                                of_port.topic_exists = true;
                                of_port.topic_internal = is_internal(topics->front());
                                self->ask_bounds(port, cluster, topics->front(), deadline);
                              }
                            });
  }

  void ask_bounds(std::size_t port, stream::Cluster& cluster, const stream::TopicInfo& topic,
                  stream::Deadline deadline) {
    std::vector<stream::TopicPartition> partitions;
    for (const stream::PartitionInfo& each : topic.partitions) partitions.push_back({topic.name, each.partition});
    cluster.bounds(std::move(partitions), deadline, [self = shared_from_this(), port](auto bounds) {
      PortEvidence& of_port = self->evidence[port];
      if (!bounds.ok()) {
        of_port.topic_unknown = std::move(bounds).error().message;
        return;
      }
      for (const stream::PartitionBounds& each : *bounds)
        if (each.high_watermark > each.log_start) of_port.has_events = true;
    });
  }

  void ask_history(std::size_t port, stream::Cluster& cluster, std::string topic, stream::Deadline deadline) {
    cluster.describe_configs(std::move(topic), deadline, [self = shared_from_this(), port](auto configs) {
      PortEvidence& of_port = self->evidence[port];
      if (configs.ok()) {
        of_port.history = history_of(*configs);
      } else {
        of_port.history_unknown = std::move(configs).error().message;
      }
    });
  }

  void ask_schema(std::size_t port, Schemas& schemas, std::string subject) {
    schemas.find(std::move(subject), std::nullopt, [self = shared_from_this(), port](Result<SchemaPointer> found) {
      PortEvidence& of_port = self->evidence[port];
      if (found.ok()) {
        const auto facts = subject_facts(std::move(*found));
        of_port.schema = evidence_of(nullptr, facts.get()).schema;
      } else if (found.error().code != ErrorCode::kNotFound) {
        of_port.schema_unknown = std::move(found).error().message;
      }
    });
  }
};

}  // namespace

void gather_evidence(env::EventLoop& loop, stream::Cluster& cluster, Schemas& schemas,
                     const std::vector<PortDraft>& ports, Callback<std::vector<PortEvidence>> done) {
  auto gathering = std::make_shared<Gathering>();
  gathering->done = std::move(done);
  gathering->evidence.resize(ports.size());
  const auto deadline = loop.clock().monotonic() + kTimeout;
  // More are refused whatever they are.
  for (std::size_t i = 0; i < std::min(ports.size(), kPortsMax); ++i) {
    const PortDraft& port = ports[i];
    if (!port.is_stream() || !port.topic || port.topic->empty()) continue;
    gathering->ask_topic(i, cluster, *port.topic, deadline);
    gathering->ask_history(i, cluster, *port.topic, deadline);
    gathering->ask_schema(i, schemas, port.subject_or_default());
  }
}

}  // namespace weft::mesh
