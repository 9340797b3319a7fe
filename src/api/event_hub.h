#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "access/principal.h"
#include "api/api.h"
#include "base/result.h"
#include "env/executor.h"
#include "http/http.h"
#include "mesh/facts.h"
#include "mesh/products.h"

namespace weft::mesh {
struct ConversationChange;
}

namespace weft::api {

class Tail;

/// What one subject of a subscription names.
struct Subject {
  enum class Kind { kProducts, kProduct, kTopics, kDirectory, kAudit, kInbox, kRules, kMetrics, kTopicMetrics, kTail };
  Kind kind = Kind::kProducts;
  std::string name;   ///< "execution/stocktrades" or a topic; empty for those that are whole lists.
  std::string where;  ///< With kTail: a RecordFilter's text.

  static std::optional<Subject> parse(std::string_view text);
};

struct Subscribed {
  std::vector<std::string> subjects;
  std::vector<std::pair<std::string, std::string>> refused;  ///< Subject and why.
};

/// Every open event stream, what each subscribes to, and the newest changes, so that a stream can go on where it was.
/// Changes have a sequence, counted from the start of this process; metrics and tails have none and are dropped first
/// when a reader is slow. Lives on one loop.
class EventHub final : public mesh::MeshListener {
 public:
  static constexpr std::size_t kStreamsMax = 1000;
  static constexpr std::size_t kSubjectsMax = 500;  ///< Of one stream.
  static constexpr std::size_t kSubjectBytesMax = 1500;
  static constexpr std::size_t kTailsMax = 10;         ///< Of one stream.
  static constexpr std::size_t kEventsHeldMax = 5000;  ///< For those who come back.
  static constexpr std::size_t kEventsHeldBytesMax = 8 << 20;
  static constexpr std::size_t kStreamBytesMax = 1 << 20;  ///< Waiting unsent: the stream is closed.
  static constexpr std::size_t kLiveBytesMax = 256 << 10;  ///< Waiting unsent: metrics and tails are left out.
  static constexpr env::Duration kMetricsInterval = std::chrono::seconds(1);

  explicit EventHub(Services& services);
  ~EventHub() override;

  /// The newest change: "18c3f1-42". Read it before the state it stands for.
  std::string sequence() const { return sequence_text(last_); }

  /// Opens a stream; kExhausted when there are too many. Changes after `last_event_id` are not sent by themselves: the
  /// client puts its subscriptions again, with `since`.
  void open(const access::Principal& principal, http::Responder responder);
  /// Replaces what a stream subscribes to. kNotFound: no such stream of this principal.
  Result<Subscribed> subscribe(const std::string& stream, const access::Principal& principal,
                               const std::optional<std::string>& since, const std::vector<std::string>& subjects);

  void topic_changed(const std::string& topic, bool exists);

  // ---- MeshListener
  void product_changed(const mesh::Change& change) override;
  void audited(const mesh::AuditEntry& entry) override;
  void rules_changed(const mesh::RulesVersion& version) override;
  void reloaded() override;

 private:
  struct Stream;
  struct Event {
    std::uint64_t number;
    std::string type;
    std::string data;
    std::vector<std::string> subjects;  ///< Who hears of it.
  };

  std::string sequence_text(std::uint64_t number) const;
  std::optional<std::uint64_t> parse_sequence(std::string_view text) const;
  /// `write` adds the event's members after its sequence.
  void publish(std::string type, std::vector<std::string> subjects, Function<void(mesh::JsonWriter&)> write);
  void publish_json(std::string type, std::vector<std::string> subjects, std::string data);
  void schema_changed(const std::string& subject);
  void directory_changed();
  void conversation_changed(const mesh::ConversationChange& change);

  void send(Stream& stream, const Event& event);
  void send_reset(Stream& stream, std::string_view why);
  void catch_up(Stream& stream, std::uint64_t since, const std::set<std::string>& new_subjects);
  std::optional<std::string> refuse(const Stream& stream, const Subject& subject) const;
  void start_tail(Stream& stream, const std::string& text);
  void close(const std::string& id);

  std::optional<std::string> topic_of(const Subject& subject) const;
  void watch_metrics();
  void send_metrics();
  void send_metrics(Stream& stream);

  Services& services_;
  std::string run_;  ///< Tells the sequences of this process from those of others.
  std::uint64_t last_ = 0;
  std::deque<Event> events_;
  std::size_t event_bytes_ = 0;
  std::map<std::string, std::shared_ptr<Stream>> streams_;
  std::optional<env::EventLoop::TimerId> metrics_timer_;
  std::shared_ptr<bool> alive_;
};

}  // namespace weft::api
