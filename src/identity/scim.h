#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/function.h"
#include "base/result.h"
#include "env/executor.h"
#include "env/random.h"
#include "identity/scim_schema.h"
#include "state/shard.h"
#include "stream/cluster.h"

namespace weft::identity {

class DirectoryFile;

/// A user or group as an identity provider pushed it. Immutable.
struct ScimResource {
  ScimType type = ScimType::kUser;
  std::string id;
  std::shared_ptr<const nlohmann::json> attributes;  ///< As take_scim_attributes keeps them.
  std::int64_t created_ms = 0;
  std::int64_t changed_ms = 0;
};

/// What came of a request to change something.
struct ScimChange {
  std::optional<ScimFault> fault;
  ScimResource resource;  ///< As it is now; when deleted, as it was.
};

/// Users and groups held at once, of either kind.
inline constexpr std::size_t kScimResourcesMax = 50'000;

/// The state of `_weft_scim`. Records: "user/<id>" and "group/<id>" → {"format":1,"created":ms,"changed":ms,
/// "attributes":{…}}, deleted with the resource.
class ScimState final : public state::Machine {
 public:
  void replay(const state::Record& record, Offset offset, Timestamp timestamp) override;
  void reset() override;

  using Resources = std::map<std::string, ScimResource, std::less<>>;  ///< By id.
  const Resources& all(ScimType type) const { return type == ScimType::kUser ? users_ : groups_; }
  const ScimResource* find(ScimType type, std::string_view id) const;
  std::uint64_t ignored_records() const { return ignored_records_; }

  state::Decision<ScimChange> create(ScimType type, std::string id, const nlohmann::json& sent,
                                     std::int64_t now_ms) const;
  state::Decision<ScimChange> replace(ScimType type, const std::string& id, const nlohmann::json& sent,
                                      std::int64_t now_ms) const;
  state::Decision<ScimChange> patch(ScimType type, const std::string& id, const nlohmann::json& message,
                                    std::int64_t now_ms) const;
  /// Deleting a user takes it out of every group, too.
  state::Decision<ScimChange> remove(ScimType type, const std::string& id, std::int64_t now_ms) const;

 private:
  Resources& resources(ScimType type) { return type == ScimType::kUser ? users_ : groups_; }
  std::optional<ScimFault> taken(ScimType type, std::string_view id, const nlohmann::json& attributes) const;
  state::Decision<ScimChange> keep(ScimResource resource) const;

  Resources users_, groups_;
  /// userName or displayName in lower case → id.
  std::map<ScimType, std::map<std::string, std::string, std::less<>>> names_;
  std::uint64_t ignored_records_ = 0;
};

/// People and teams that an identity provider pushes (SCIM 2.0, RFC 7643 and 7644), kept in weft's own state and given
/// to the directory as its roster "scim": a user's userName is the person's name, a group's displayName the team's.
/// Who is not active has left. Lives on one loop.
class Scim {
 public:
  struct Parts {
    env::EventLoop& loop;
    stream::Cluster& home;
    env::Random& random;
    DirectoryFile& directory;
    std::string topic = "_weft_scim";
  };

  explicit Scim(Parts parts);
  ~Scim();

  /// Makes the topic if it is not there, replays it, and gives the directory its roster.
  void load(Callback<Result<void>> done);

  const ScimState::Resources& all(ScimType type) const { return state_.all(type); }
  const ScimResource* find(ScimType type, std::string_view id) const { return state_.find(type, id); }

  void create(ScimType type, nlohmann::json sent, Callback<Result<ScimChange>> done);
  void replace(ScimType type, std::string id, nlohmann::json sent, Callback<Result<ScimChange>> done);
  void patch(ScimType type, std::string id, nlohmann::json message, Callback<Result<ScimChange>> done);
  void remove(ScimType type, std::string id, Callback<Result<ScimChange>> done);

 private:
  void submit(Function<state::Decision<ScimChange>()> decide, Callback<Result<ScimChange>> done);
  void give_roster();
  std::int64_t now_ms() const { return parts_.loop.clock().wall_ms(); }

  Parts parts_;
  ScimState state_;
  std::shared_ptr<bool> alive_;
  state::Shard shard_;  ///< Last: what still waits is refused while the rest is there.
};

}  // namespace weft::identity
