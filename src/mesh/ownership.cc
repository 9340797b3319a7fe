#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "identity/directory.h"
#include "mesh/mesh_state.h"

// Who owns a product, and how it gets another owner: the part of MeshState that deals with teams.

namespace weft::mesh {

namespace {

Finding blocking(std::string rule, std::string title, std::string message, std::string fix) {
  return {.field = "team",
          .rule = std::move(rule),
          .severity = Severity::kBlocks,
          .title = std::move(title),
          .message = std::move(message),
          .fix = std::move(fix)};
}

/// Who may hand a product over: its owner; of an orphan every team of its domain; a governor always.
std::optional<Finding> refuse_person(const access::Principal& principal, const Product& product,
                                     const identity::Directory& directory) {
  if (principal.member_of(product.owner) || directory.is_governor(principal)) return std::nullopt;
  const identity::Domain* domain = directory.find_domain(product.id.domain);
  const bool orphan = directory.find_team(product.owner) == nullptr;
  std::vector<std::string> teams{product.owner};
  if (orphan && domain != nullptr) {
    teams = domain->teams;
    if (std::any_of(teams.begin(), teams.end(), [&](const std::string& team) { return principal.member_of(team); }))
      return std::nullopt;
  }
  return blocking("owner-member", orphan ? "Only the domain's teams may, or a governor" : "Only the owner may, or a governor",
                  fmt::format("{} is in none of: {}.", principal.name, fmt::join(teams, ", ")),
                  fmt::format("Ask a member of {}, or a governor ({}).", fmt::join(teams, ", "),
                              fmt::join(directory.governors(), ", ")));
}

std::optional<Finding> refuse_team(const std::string& team, const ProductId& id,
                                   const identity::Directory& directory) {
  const identity::Domain* domain = directory.find_domain(id.domain);
  const std::string teams = domain == nullptr ? "" : fmt::format("{}", fmt::join(domain->teams, ", "));
  if (directory.find_team(team) == nullptr)
    return blocking("owner-team", "The owner must be a team", fmt::format("The directory knows no team '{}'.", team),
                    fmt::format("Choose one of: {}.", teams));
  if (domain == nullptr || !domain->has_team(team))
    return blocking("owner-domain", "The team must belong to the domain",
                    fmt::format("{} is not a team of {}.", team, id.domain), fmt::format("Choose one of: {}.", teams));
  return std::nullopt;
}

Product owned_by(Product product, const identity::Team& team) {
  product.owner = team.name;
  product.owner_id = team.id;
  return product;
}

}  // namespace

state::Decision<Change> MeshState::hand_over(const Asked& asked, std::int64_t now_ms, const ProductId& id,
                                             const std::string& team, const identity::Directory& directory) const {
  constexpr AuditAction kAction = AuditAction::kProductOwner;
  Change change{.id = id, .product = products_.find(id)};
  const auto refused = [&](Refusal why, std::string summary) {
    change.refusal = why;
    return refuse(asked, now_ms, kAction, std::move(change), std::move(summary));
  };
  if (!change.product) return refused(Refusal::kNotFound, fmt::format("Not handed over: there is no product {}", id.to_string()));
  if (asked.principal.kind == access::Principal::Kind::kAnonymous)
    return refused(Refusal::kUnauthenticated, fmt::format("{} not handed over: nobody is signed in", id.to_string()));
  if (auto finding = refuse_person(asked.principal, *change.product, directory)) {
    change.findings.push_back(std::move(*finding));
    return refused(Refusal::kForbidden, fmt::format("{} not handed over to {}", id.to_string(), team));
  }
  if (auto finding = refuse_team(team, id, directory)) {
    change.findings.push_back(std::move(*finding));
    return refused(Refusal::kFindings, fmt::format("{} not handed over to {}", id.to_string(), team));
  }
  if (change.product->owner == team) {
    change.kind = Change::Kind::kUnchanged;
    return {std::move(change), {}};
  }
  const std::string before = change.product->owner;
  Product product = owned_by(*change.product, *directory.find_team(team));
  return commit(asked, now_ms, kAction, std::move(change), std::move(product),
                fmt::format("Handed over from {} to {}:", before, team));
}

state::Decision<Change> MeshState::follow_team(const Asked& asked, std::int64_t now_ms, const ProductId& id,
                                               const identity::Directory& directory) const {
  Change change{.id = id, .product = products_.find(id)};
  change.kind = Change::Kind::kUnchanged;
  if (!change.product) return {std::move(change), {}};
  const identity::Team* team = directory.find_team_by_id(change.product->owner_id);
  if (team == nullptr || team->name == change.product->owner) return {std::move(change), {}};
  const std::string before = change.product->owner;
  Product product = owned_by(*change.product, *team);
  return commit(asked, now_ms, AuditAction::kProductOwner, std::move(change), std::move(product),
                fmt::format("{} is called {} now and owns", before, team->name));
}

}  // namespace weft::mesh
