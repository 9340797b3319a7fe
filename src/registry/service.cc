#include "registry/service.h"

#include <algorithm>

namespace weft::registry {
namespace {

constexpr auto kStartTimeout = std::chrono::seconds(30);

access::Resource subject_resource(std::string_view subject) { return {access::ResourceType::kSubject, subject}; }

}  // namespace

Service::Service(env::EventLoop& loop, stream::Cluster& cluster, const access::Authorizer& authorizer, Options options)
    : loop_(loop),
      cluster_(cluster),
      authorizer_(authorizer),
      options_(std::move(options)),
      shard_(loop, cluster, registry_, {.partition = {options_.topic, PartitionIndex(0)}}) {}

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
  auto allowed = authorizer_.check(principal, access::Right::kWrite, subject_resource(asked->subject));
  if (!allowed.ok()) return tell(std::move(allowed).error());
  shard_.submit<SubjectVersion>([this, asked] { return registry_.register_schema(*asked); }, std::move(tell));
}

void Service::lookup(const access::Principal& principal, RegisterRequest request, bool deleted_too,
                     Callback<Result<SubjectVersion>> done) {
  const std::string subject = request.subject;
  read<SubjectVersion>(
      principal, subject,
      [request = std::move(request), deleted_too](const Registry& registry) {
        return registry.lookup(request, deleted_too);
      },
      std::move(done));
}

void Service::schema_body(const access::Principal& principal, SchemaId id, std::string subject,
                          Callback<Result<SharedBytes>> done) {
  read_by_id<SharedBytes>(
      principal, id, subject, [id, subject](const Registry& registry) { return registry.schema_body(id, subject); },
      std::move(done));
}

bool Service::may_read(const access::Principal& principal, std::string_view subject) const {
  return authorizer_.check(principal, access::Right::kRead, subject_resource(subject)).ok();
}

Result<void> Service::check_readable(const access::Principal& principal, SchemaId id, std::string_view beside) const {
  if (registry_.any_use(id, beside, [&](const std::string& subject) { return may_read(principal, subject); }))
    return {};
  return error(ErrorCode::kForbidden, "reading schema {} needs the right to read a subject that uses it", id);
}

Result<std::shared_ptr<const schema::avro::Schema>> Service::avro_schema(SchemaId id) {
  TRY_ASSIGN(const StoredSchemaPointer stored, registry_.schema(id));
  if (const auto at = parsed_by_id_.find(id); at != parsed_by_id_.end()) {
    if (at->second->stored == stored) {
      parsed_.splice(parsed_.begin(), parsed_, at->second);
      return parsed_.front().parsed;
    }
    parsed_.erase(at->second);
    parsed_by_id_.erase(at);
  }
  TRY_ASSIGN(Parsed parsed, registry_.parse_avro(*stored, {}));
  parsed_.push_front({id, stored, parsed});
  parsed_by_id_[id] = parsed_.begin();
  if (parsed_.size() > options_.parsed_schemas_max) {
    parsed_by_id_.erase(parsed_.back().id);
    parsed_.pop_back();
  }
  return parsed;
}

}  // namespace weft::registry
