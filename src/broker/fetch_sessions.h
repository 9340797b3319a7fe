#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <unordered_map>

#include "env/clock.h"
#include "env/random.h"
#include "kafka/errors.h"
#include "kafka/messages/fetch.h"

namespace weft::broker {

/// What one reader asks for again and again (KIP-227): it names its partitions once and then only what changes, and is
/// told only of partitions that have news. Soft: a reader whose session is gone begins a new one.
class FetchSession {
 public:
  std::int32_t id() const { return id_; }
  std::size_t partition_count() const { return partitions_.size(); }

  /// Puts everything that the session asks for into `request`, in the order in which partitions get their turn.
  void complete(kafka::FetchRequest& request) const;
  /// Takes partitions without news out of an answer to a completed request. Partitions that gave records go to the end
  /// of the line, so that a full answer never starves the others. `first`: the answer that opens the session is whole.
  void keep_news(kafka::FetchResponse& response, bool first);

 private:
  friend class FetchSessions;
  using Name = std::tuple<std::string, TopicId, PartitionIndex>;
  struct Partition {
    Name name;
    kafka::FetchRequest::Partition asked;
    Offset high_watermark{-1};  ///< As told last.
    Offset log_start{-1};
  };
  using Line = std::list<Partition>;

  /// False when topics are named by id and by name in one session.
  bool update(const kafka::FetchRequest& request, std::int16_t version);
  static bool has_news(const Partition& partition, const kafka::FetchResponse::Partition& answered);

  std::int32_t id_ = 0;
  std::int32_t next_epoch_ = 1;
  bool by_id_ = false;
  Line line_;  ///< Whose turn it is first.
  std::map<Name, Line::iterator> partitions_;
  env::MonotonicTime used_at_{};
};

/// All sessions of this broker, bounded: the one that was idle longest gives way, but not before kFetchSessionIdleMin.
/// Belongs to the loop.
class FetchSessions {
 public:
  FetchSessions(const env::Clock& clock, env::Random& random) : clock_(clock), random_(random) {}

  struct Opened {
    kafka::KafkaError error = kafka::KafkaError::kNone;
    std::shared_ptr<FetchSession> session;  ///< Null: the request stands for itself.
    bool first = false;                     ///< The session begins with this request.
  };
  /// What the request's session id and epoch ask for; with a session the request is completed from it.
  Opened open(kafka::FetchRequest& request, std::int16_t version);

  std::size_t size() const { return by_id_.size(); }

 private:
  using Line = std::list<std::shared_ptr<FetchSession>>;

  std::shared_ptr<FetchSession> begin(const kafka::FetchRequest& request, std::int16_t version);
  bool make_room();
  void close(std::int32_t id);

  const env::Clock& clock_;
  env::Random& random_;
  Line by_use_;  ///< Idle longest first.
  std::unordered_map<std::int32_t, Line::iterator> by_id_;
};

}  // namespace weft::broker
