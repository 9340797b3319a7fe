#include "api/event_hub.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "api/context.h"
#include "api/record_selector.h"
#include "api/tail.h"
#include "env/random.h"
#include "identity/directory_file.h"
#include "mesh/catalogue.h"
#include "mesh/conversations.h"
#include "mesh/facts_collector.h"
#include "mesh/json_writer.h"

namespace weft::api {

namespace {

constexpr std::pair<std::string_view, Subject::Kind> kLists[] = {{"products", Subject::Kind::kProducts},
                                                                 {"topics", Subject::Kind::kTopics},
                                                                 {"directory", Subject::Kind::kDirectory},
                                                                 {"audit", Subject::Kind::kAudit},
                                                                 {"inbox", Subject::Kind::kInbox},
                                                                 {"rules", Subject::Kind::kRules}};
constexpr std::pair<std::string_view, Subject::Kind> kNamed[] = {{"product:", Subject::Kind::kProduct},
                                                                 {"metrics:", Subject::Kind::kMetrics},
                                                                 {"topic_metrics:", Subject::Kind::kTopicMetrics},
                                                                 {"tail:", Subject::Kind::kTail}};

}  // namespace

struct EventHub::Stream {
  std::string id;
  access::Principal principal;
  std::shared_ptr<http::EventStream> out;
  std::set<std::string> subjects;
  std::map<std::string, std::unique_ptr<Tail>> tails;           ///< By subject.
  std::map<std::string, mesh::TopicFactsPointer> metrics_sent;  ///< By subject: what the reader has.
};

std::optional<Subject> Subject::parse(std::string_view text) {
  for (const auto& [word, kind] : kLists)
    if (text == word) return Subject{kind, {}, {}};
  for (const auto& [prefix, kind] : kNamed) {
    if (!text.starts_with(prefix) || text.size() == prefix.size()) continue;
    Subject subject{kind, std::string(text.substr(prefix.size())), {}};
    constexpr std::string_view kWhere = " where ";
    if (const std::size_t where = subject.name.find(kWhere); kind == Kind::kTail && where != std::string::npos) {
      subject.where = subject.name.substr(where + kWhere.size());
      subject.name.resize(where);
    }
    if (kind != Kind::kTopicMetrics && !mesh::ProductId::parse(subject.name)) return std::nullopt;
    return subject;
  }
  return std::nullopt;
}

EventHub::EventHub(Services& services)
    : services_(services),
      run_(fmt::format("{:06x}", services.random.next() & 0xFFFFFF)),
      alive_(std::make_shared<bool>(true)) {
  services_.products.listen(*this);
  const auto guarded = [this](auto method) {
    return [this, alive = alive_, method](const auto&... args) {
      if (*alive) (this->*method)(args...);
    };
  };
  services_.facts.on_schema(guarded(&EventHub::schema_changed));
  services_.facts.on_topic(guarded(&EventHub::topic_changed));
  services_.directory.on_change(guarded(&EventHub::directory_changed));
  services_.conversations.on_change(guarded(&EventHub::conversation_changed));
}

EventHub::~EventHub() {
  *alive_ = false;
  services_.products.forget(*this);
  if (metrics_timer_) services_.loop.cancel(*metrics_timer_);
}

// ---- Sequences

std::string EventHub::sequence_text(std::uint64_t number) const { return fmt::format("{}-{}", run_, number); }

std::optional<std::uint64_t> EventHub::parse_sequence(std::string_view text) const {
  std::uint64_t number = 0;
  if (!text.starts_with(run_) || text.size() <= run_.size() + 1 || text[run_.size()] != '-') return std::nullopt;
  const auto [end, fault] = std::from_chars(text.data() + run_.size() + 1, text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size() || number > last_) return std::nullopt;
  return number;
}

// ---- What happened

void EventHub::publish(std::string type, std::vector<std::string> subjects, Function<void(mesh::JsonWriter&)> write) {
  mesh::JsonWriter json;
  json.begin_object().member("sequence", sequence_text(last_ + 1));
  write(json);
  json.end_object();
  publish_json(std::move(type), std::move(subjects), std::move(json).take());
}

void EventHub::publish_json(std::string type, std::vector<std::string> subjects, std::string data) {
  event_bytes_ += data.size();
  events_.push_back({++last_, std::move(type), std::move(data), std::move(subjects)});
  const Event event = events_.back();
  while (events_.size() > kEventsHeldMax || event_bytes_ > kEventsHeldBytesMax) {
    event_bytes_ -= events_.front().data.size();
    events_.pop_front();
  }
  // A failing send closes its stream: go over a copy.
  const auto streams = streams_;
  for (const auto& [id, stream] : streams) {
    if (std::any_of(event.subjects.begin(), event.subjects.end(),
                    [&](const std::string& subject) { return stream->subjects.contains(subject); }))
      send(*stream, event);
  }
}

void EventHub::product_changed(const mesh::Change& change) {
  std::string_view word = "edited";
  if (change.kind == mesh::Change::Kind::kPublished) word = "published";
  if (change.kind == mesh::Change::Kind::kUnpublished) word = "unpublished";
  const std::string id = change.id.to_string();
  publish("product", {"products", "product:" + id}, [&](mesh::JsonWriter& json) {
    json.member("change", word).member("product", id).member("version", change.product->version);
  });
}

void EventHub::rules_changed(const mesh::RulesVersion& version) {
  publish("rules", {"rules"}, [&](mesh::JsonWriter& json) { json.member("version", version.number); });
}

void EventHub::topic_changed(const std::string& topic, bool exists) {
  publish("topic", {"topics"}, [&](mesh::JsonWriter& json) {
    json.member("change", exists ? "created" : "deleted").member("topic", topic);
  });
}

void EventHub::schema_changed(const std::string& subject) {
  for (const auto& [id, product] : services_.catalogue.products()) {
    if (product->stream().subject != subject) continue;
    publish("product", {"products", "product:" + id.to_string()}, [&](mesh::JsonWriter& json) {
      json.member("change", "schema").member("product", id.to_string()).member("version", product->version);
    });
  }
  if (!subject.ends_with("-value")) return;
  const std::string topic = subject.substr(0, subject.size() - 6);
  publish("topic", {"topics"}, [&](mesh::JsonWriter& json) { json.member("change", "schema").member("topic", topic); });
}

void EventHub::directory_changed() {
  publish("directory", {"directory"},
          [&](mesh::JsonWriter& json) { json.member("error", services_.directory.fault()); });
}

void EventHub::conversation_changed(const mesh::ConversationChange& change) {
  const mesh::Conversation& conversation = *change.conversation;
  std::string_view word = "opened";
  if (change.kind == mesh::ConversationChange::Kind::kReplied) word = "replied";
  if (change.kind == mesh::ConversationChange::Kind::kClosed) word = "closed";
  publish("inbox", {"inbox"}, [&](mesh::JsonWriter& json) {
    json.member("change", word)
        .member("number", conversation.number)
        .member("kind", mesh::conversation_kind_name(conversation.kind))
        .member("product", conversation.product ? std::optional(conversation.product->to_string()) : std::nullopt)
        .member("from", conversation.opening.from)
        .member("teams", services_.conversations.teams_of(conversation));
  });
}

void EventHub::audited(const mesh::AuditEntry& entry) { publish_json("audit", {"audit"}, mesh::to_json(entry)); }

void EventHub::reloaded() {
  events_.clear();
  event_bytes_ = 0;
  ++last_;
  const auto streams = streams_;
  for (const auto& [id, stream] : streams) send_reset(*stream, "The state was read again from its log.");
}

// ---- Streams

void EventHub::open(const access::Principal& principal, http::Responder responder) {
  if (streams_.size() >= kStreamsMax) {
    responder.send(
        http::problem(error(ErrorCode::kUnavailable, "{} event streams are open; close some.", kStreamsMax)));
    return;
  }
  auto stream = std::make_shared<Stream>();
  const std::uint64_t high = services_.random.next();
  const std::uint64_t low = services_.random.next();
  stream->id = fmt::format("{:016x}{:016x}", high, low);
  stream->principal = principal;
  stream->out = responder.start_events(kStreamBytesMax);
  streams_.emplace(stream->id, stream);
  mesh::JsonWriter json;
  json.begin_object().member("stream", stream->id).member("sequence", sequence()).end_object();
  const bool sent = stream->out->send("hello", "", std::move(json).take());
  if (!sent) return close(stream->id);
  stream->out->on_closed([this, alive = alive_, id = stream->id] {
    if (*alive) close(id);
  });
}

void EventHub::close(const std::string& id) {
  const auto at = streams_.find(id);
  if (at == streams_.end()) return;
  const auto stream = at->second;  // its tails end with the last who holds it
  streams_.erase(at);
  stream->tails.clear();
  stream->out->close();
  watch_metrics();
}

void EventHub::send(Stream& stream, const Event& event) {
  if (stream.out->send(event.type, sequence_text(event.number), event.data)) return;
  send_reset(stream, "This stream is read too slowly; changes were left out.");
  close(std::string(stream.id));
}

void EventHub::send_reset(Stream& stream, std::string_view why) {
  mesh::JsonWriter json;
  json.begin_object().member("sequence", sequence()).member("why", why).end_object();
  (void)stream.out->send("reset", sequence(), std::move(json).take());
}

// ---- Subscriptions

Result<Subscribed> EventHub::subscribe(const std::string& id, const access::Principal& principal,
                                       const std::optional<std::string>& since,
                                       const std::vector<std::string>& subjects) {
  const auto at = streams_.find(id);
  // Somebody else's stream is nobody's business; and who acts as somebody else opens a new one.
  if (at == streams_.end() || at->second->principal != principal)
    return error(ErrorCode::kNotFound, "There is no event stream {} of yours; open one with GET /api/v1/events.", id);
  const auto stream = at->second;
  Subscribed out;
  std::set<std::string> wanted, added, tails;
  for (const std::string& text : subjects) {
    if (wanted.contains(text)) continue;
    const auto subject = Subject::parse(text);
    auto why = subject
                   ? refuse(*stream, *subject)
                   : std::optional<std::string>("This is no subject; see PUT /api/v1/events/{stream}/subscriptions.");
    if (!why && subject->kind == Subject::Kind::kTail && tails.size() >= kTailsMax)
      why = fmt::format("At most {} tails on one stream.", kTailsMax);
    if (why) {
      out.refused.emplace_back(text, std::move(*why));
      continue;
    }
    wanted.insert(text);
    if (!stream->subjects.contains(text)) added.insert(text);
    if (subject->kind == Subject::Kind::kTail) tails.insert(text);
  }
  stream->subjects = wanted;
  std::erase_if(stream->metrics_sent, [&](const auto& each) { return !wanted.contains(each.first); });
  std::erase_if(stream->tails, [&](const auto& each) { return !tails.contains(each.first); });
  for (const std::string& tail : tails) start_tail(*stream, tail);
  watch_metrics();
  out.subjects.assign(wanted.begin(), wanted.end());
  if (since) {
    if (const auto number = parse_sequence(*since)) {
      catch_up(*stream, *number, added);
    } else {
      send_reset(*stream, fmt::format("{} is no sequence of this server run.", *since));
    }
  }
  return out;
}

std::optional<std::string> EventHub::refuse(const Stream& stream, const Subject& subject) const {
  if (subject.kind != Subject::Kind::kTail && subject.kind != Subject::Kind::kMetrics) return std::nullopt;
  const auto product = services_.catalogue.find(*mesh::ProductId::parse(subject.name));
  if (!product) return fmt::format("There is no product {}.", subject.name);
  if (subject.kind == Subject::Kind::kMetrics) return std::nullopt;
  FilterFault fault;
  if (!RecordFilter::parse(subject.where, fault)) return fault.to_string();
  const auto allowed = may_read(services_, stream.principal, *product);
  return allowed.ok() ? std::nullopt : std::optional(allowed.error().message);
}

void EventHub::catch_up(Stream& stream, std::uint64_t since, const std::set<std::string>& new_subjects) {
  if (since < last_ && (events_.empty() || events_.front().number > since + 1))
    return send_reset(stream, fmt::format("Changes since {} are no longer held.", sequence_text(since)));
  // Subjects it had before have been sent already.
  const auto missed = events_;
  for (const Event& event : missed) {
    if (event.number <= since) continue;
    const bool had = std::any_of(event.subjects.begin(), event.subjects.end(), [&](const std::string& subject) {
      return stream.subjects.contains(subject) && !new_subjects.contains(subject);
    });
    const bool wants = std::any_of(event.subjects.begin(), event.subjects.end(),
                                   [&](const std::string& subject) { return new_subjects.contains(subject); });
    if (wants && !had) send(stream, event);
    if (!streams_.contains(stream.id)) return;
  }
}

// ---- Tails

void EventHub::start_tail(Stream& stream, const std::string& text) {
  const auto at = stream.tails.find(text);
  if (at != stream.tails.end()) return at->second->renew();
  const Subject subject = *Subject::parse(text);
  const auto product = services_.catalogue.find(*mesh::ProductId::parse(subject.name));
  FilterFault fault;
  auto filter = RecordFilter::parse(subject.where, fault);
  std::shared_ptr<RecordSelector> selector;
  if (!filter->terms().empty())
    selector = std::make_shared<RecordSelector>(services_.loop, services_.blocking_pool, services_.schemas,
                                                std::make_shared<const RecordFilter>(std::move(*filter)));
  const std::weak_ptr<http::EventStream> out = stream.out;
  auto send = [out](std::string_view type, const std::string& data) {
    const auto to = out.lock();
    // A tail never waits in line: what does not fit is counted as skipped.
    return to && to->bytes_waiting() < kLiveBytesMax && to->send(type, "", data);
  };
  stream.tails.emplace(text, std::make_unique<Tail>(services_.loop, services_.home, services_.schemas, *product,
                                                    std::move(selector), std::move(send)));
}

// ---- Metrics

std::optional<std::string> EventHub::topic_of(const Subject& subject) const {
  if (subject.kind == Subject::Kind::kTopicMetrics) return subject.name;
  if (subject.kind != Subject::Kind::kMetrics) return std::nullopt;
  const auto product = services_.catalogue.find(*mesh::ProductId::parse(subject.name));
  return product && !product->stream().topic.empty() ? std::optional(product->stream().topic) : std::nullopt;
}

void EventHub::watch_metrics() {
  std::set<std::string> topics;
  for (const auto& [id, stream] : streams_) {
    for (const std::string& text : stream->subjects)
      if (auto topic = topic_of(*Subject::parse(text))) topics.insert(std::move(*topic));
  }
  const bool any = !topics.empty();
  services_.facts.watch(std::move(topics));
  if (!any || metrics_timer_) return;
  metrics_timer_ = services_.loop.schedule_after(kMetricsInterval, [this] { send_metrics(); });
}

void EventHub::send_metrics() {
  metrics_timer_.reset();
  for (const auto& [id, stream] : streams_) send_metrics(*stream);
  // Products come and go, so what is watched is asked again every time.
  watch_metrics();
}

void EventHub::send_metrics(Stream& stream) {
  if (stream.out->bytes_waiting() >= kLiveBytesMax) return;
  mesh::JsonWriter json;
  json.begin_object()
      .member("measured_at", mesh::time_text(services_.loop.clock().wall_ms()))
      .key("rows")
      .begin_array();
  bool any = false;
  for (const std::string& text : stream.subjects) {
    const auto topic = topic_of(*Subject::parse(text));
    if (!topic) continue;
    const mesh::TopicFactsPointer facts = services_.facts.topic(*topic);
    if (!facts || !facts->measured_at_ms || stream.metrics_sent[text] == facts) continue;
    stream.metrics_sent[text] = facts;
    any = true;
    json.begin_object().member("subject", text).member("rate", facts->rate).key("size");
    mesh::write_size(json, facts->size);
    json.member("offsets_held", facts->offsets_held)
        .member("last_record", facts->last_record)
        .member("freshness", facts->freshness)
        .end_object();
  }
  json.end_array().end_object();
  if (any) (void)stream.out->send("metrics", "", std::move(json).take());
}

}  // namespace weft::api
