#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/principal.h"
#include "base/result.h"

namespace weft::identity {

struct Person {
  std::string name;          ///< "mkovac": what audit entries and ACLs write.
  std::string display_name;  ///< "Mara Kovač"
  std::optional<std::string> mail;

  bool operator==(const Person&) const = default;
};

struct Chat {
  std::string name;  ///< "#execution-data"
  std::string url;   ///< http or https.

  bool operator==(const Chat&) const = default;
};

struct Team {
  std::string name;
  /// What stays when the team is renamed: "ldap:1f0c…", "scim:2819c2…", or what the file says; empty when nothing does.
  std::string id;
  std::string display_name;
  std::optional<std::string> mail;
  std::optional<Chat> chat;
  std::optional<std::string> on_call;  ///< A person.
  std::vector<std::string> members;    ///< People, in the order of the file.

  bool operator==(const Team&) const = default;
  bool has_member(std::string_view person) const;
};

struct Domain {
  std::string name;
  std::string display_name;
  std::optional<std::string> description;
  std::vector<std::string> teams;           ///< Who may publish in it.
  std::vector<std::string> topic_patterns;  ///< Names, or beginnings with a star at the end.

  bool has_team(std::string_view team) const;
};

/// Bounds of a directory file.
inline constexpr std::size_t kDirectoryBytesMax = 4 << 20;
inline constexpr std::size_t kDirectoryEntriesMax = 50'000;  ///< People, teams and domains together.

/// People and teams as one source outside the file knows them, such as an LDAP server.
struct Roster {
  std::map<std::string, Person, std::less<>> people;
  std::map<std::string, Team, std::less<>> teams;  ///< Members may be people whom another source knows.

  bool operator==(const Roster&) const = default;
};

/// Letters, digits, '.', '_', '-' and, in a person's name, '@' and '+': names stand in addresses, topics and ACLs.
bool is_person_name(std::string_view text);
bool is_team_name(std::string_view text);
/// "Tour Guides" → "Tour-Guides": what of a group's name may be a team's; empty when nothing may.
std::string team_name_of(std::string_view group);

/// Domains, teams and people at one moment: immutable, every name in it resolves.
class Directory {
 public:
  /// Of an empty file: nobody.
  Directory() = default;

  /// Parses YAML (1.2, the shape in README.md). kInvalidArgument says "file:line: field: what, and what to do".
  /// With kMayBeElsewhere a name of a person or team that the file does not describe is no fault: join() resolves it.
  enum class Names { kMustResolve, kMayBeElsewhere };
  static Result<Directory> parse(std::string_view yaml, std::string_view file_name, Names names = Names::kMustResolve);
  /// The file with the people and teams of every roster. What the file says about a person or a team wins, members of a
  /// team are those of all. Domains and governors name teams by name or by id; what nobody knows is left out.
  static Directory join(const Directory& file, const std::map<std::string, std::shared_ptr<const Roster>>& rosters);

  const std::map<std::string, Person, std::less<>>& people() const { return people_; }
  const std::map<std::string, Team, std::less<>>& teams() const { return teams_; }
  const std::map<std::string, Domain, std::less<>>& domains() const { return domains_; }

  /// Teams whose members may change the rules of the mesh.
  const std::vector<std::string>& governors() const { return governors_; }
  bool is_governor(const access::Principal& principal) const;

  const Person* find_person(std::string_view name) const;
  const Team* find_team(std::string_view name) const;
  /// Nothing for an empty id.
  const Team* find_team_by_id(std::string_view id) const;
  const Domain* find_domain(std::string_view name) const;

  std::vector<std::string> teams_of_person(std::string_view person) const;
  std::vector<std::string> domains_of_team(std::string_view team) const;
  /// Whose topic this is, by the longest pattern that fits; nobody's when none does.
  const Domain* domain_of_topic(std::string_view topic) const;

  /// The person with the teams of today; nothing when the directory does not know the name.
  std::optional<access::Principal> principal_of(std::string_view person) const;
  /// "Mara Kovač" for a person's principal, otherwise its own text.
  std::string display_name(const access::Principal& principal) const;

 private:
  friend class DirectoryReader;
  std::map<std::string, Person, std::less<>> people_;
  std::map<std::string, Team, std::less<>> teams_;
  std::map<std::string, Domain, std::less<>> domains_;
  std::vector<std::string> governors_;
};

}  // namespace weft::identity
