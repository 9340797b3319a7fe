#include "identity/scim.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "identity/directory_file.h"

namespace weft::identity {

namespace {

using nlohmann::json;

constexpr env::Duration kCreateTimeout = std::chrono::seconds(15);

std::string text_of(const json& object, const char* name) {
  const auto at = object.find(name);
  return at != object.end() && at->is_string() ? at->get<std::string>() : "";
}

std::optional<std::string> mail_of(const json& user) {
  const auto mails = user.find("emails");
  if (mails == user.end() || mails->empty()) return std::nullopt;
  const json* best = &mails->front();
  for (const json& each : *mails)
    if (each.value("primary", false)) best = &each;
  const std::string mail = text_of(*best, "value");
  return mail.empty() ? std::nullopt : std::optional(mail);
}

/// "Ana Example", from whatever of it there is.
std::string display_name_of(const json& user) {
  if (std::string name = text_of(user, "displayName"); !name.empty()) return name;
  if (const auto name = user.find("name"); name != user.end()) {
    if (std::string formatted = text_of(*name, "formatted"); !formatted.empty()) return formatted;
    const std::string given = text_of(*name, "givenName"), family = text_of(*name, "familyName");
    if (!given.empty() || !family.empty()) return given + (given.empty() || family.empty() ? "" : " ") + family;
  }
  return text_of(user, "userName");
}

Roster roster_of(const ScimState& state) {
  Roster roster;
  for (const auto& [id, user] : state.all(ScimType::kUser)) {
    const json& attributes = *user.attributes;
    if (!attributes.value("active", true)) continue;
    const std::string name = text_of(attributes, "userName");
    roster.people.emplace(name, Person{name, display_name_of(attributes), mail_of(attributes)});
  }
  for (const auto& [id, group] : state.all(ScimType::kGroup)) {
    const std::string display_name = text_of(*group.attributes, "displayName");
    const std::string name = team_name_of(display_name);
    if (name.empty() || roster.teams.contains(name)) continue;
    Team team{.name = name, .id = "scim:" + id, .display_name = display_name};
    if (const auto members = group.attributes->find("members"); members != group.attributes->end()) {
      for (const json& member : *members) {
        const ScimResource* user = state.find(ScimType::kUser, text_of(member, "value"));
        const std::string person = user == nullptr ? "" : text_of(*user->attributes, "userName");
        if (roster.people.contains(person) && !team.has_member(person)) team.members.push_back(person);
      }
    }
    roster.teams.emplace(name, std::move(team));
  }
  return roster;
}

std::string new_id(env::Random& random) {
  const std::uint64_t high = random.next(), low = random.next();
  return fmt::format("{:016x}{:016x}", high, low);
}

}  // namespace

Scim::Scim(Parts parts)
    : parts_(std::move(parts)),
      alive_(std::make_shared<bool>(true)),
      shard_(parts_.loop, parts_.home, state_, {.partition = {parts_.topic, PartitionIndex{0}}}) {}

Scim::~Scim() { *alive_ = false; }

void Scim::load(Callback<Result<void>> done) {
  stream::TopicSpec spec{.name = parts_.topic,
                         .partition_count = 1,
                         .configs = {{"cleanup.policy", "compact"}, {"segment.bytes", "16777216"}}};
  parts_.home.create_topic(std::move(spec), parts_.loop.clock().monotonic() + kCreateTimeout,
                           [this, alive = alive_, done = std::move(done)](auto created) mutable {
                             if (!*alive) return;
                             if (!created.ok() && created.error().code != ErrorCode::kAlreadyExists)
                               return done(std::move(created).error());
                             shard_.load([this, done = std::move(done)](Result<void> loaded) mutable {
                               if (loaded.ok()) give_roster();
                               done(std::move(loaded));
                             });
                           });
}

void Scim::submit(Function<state::Decision<ScimChange>()> decide, Callback<Result<ScimChange>> done) {
  shard_.submit<ScimChange>(
      [decide = std::move(decide)]() mutable -> Result<state::Decision<ScimChange>> { return decide(); },
      [this, done = std::move(done)](Result<ScimChange> change) mutable {
        if (change.ok() && !change->fault) give_roster();
        done(std::move(change));
      });
}

void Scim::create(ScimType type, json sent, Callback<Result<ScimChange>> done) {
  submit([this, type, id = new_id(parts_.random), sent = std::make_shared<const json>(std::move(sent))] {
    return state_.create(type, id, *sent, now_ms());
  }, std::move(done));
}

void Scim::replace(ScimType type, std::string id, json sent, Callback<Result<ScimChange>> done) {
  submit([this, type, id = std::move(id), sent = std::make_shared<const json>(std::move(sent))] {
    return state_.replace(type, id, *sent, now_ms());
  }, std::move(done));
}

void Scim::patch(ScimType type, std::string id, json message, Callback<Result<ScimChange>> done) {
  submit([this, type, id = std::move(id), message = std::make_shared<const json>(std::move(message))] {
    return state_.patch(type, id, *message, now_ms());
  }, std::move(done));
}

void Scim::remove(ScimType type, std::string id, Callback<Result<ScimChange>> done) {
  submit([this, type, id = std::move(id)] { return state_.remove(type, id, now_ms()); }, std::move(done));
}

void Scim::give_roster() { parts_.directory.set_roster("scim", roster_of(state_)); }

}  // namespace weft::identity
