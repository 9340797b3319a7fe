#include "registry/service.h"

#include <algorithm>

#include "registry/answers.h"

namespace weft::registry {
namespace {

constexpr auto kStartTimeout = std::chrono::seconds(30);
/// What a parsed schema takes beside its text, roughly.
constexpr std::size_t kParsedBytesPerByte = 10;

access::Resource subject_resource(std::string_view subject) { return {access::ResourceType::kSubject, subject}; }

}  // namespace

Service::Service(env::EventLoop& loop, env::Executor& blocking, stream::Cluster& cluster,
                 const access::Authorizer& authorizer, Options options)
    : loop_(loop),
      blocking_(blocking),
      cluster_(cluster),
      authorizer_(authorizer),
      options_(std::move(options)),
      shard_(loop, cluster, registry_, {.partition = {options_.topic, PartitionIndex(0)}}),
      parsed_(options_.parsed_bytes_max),
      bodies_(options_.bodies_bytes_max),
      alive_(std::make_shared<bool>(true)) {}

Service::~Service() { *alive_ = false; }

env::MonotonicTime Service::deadline() const { return loop_.clock().monotonic() + kStartTimeout; }

void Service::start(Callback<Result<void>> done) {
  cluster_.describe_topics(std::vector{options_.topic}, deadline(),
                           [this, done = std::move(done)](Result<std::vector<stream::TopicInfo>> topics) mutable {
                             if (!topics.ok()) return done(std::move(topics).error());
                             if (topics->empty()) return create_topic(std::move(done));
                             check_topic(topics->front(), std::move(done));
                           });
}

void Service::create_topic(Callback<Result<void>> done) {
  stream::TopicSpec spec{options_.topic, 1, -1, {{"cleanup.policy", "compact"}}};
  cluster_.create_topic(std::move(spec), deadline(),
                        [this, done = std::move(done)](Result<stream::TopicInfo> made) mutable {
                          // Somebody else may have been faster: then it is theirs that is loaded.
                          if (!made.ok() && made.error().code != ErrorCode::kAlreadyExists)
                            return done(std::move(made).error());
                          shard_.load(std::move(done));
                        });
}

void Service::check_topic(const stream::TopicInfo& topic, Callback<Result<void>> done) {
  if (topic.partitions.size() != 1) {
    return done(error(ErrorCode::kInvalidArgument, "topic {} has {} partitions, and a registry's topic has 1",
                      options_.topic, topic.partitions.size()));
  }
  cluster_.describe_configs(
      options_.topic, deadline(),
      [this, done = std::move(done)](Result<std::map<std::string, stream::ConfigEntry>> configs) mutable {
        if (!configs.ok()) return done(std::move(configs).error());
        const auto policy = configs->find("cleanup.policy");
        if (policy != configs->end() && policy->second.value != "compact") {
          return done(error(ErrorCode::kInvalidArgument,
                            "topic {} has cleanup.policy={}, which would lose schemas: set it to compact",
                            options_.topic, policy->second.value.value_or("")));
        }
        shard_.load(std::move(done));
      });
}

void Service::register_schema(const access::Principal& principal, RegisterRequest request,
                              Callback<Result<SubjectVersion>> done) {
  const auto asked = std::make_shared<const RegisterRequest>(std::move(request));
  Callback<Result<SubjectVersion>> tell = [this, principal, asked, done = std::move(done)](auto outcome) mutable {
    if (observer_) observer_(principal, *asked, outcome);
    done(std::move(outcome));
  };
  auto allowed = check(principal, access::Right::kWrite, asked->subject);
  if (!allowed.ok()) return tell(std::move(allowed).error());
  judge_ahead(*asked, Registry::Purpose::kRegister,
              [this, principal, asked, tell = std::move(tell)](auto judged) mutable {
                shard_.submit<SubjectVersion>(
                    [this, principal, asked, judged]() -> Result<state::Decision<SubjectVersion>> {
                      TRY(check(principal, access::Right::kWrite, registry_.meant(asked->subject)));
                      return registry_.register_schema(*asked, judged.get());
                    },
                    std::move(tell));
              });
}

// ---- Changes of any size

template <class T>
void Service::take_step(std::shared_ptr<Steps<T>> steps) {
  shard_.submit<T>(
      [this, steps]() -> Result<state::Decision<T>> {
        const std::string scope = steps->scope();
        TRY(check(steps->principal, steps->right, scope));
        TRY_ASSIGN(PartialDecision<T> decision, steps->decide(scope));
        steps->more = decision.more;
        return state::Decision<T>(std::move(decision));
      },
      [this, steps](Result<T> step) {
        if (!step.ok()) return steps->done(std::move(step));
        if (steps->all) {
          steps->gather(*steps->all, std::move(*step));
        } else {
          steps->all = std::move(*step);
        }
        if (steps->more) return take_step(steps);
        steps->done(std::move(*steps->all));
      });
}

void Service::delete_subject(const access::Principal& principal, std::string subject, bool permanent,
                             Callback<Result<std::vector<std::int32_t>>> done) {
  using Numbers = std::vector<std::int32_t>;
  Callback<Result<Numbers>> tell = [done = std::move(done)](Result<Numbers> gone) mutable {
    if (gone.ok()) std::reverse(gone->begin(), gone->end());
    done(std::move(gone));
  };
  take_step(std::make_shared<Steps<Numbers>>(
      Steps<Numbers>{principal,
                     access::Right::kDelete,
                     [this, subject] { return registry_.meant(subject); },
                     [this, permanent](const std::string& meant) { return registry_.delete_subject(meant, permanent); },
                     [](Numbers& all, Numbers step) { all.insert(all.end(), step.begin(), step.end()); },
                     std::move(tell),
                     {}}));
}

void Service::put_mode(const access::Principal& principal, std::string scope, std::string mode, bool force,
                       Callback<Result<std::string>> done) {
  take_step(std::make_shared<Steps<std::string>>(Steps<std::string>{
      principal,
      access::Right::kAlter,
      [scope = std::move(scope)] { return scope; },
      [this, mode = std::move(mode), force](const std::string& of) { return registry_.put_mode(of, mode, force); },
      [](std::string&, std::string) {},
      std::move(done),
      {}}));
}

void Service::delete_mode(const access::Principal& principal, std::string scope, bool recursive,
                          Callback<Result<std::string>> done) {
  take_step(std::make_shared<Steps<std::string>>(
      Steps<std::string>{principal,
                         access::Right::kAlter,
                         [scope = std::move(scope)] { return scope; },
                         [this, recursive](const std::string& of) { return registry_.delete_mode(of, recursive); },
                         [](std::string&, std::string) {},
                         std::move(done),
                         {}}));
}

void Service::lookup(const access::Principal& principal, RegisterRequest request, bool deleted_too,
                     Callback<Result<SubjectVersion>> done) {
  const auto asked = std::make_shared<const RegisterRequest>(std::move(request));
  judge_ahead(*asked, Registry::Purpose::kLookUp,
              [this, principal, asked, deleted_too, done = std::move(done)](auto judged) mutable {
                read<SubjectVersion>(
                    principal, asked->subject,
                    [this, principal, asked, judged, deleted_too](const Registry& registry,
                                                                  const std::string&) -> Result<SubjectVersion> {
                      auto found = registry.lookup(*asked, deleted_too, judged.get());
                      // It may be another context's.
                      if (found.ok()) TRY(check(principal, access::Right::kRead, found->subject));
                      return found;
                    },
                    std::move(done));
              });
}

void Service::compare(const access::Principal& principal, RegisterRequest request, std::optional<VersionName> with,
                      Callback<Result<std::vector<std::string>>> done) {
  std::string subject = request.subject;
  read<SchemaCase>(
      principal, std::move(subject),
      [request = std::move(request), with](const Registry& registry, const std::string&) {
        return registry.open_comparison(request, with);
      },
      [this, done = std::move(done)](Result<SchemaCase> asked) mutable {
        if (!asked.ok()) return done(std::move(asked).error());
        if (asked->text_bytes() <= options_.inline_bytes_max) return done(compatibility_messages(*asked));
        blocking_.post([loop = &loop_, asked = std::move(*asked), done = std::move(done)]() mutable {
          auto messages = compatibility_messages(asked);
          loop->post([messages = std::move(messages), done = std::move(done)]() mutable { done(std::move(messages)); });
        });
      });
}

void Service::judge_ahead(const RegisterRequest& request, Registry::Purpose purpose,
                          Function<void(std::shared_ptr<const JudgedCase>)> next) {
  auto asked = registry_.open_case(request, purpose);
  // What is refused without a look at the schema, the decision refuses.
  if (!asked.ok() || asked->text_bytes() <= options_.inline_bytes_max) return next(nullptr);
  blocking_.post([loop = &loop_, alive = alive_, asked = std::move(*asked), next = std::move(next)]() mutable {
    auto verdict = judge(asked);
    auto judged = std::make_shared<const JudgedCase>(JudgedCase{std::move(asked), std::move(verdict)});
    loop->post([alive = std::move(alive), judged = std::move(judged), next = std::move(next)]() mutable {
      if (*alive) next(std::move(judged));
    });
  });
}

void Service::schema_body(const access::Principal& principal, SchemaId id, std::string subject,
                          Callback<Result<SharedBytes>> done) {
  read_by_id<StoredSchemaPointer>(
      principal, id, subject, [id, subject](const Registry& registry) { return registry.schema(id, subject); },
      [this, done = std::move(done)](Result<StoredSchemaPointer> found) mutable {
        if (!found.ok()) return done(std::move(found).error());
        if (const SharedBytes* const kept = bodies_.find(*found)) return done(*kept);
        const SharedBytes body(schema_json(**found));
        bodies_.keep(*found, body, body.size());
        done(body);
      });
}

Result<void> Service::check(const access::Principal& principal, access::Right right, std::string_view scope) const {
  return authorizer_.check(principal, right, subject_resource(scope));
}

bool Service::may_read(const access::Principal& principal, std::string_view subject) const {
  return check(principal, access::Right::kRead, subject).ok();
}

Result<void> Service::check_readable(const access::Principal& principal, SchemaId id, std::string_view beside) const {
  if (registry_.any_use(id, beside, [&](const std::string& subject) { return may_read(principal, subject); }))
    return {};
  return error(ErrorCode::kForbidden, "reading schema {} needs the right to read a subject that uses it", id);
}

void Service::parse(StoredSchemaPointer stored, std::string_view subject, Callback<Result<ParsedSchemaPointer>> done) {
  if (const ParsedSchemaPointer* const kept = parsed_.find(stored)) return done(*kept);
  auto whole = registry_.with_references(std::move(stored), subject);
  if (!whole.ok()) return done(std::move(whole).error());
  if (whole->text_bytes() <= options_.inline_bytes_max) {
    auto parsed = parse_stored(*whole);
    keep_parsed(*whole, parsed);
    return done(std::move(parsed));
  }
  blocking_.post([this, loop = &loop_, alive = alive_, whole = std::move(*whole), done = std::move(done)]() mutable {
    auto parsed = parse_stored(whole);
    loop->post([this, alive = std::move(alive), whole = std::move(whole), parsed = std::move(parsed),
                done = std::move(done)]() mutable {
      if (!*alive) return;
      keep_parsed(whole, parsed);
      done(std::move(parsed));
    });
  });
}

void Service::keep_parsed(const SchemaWithReferences& stored, const Result<ParsedSchemaPointer>& parsed) {
  if (parsed.ok()) parsed_.keep(stored.schema, *parsed, kParsedBytesPerByte * stored.text_bytes());
}

}  // namespace weft::registry
