#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "env/clock.h"
#include "mesh/history.h"
#include "mesh/product_rules.h"
#include "mesh/schemas.h"
#include "stream/cluster.h"

namespace weft::mesh {

class JsonWriter;

/// From cleanup.policy, retention.ms and retention.bytes.
History history_of(const std::map<std::string, stream::ConfigEntry>& configs);

struct Rate {
  double records_per_second = 0;  ///< Over the newest 10 seconds measured.
  std::int64_t window_seconds = 0;
  std::vector<double> points;  ///< Records per second, kPointSeconds each, oldest first; the newest may be shorter.
};

/// A rate from totals that somebody reads now and then.
class RateWindow {
 public:
  static constexpr std::int64_t kPointSeconds = 30;
  static constexpr std::size_t kPointsMax = 30;

  void add(env::MonotonicTime now, std::int64_t total);
  /// Nothing before the second total.
  std::optional<Rate> rate() const;

 private:
  struct Sample {
    env::MonotonicTime time;
    std::int64_t total;
  };
  static double per_second(const Sample& from, const Sample& to);

  std::deque<Sample> recent_;    ///< The newest 10 s and one before.
  std::optional<Sample> point_;  ///< Where the point in progress began.
  std::deque<double> points_;    ///< Finished ones.
};

struct RecordPlace {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = 0;
};

struct Freshness {
  enum class State { kFresh, kLate, kSilent };
  State state = State::kFresh;
  std::int64_t age_ms = 0;
};
/// Late: longer without a record than 10 s and five usual pauses; silent: nothing for 15 minutes.
Freshness freshness_of(std::int64_t age_ms, const std::optional<Rate>& rate);

struct UnknownFact {
  std::string fact;  ///< "topic", "schema", "history", "rate", "size", "first_record", "last_record"
  std::string why;
};

/// No topic for people: marked so by its cluster, or named with an underscore in front as `_schemas` and our own are.
bool is_internal(const stream::TopicInfo& topic);

/// What was measured about one topic. Immutable; a new measurement is a new object.
struct TopicFacts {
  std::optional<std::int64_t> measured_at_ms;  ///< None: the topic is known to exist, and nothing was measured yet.
  bool internal = false;
  std::int32_t partitions = 0;
  std::optional<History> history;
  std::optional<Rate> rate;
  std::optional<stream::StorageFacts> size;
  std::optional<std::int64_t> offsets_held;
  std::optional<RecordPlace> first_record;
  std::optional<RecordPlace> last_record;
  std::optional<Freshness> freshness;
  std::vector<UnknownFact> unknown;
};
using TopicFactsPointer = std::shared_ptr<const TopicFacts>;

/// One field of a schema as search and counts need it.
struct FieldText {
  std::string path;  ///< "lines[].quantity"
  std::string type;
  std::string doc;  ///< Empty when there is none.
};

/// What the registry says about a subject's newest version. Immutable.
struct SubjectFacts {
  SchemaPointer schema;                ///< None: no such subject, or `unknown`.
  std::vector<FieldText> fields;       ///< The whole tree, parents before children.
  std::optional<std::string> unknown;  ///< Why the registry could not be asked.

  std::size_t fields_without_doc() const;
};
using SubjectFactsPointer = std::shared_ptr<const SubjectFacts>;

/// Facts as they were measured last. A topic that is known to exist has facts, measured or not; null is an unknown one.
/// A subject is null until the registry was asked. On the loop of mesh.
class Facts {
 public:
  virtual ~Facts() = default;
  virtual TopicFactsPointer topic(std::string_view name) const = 0;
  virtual SubjectFactsPointer subject(std::string_view name) const = 0;
};

/// The rules' evidence from facts, without asking anybody.
PortEvidence evidence_of(const TopicFacts* topic, const SubjectFacts* subject);

/// The `Facts` object of the API; either may be null.
void write_facts(JsonWriter& json, const TopicFacts* topic, const SubjectFacts* subject);
/// Single members of it, for live metrics.
void write(JsonWriter& json, const Rate& rate);
void write(JsonWriter& json, const RecordPlace& place);
void write(JsonWriter& json, const Freshness& freshness);
void write_size(JsonWriter& json, const std::optional<stream::StorageFacts>& size);

}  // namespace weft::mesh
