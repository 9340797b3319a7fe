#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/authorizer.h"
#include "access/principal.h"
#include "base/function.h"
#include "base/result.h"
#include "env/executor.h"
#include "registry/derived_cache.h"
#include "registry/parsed_schema.h"
#include "registry/registry.h"
#include "state/shard.h"

namespace weft::registry {

/// The registry as other layers use it: the machine on its shard, with rights checked. Every answer leaves when what it
/// saw is durable. Lives on one event loop; every call and every answer is there.
class Service {
 public:
  struct Options {
    std::string topic = "_schemas";
    std::size_t inline_bytes_max = 16 << 10;  ///< Schemas up to this are read on the loop: about a millisecond.
    std::size_t parsed_bytes_max = 64 << 20;  ///< Of parsed schemas kept for decoding.
    std::size_t bodies_bytes_max = 32 << 20;  ///< Of answers to reads by id that are kept.
  };
  /// Told of every registration, refused ones too: for the audit.
  using Observer =
      Function<void(const access::Principal&, const RegisterRequest&, const Result<SubjectVersion>& outcome)>;

  /// `blocking` reads large schemas.
  Service(env::EventLoop& loop, env::Executor& blocking, stream::Cluster& cluster, const access::Authorizer& authorizer,
          Options options);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Creates the topic when it is missing and replays it. kInvalidArgument when a topic of that name is not one
  /// partition with cleanup.policy=compact. Until done, requests wait.
  void start(Callback<Result<void>> done);
  void observe(Observer observer) { observer_ = std::move(observer); }

  void register_schema(const access::Principal& principal, RegisterRequest request,
                       Callback<Result<SubjectVersion>> done);
  void lookup(const access::Principal& principal, RegisterRequest request, bool deleted_too,
              Callback<Result<SubjectVersion>> done);
  /// What keeps a schema from being registered, as Confluent words it (compatibility_messages in schema_case.h).
  void compare(const access::Principal& principal, RegisterRequest request, std::optional<VersionName> with,
               Callback<Result<std::vector<std::string>>> done);
  /// Anything else that changes a subject: `decide` gets the one that the request means.
  template <class T>
  void change_subject(const access::Principal& principal, access::Right right, std::string subject,
                      Function<Result<state::Decision<T>>(const Registry&, const std::string& subject)> decide,
                      Callback<Result<T>> done) {
    shard_.submit<T>(
        [this, principal, right, subject = std::move(subject),
         decide = std::move(decide)]() mutable -> Result<state::Decision<T>> {
          const std::string meant = registry_.meant(subject);
          TRY(check(principal, right, meant));
          return decide(registry_, meant);
        },
        std::move(done));
  }
  /// The versions that are deleted now, in order.
  void delete_subject(const access::Principal& principal, std::string subject, bool permanent,
                      Callback<Result<std::vector<std::int32_t>>> done);
  /// As Registry::put_mode.
  void put_mode(const access::Principal& principal, std::string scope, std::string mode, bool force,
                Callback<Result<std::string>> done);
  void delete_mode(const access::Principal& principal, std::string scope, bool recursive,
                   Callback<Result<std::string>> done);
  /// What changes the settings of a scope: a subject, a context, "" for all.
  template <class T>
  void change(const access::Principal& principal, access::Right right, std::string scope,
              Function<Result<state::Decision<T>>(const Registry&)> decide, Callback<Result<T>> done) {
    shard_.submit<T>(
        [this, principal, right, scope = std::move(scope),
         decide = std::move(decide)]() mutable -> Result<state::Decision<T>> {
          TRY(check(principal, right, scope));
          return decide(registry_);
        },
        std::move(done));
  }
  /// Anything read from one subject: `look` gets the one that the request means.
  template <class T>
  void read(const access::Principal& principal, std::string subject,
            Function<Result<T>(const Registry&, const std::string& subject)> look, Callback<Result<T>> done) {
    read_all<T>(
        [this, principal, subject = std::move(subject),
         look = std::move(look)](const Registry& registry) mutable -> Result<T> {
          const std::string meant = registry.meant(subject);
          TRY(check(principal, access::Right::kRead, meant));
          return look(registry, meant);
        },
        std::move(done));
  }
  /// What everybody may know: settings, and lists that `look` filters by `may_read`.
  template <class T>
  void read_all(Function<Result<T>(const Registry&)> look, Callback<Result<T>> done) {
    shard_.submit<T>(
        [this, look = std::move(look)]() mutable -> Result<state::Decision<T>> {
          auto seen = look(registry_);
          if (!seen.ok()) return std::move(seen).error();
          return state::Decision<T>{std::move(*seen), {}};
        },
        std::move(done));
  }
  /// Anything read by id, for who may read one of the subjects that use it. `beside` names the context, as in Registry.
  template <class T>
  void read_by_id(const access::Principal& principal, SchemaId id, std::string beside,
                  Function<Result<T>(const Registry&)> look, Callback<Result<T>> done) {
    read_all<T>(
        [this, principal, id, beside = std::move(beside),
         look = std::move(look)](const Registry& registry) mutable -> Result<T> {
          auto seen = look(registry);
          if (seen.ok()) TRY(check_readable(principal, id, beside));
          return seen;
        },
        std::move(done));
  }
  /// The body of the answer to a read by id (answers.h): from a cache nearly always.
  void schema_body(const access::Principal& principal, SchemaId id, std::string subject,
                   Callback<Result<SharedBytes>> done);

  bool may_read(const access::Principal& principal, std::string_view subject) const;

  /// A stored schema of this subject (empty: of the default context), parsed, for decoding data: from a cache nearly
  /// always, and at once then. It waits for nothing to become durable: whoever found the schema has.
  void parse(StoredSchemaPointer stored, std::string_view subject, Callback<Result<ParsedSchemaPointer>> done);
  /// The state as of now, which may be ahead of what is durable: for what is only shown.
  const Registry& registry() const { return registry_; }

 private:
  /// Of a subject, or of the scope of settings.
  Result<void> check(const access::Principal& principal, access::Right right, std::string_view scope) const;
  /// Judges a large schema aside before `next` decides; small ones are left to the decision, and null is given.
  void judge_ahead(const RegisterRequest& request, Registry::Purpose purpose,
                   Function<void(std::shared_ptr<const JudgedCase>)> next);
  void keep_parsed(const SchemaWithReferences& stored, const Result<ParsedSchemaPointer>& parsed);
  /// One change that may need several batches. A refusal in between leaves what was done before it.
  template <class T>
  struct Steps {
    access::Principal principal;
    access::Right right;
    Function<std::string()> scope;
    Function<Result<PartialDecision<T>>(const std::string& scope)> decide;
    Function<void(T& all, T step)> gather;
    Callback<Result<T>> done;
    std::optional<T> all;
    bool more = false;
  };
  template <class T>
  void take_step(std::shared_ptr<Steps<T>> steps);
  Result<void> check_readable(const access::Principal& principal, SchemaId id, std::string_view beside) const;
  void create_topic(Callback<Result<void>> done);
  void check_topic(const stream::TopicInfo& topic, Callback<Result<void>> done);
  env::MonotonicTime deadline() const;

  env::EventLoop& loop_;
  env::Executor& blocking_;
  stream::Cluster& cluster_;
  const access::Authorizer& authorizer_;
  Options options_;
  Registry registry_;
  state::Shard shard_;
  Observer observer_;
  DerivedCache<ParsedSchemaPointer> parsed_;
  DerivedCache<SharedBytes> bodies_;
  std::shared_ptr<bool> alive_;
};

}  // namespace weft::registry
