#include "mesh/rules/rule_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "identity/directory.h"
#include "mesh/rules/rule_book.h"
#include "mesh/rules/yaml_map_reader.h"

namespace weft::mesh {

namespace {

class NameCheck {
 public:
  NameCheck(const identity::Directory& directory, YamlFindings& findings)
      : directory_(directory), findings_(findings) {}

  void owner(const std::string& team, const TextPlace& place, const std::string& field) {
    if (team.empty() || directory_.find_team(team) != nullptr) return;
    std::vector<std::string> teams;
    for (const auto& [name, each] : directory_.teams()) {
      teams.push_back(name);
      if (teams.size() == 10) break;
    }
    findings_.blocks(place, field, fmt::format("The directory knows no team '{}'.", team),
                     fmt::format("Write a team, such as {}.", fmt::join(teams, ", ")));
  }

  void domains(const std::vector<std::string>& domains, const TextPlace& place, const std::string& field) {
    for (const std::string& domain : domains) {
      if (directory_.find_domain(domain) == nullptr)
        findings_.warns(place, field, fmt::format("The directory knows no domain '{}'.", domain),
                        "Correct the name, or leave it until the domain is there.");
    }
  }

 private:
  const identity::Directory& directory_;
  YamlFindings& findings_;
};

}  // namespace

void check_names(const RuleBook& book, const identity::Directory& directory, std::vector<Finding>& findings) {
  YamlFindings found;
  NameCheck check(directory, found);
  for (const Rule& rule : book.rules) {
    check.owner(rule.owner, rule.place, rule.id + ".owner");
    check.domains(rule.scope.domains, rule.place, rule.id + (rule.of_attribute ? ".domains" : ".scope.domains"));
  }
  for (Finding& finding : std::move(found).take()) findings.push_back(std::move(finding));
}

}  // namespace weft::mesh
