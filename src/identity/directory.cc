#include "identity/directory.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

namespace weft::identity {

namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_name(std::string_view text, std::string_view marks) {
  if (text.empty() || text.size() > 100 || text == "." || text == "..") return false;
  return std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(static_cast<char>(c)) != marks.npos;
  });
}

constexpr std::size_t kTextBytesMax = 2000;
constexpr std::size_t kListMax = 2000;

/// How well a topic fits a pattern: characters that were named, or nothing.
std::optional<std::size_t> fit(std::string_view pattern, std::string_view topic) {
  if (pattern.ends_with('*')) {
    pattern.remove_suffix(1);
    if (!topic.starts_with(pattern)) return std::nullopt;
    return pattern.size();
  }
  // An exact name beats every beginning.
  return pattern == topic ? std::optional(topic.size() + 1) : std::nullopt;
}

}  // namespace

bool is_team_name(std::string_view text) { return is_name(text, "._-"); }
bool is_person_name(std::string_view text) { return is_name(text, "._-@+"); }

std::string team_name_of(std::string_view group) {
  std::string out;
  for (const char c : group) {
    if (is_team_name(std::string(1, c) + "x")) {
      out += c;
    } else if (c == ' ' && !out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return is_team_name(out) ? out : std::string();
}

/// Walks the parsed YAML; the first fault ends it, with the line it is on.
class DirectoryReader {
 public:
  DirectoryReader(std::string_view file_name, Directory::Names names, Directory& into)
      : file_name_(file_name), names_(names), into_(into) {}

  Result<void> read(const YAML::Node& root) {
    if (root.IsNull()) return {};
    TRY(want_map(root, "the file", {"people", "teams", "domains", "governors"}));
    TRY(each_entry(root, "people",
                   [&](const std::string& name, const YAML::Node& node) { return person(name, node); }));
    TRY(each_entry(root, "teams", [&](const std::string& name, const YAML::Node& node) { return team(name, node); }));
    TRY(each_entry(root, "domains",
                   [&](const std::string& name, const YAML::Node& node) { return domain(name, node); }));
    TRY_ASSIGN(into_.governors_,
               list(root, "governors", "", [&](const std::string& team) { return unknown_team(team); }));
    return {};
  }

 private:
  Error fault(const YAML::Node& at, std::string_view field, std::string_view what) const {
    return error(ErrorCode::kInvalidArgument, "{}:{}: {}: {}", file_name_, at.Mark().line + 1, field, what);
  }

  Result<void> want_map(const YAML::Node& node, std::string_view field, std::initializer_list<std::string_view> known) {
    if (!node.IsMap()) return fault(node, field, fmt::format("must be a mapping with {}", fmt::join(known, ", ")));
    std::set<std::string> seen;
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) return fault(entry.first, field, "keys must be plain names");
      const std::string& key = entry.first.Scalar();
      if (std::find(known.begin(), known.end(), key) == known.end())
        return fault(entry.first, field, fmt::format("unknown key '{}'; known are {}", key, fmt::join(known, ", ")));
      if (!seen.insert(key).second) return fault(entry.first, field, fmt::format("key '{}' stands twice", key));
    }
    return {};
  }

  template <class Read>
  Result<void> each_entry(const YAML::Node& root, const char* section, Read read) {
    const YAML::Node entries = root[section];
    if (!entries || entries.IsNull()) return {};
    if (!entries.IsMap()) return fault(entries, section, "must be a mapping from name to entry");
    for (const auto& entry : entries) {
      if (!entry.first.IsScalar()) return fault(entry.first, section, "keys must be plain names");
      const std::string& name = entry.first.Scalar();
      if (!(section == std::string_view("people") ? is_person_name(name) : is_team_name(name)))
        return fault(entry.first, section,
                     fmt::format("'{}' is no name; use letters, digits, '.', '_' and '-', at most 100", name));
      if (++entries_ > kDirectoryEntriesMax)
        return fault(entry.first, section, fmt::format("more than {} entries", kDirectoryEntriesMax));
      TRY(read(name, entry.second));
    }
    return {};
  }

  Result<std::optional<std::string>> text(const YAML::Node& node, const char* key, const std::string& field) {
    const YAML::Node value = node[key];
    if (!value || value.IsNull()) return std::optional<std::string>{};
    const std::string path = field + "." + key;
    if (!value.IsScalar()) return fault(value, path, "must be a text");
    if (value.Scalar().empty() || value.Scalar().size() > kTextBytesMax)
      return fault(value, path, fmt::format("must have 1 to {} bytes", kTextBytesMax));
    return std::optional(value.Scalar());
  }

  /// A list of texts, each checked by `check(text)`, which returns what is wrong with it, if anything.
  template <class Check>
  Result<std::vector<std::string>> list(const YAML::Node& node, const char* key, const std::string& field,
                                        Check check) {
    std::vector<std::string> out;
    const YAML::Node values = node[key];
    if (!values || values.IsNull()) return out;
    const std::string path = field.empty() ? std::string(key) : field + "." + key;
    if (!values.IsSequence()) return fault(values, path, "must be a list, such as [a, b]");
    if (values.size() > kListMax) return fault(values, path, fmt::format("more than {} entries", kListMax));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const YAML::Node value = values[i];
      const std::string place = fmt::format("{}[{}]", path, i);
      if (!value.IsScalar()) return fault(value, place, "must be a text");
      if (contains(out, value.Scalar())) return fault(value, place, fmt::format("'{}' stands twice", value.Scalar()));
      if (const std::optional<std::string> wrong = check(value.Scalar())) return fault(value, place, *wrong);
      out.push_back(value.Scalar());
    }
    return out;
  }

  Result<void> person(const std::string& name, const YAML::Node& node) {
    const std::string field = "people." + name;
    TRY(want_map(node, field, {"name", "mail"}));
    TRY_ASSIGN(auto display_name, text(node, "name", field));
    TRY_ASSIGN(auto mail, text(node, "mail", field));
    if (!into_.people_.emplace(name, Person{name, display_name.value_or(name), std::move(mail)}).second)
      return fault(node, field, "stands twice");
    return {};
  }

  Result<std::optional<Chat>> chat(const YAML::Node& node, const std::string& team_field) {
    const YAML::Node value = node["chat"];
    if (!value || value.IsNull()) return std::optional<Chat>{};
    const std::string field = team_field + ".chat";
    TRY(want_map(value, field, {"name", "url"}));
    TRY_ASSIGN(auto url, text(value, "url", field));
    TRY_ASSIGN(auto name, text(value, "name", field));
    // It becomes a link in a browser: no javascript:, no data:.
    if (!url || !(url->starts_with("https://") || url->starts_with("http://")))
      return fault(value, field + ".url", "must be an address that begins with https:// or http://");
    return std::optional(Chat{name.value_or(*url), *url});
  }

  std::optional<std::string> unknown_person(const std::string& person) const {
    if (into_.people_.contains(person) || names_ == Directory::Names::kMayBeElsewhere) return std::nullopt;
    return fmt::format("'{}' is not under people; add the person or correct the name", person);
  }

  std::optional<std::string> unknown_team(const std::string& team) const {
    if (into_.teams_.contains(team) || names_ == Directory::Names::kMayBeElsewhere) return std::nullopt;
    return fmt::format("'{}' is not under teams; add the team or correct the name", team);
  }

  Result<void> team(const std::string& name, const YAML::Node& node) {
    const std::string field = "teams." + name;
    TRY(want_map(node, field, {"name", "id", "members", "mail", "chat", "on_call"}));
    Team read{.name = name};
    TRY_ASSIGN(auto display_name, text(node, "name", field));
    read.display_name = display_name.value_or(name);
    TRY_ASSIGN(const auto id, text(node, "id", field));
    if (id) read.id = "file:" + *id;
    TRY_ASSIGN(read.mail, text(node, "mail", field));
    TRY_ASSIGN(read.chat, chat(node, field));
    TRY_ASSIGN(read.on_call, text(node, "on_call", field));
    if (read.on_call) {
      if (const auto wrong = unknown_person(*read.on_call)) return fault(node["on_call"], field + ".on_call", *wrong);
    }
    TRY_ASSIGN(read.members,
               list(node, "members", field, [&](const std::string& member) { return unknown_person(member); }));
    if (!into_.teams_.emplace(name, std::move(read)).second) return fault(node, field, "stands twice");
    return {};
  }

  Result<void> domain(const std::string& name, const YAML::Node& node) {
    const std::string field = "domains." + name;
    TRY(want_map(node, field, {"name", "description", "teams", "topics"}));
    Domain read{.name = name};
    TRY_ASSIGN(auto display_name, text(node, "name", field));
    read.display_name = display_name.value_or(name);
    TRY_ASSIGN(read.description, text(node, "description", field));
    TRY_ASSIGN(read.teams, list(node, "teams", field, [&](const std::string& team) { return unknown_team(team); }));
    const auto bad_pattern = [](const std::string& pattern) -> std::optional<std::string> {
      const std::string_view named =
          pattern.ends_with('*') ? std::string_view(pattern).substr(0, pattern.size() - 1) : pattern;
      if (named.find('*') == named.npos && (is_team_name(named) || (named.empty() && !pattern.empty()))) return std::nullopt;
      return fmt::format("'{}' is no topic pattern; give a topic name, or its beginning and a star at the end",
                         pattern);
    };
    TRY_ASSIGN(read.topic_patterns, list(node, "topics", field, bad_pattern));
    if (!into_.domains_.emplace(name, std::move(read)).second) return fault(node, field, "stands twice");
    return {};
  }

  std::string_view file_name_;
  const Directory::Names names_;
  Directory& into_;
  std::size_t entries_ = 0;
};

bool Team::has_member(std::string_view person) const { return contains(members, person); }
bool Domain::has_team(std::string_view team) const { return contains(teams, team); }

Result<Directory> Directory::parse(std::string_view yaml, std::string_view file_name, Names names) {
  if (yaml.size() > kDirectoryBytesMax)
    return error(ErrorCode::kTooLarge, "{}: {} bytes; a directory file has at most {}", file_name, yaml.size(),
                 kDirectoryBytesMax);
  try {
    Directory directory;
    TRY(DirectoryReader(file_name, names, directory).read(YAML::Load(std::string(yaml))));
    return directory;
  } catch (const YAML::Exception& why) {
    return error(ErrorCode::kInvalidArgument, "{}:{}: not YAML: {}", file_name, why.mark.line + 1, why.msg);
  }
}

namespace {

void add_members(Team& to, const std::vector<std::string>& members) {
  for (const std::string& member : members)
    if (!to.has_member(member)) to.members.push_back(member);
}

}  // namespace

Directory Directory::join(const Directory& file, const std::map<std::string, std::shared_ptr<const Roster>>& rosters) {
  Directory out = file;
  for (const auto& [source, roster] : rosters) {
    out.people_.insert(roster->people.begin(), roster->people.end());
    for (const auto& [name, team] : roster->teams) {
      const auto [at, added] = out.teams_.emplace(name, team);
      if (added) continue;
      Team& known = at->second;
      add_members(known, team.members);
      if (known.id.empty()) known.id = team.id;
      if (!known.mail) known.mail = team.mail;
    }
  }
  for (auto& [name, team] : out.teams_) {
    std::erase_if(team.members, [&](const std::string& member) { return !out.people_.contains(member); });
    if (team.on_call && !out.people_.contains(*team.on_call)) team.on_call.reset();
  }
  const auto resolve = [&](std::vector<std::string>& teams) {
    std::vector<std::string> known;
    for (const std::string& each : teams) {
      const Team* team = out.find_team(each);
      if (team == nullptr) team = out.find_team_by_id(each);
      if (team != nullptr && !contains(known, team->name)) known.push_back(team->name);
    }
    teams = std::move(known);
  };
  for (auto& [name, domain] : out.domains_) resolve(domain.teams);
  resolve(out.governors_);
  return out;
}

const Person* Directory::find_person(std::string_view name) const {
  const auto at = people_.find(name);
  return at == people_.end() ? nullptr : &at->second;
}
const Team* Directory::find_team(std::string_view name) const {
  const auto at = teams_.find(name);
  return at == teams_.end() ? nullptr : &at->second;
}
const Team* Directory::find_team_by_id(std::string_view id) const {
  if (id.empty()) return nullptr;
  const auto at = std::find_if(teams_.begin(), teams_.end(), [&](const auto& each) { return each.second.id == id; });
  return at == teams_.end() ? nullptr : &at->second;
}
const Domain* Directory::find_domain(std::string_view name) const {
  const auto at = domains_.find(name);
  return at == domains_.end() ? nullptr : &at->second;
}

bool Directory::is_governor(const access::Principal& principal) const {
  return std::any_of(governors_.begin(), governors_.end(),
                     [&](const std::string& team) { return principal.member_of(team); });
}

std::vector<std::string> Directory::teams_of_person(std::string_view person) const {
  std::vector<std::string> out;
  for (const auto& [name, team] : teams_)
    if (team.has_member(person)) out.push_back(name);
  return out;
}

std::vector<std::string> Directory::domains_of_team(std::string_view team) const {
  std::vector<std::string> out;
  for (const auto& [name, domain] : domains_)
    if (domain.has_team(team)) out.push_back(name);
  return out;
}

const Domain* Directory::domain_of_topic(std::string_view topic) const {
  const Domain* best = nullptr;
  std::size_t best_fit = 0;
  for (const auto& [name, domain] : domains_) {
    for (const std::string& pattern : domain.topic_patterns) {
      const auto fits = fit(pattern, topic);
      if (fits && (best == nullptr || *fits > best_fit)) {
        best = &domain;
        best_fit = *fits;
      }
    }
  }
  return best;
}

std::optional<access::Principal> Directory::principal_of(std::string_view person) const {
  if (find_person(person) == nullptr) return std::nullopt;
  return access::Principal{access::Principal::Kind::kPerson, std::string(person), teams_of_person(person)};
}

std::string Directory::display_name(const access::Principal& principal) const {
  if (principal.kind == access::Principal::Kind::kPerson) {
    if (const Person* person = find_person(principal.name)) return person->display_name;
  }
  return principal.kind == access::Principal::Kind::kAnonymous ? "Anonymous" : principal.name;
}

}  // namespace weft::identity
