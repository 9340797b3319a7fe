#include "mesh/product_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/check.h"
#include "identity/directory.h"
#include "mesh/finding_list.h"
#include "mesh/product_shape.h"
#include "mesh/rules/product_document.h"
#include "mesh/rules/rule_book.h"
#include "mesh/text_bounds.h"
#include "stream/cluster.h"

namespace weft::mesh {

namespace {

bool is_product_name(std::string_view name) { return is_typeable(name, kProductNameMax); }

/// The nearest name that the grammar allows.
std::optional<std::string> suggested_name(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, kProductNameMax)) out += is_name_character(c) ? c : '_';
  out.erase(0, std::min(out.find_first_not_of(".-"), out.size()));
  if (!is_product_name(out)) return std::nullopt;
  return out;
}

std::string joined(const std::vector<std::string>& names, std::string_view nothing) {
  return names.empty() ? std::string(nothing) : fmt::format("{}", fmt::join(names, ", "));
}

// ---- The topic: the same for candidates and drafts

void check_topic(FindingList& out, const std::string& place, std::string_view topic, const PortEvidence& evidence) {
  const std::string field = place + ".topic";
  if (!evidence.topic_exists && evidence.topic_unknown) {
    out.blocks(field, "topic-exists", "The topic must exist",
               fmt::format("Could not look: {}", *evidence.topic_unknown), "Try again.");
    return;
  }
  if (!evidence.topic_exists) {
    out.blocks(field, "topic-exists", "The topic must exist", fmt::format("There is no topic {}.", topic),
               fmt::format("Create it: weft topic create {}; or choose another one.", topic));
    return;
  }
  out.passes(field, "topic-exists", "The topic exists", std::string(topic));
  if (evidence.topic_internal) {
    out.blocks(field, "topic-public", "Internal topics stay internal", fmt::format("{} is an internal topic.", topic),
               "Choose another topic.");
  }
}

// ---- The rest of the draft

class DraftCheck {
 public:
  DraftCheck(const ProductId& id, const ProductDraft& draft, const RuleContext& context)
      : id_(id), draft_(draft), context_(context) {}

  std::vector<Finding> run() && {
    name();
    domain();
    owner();
    description();
    tags();
    promise();
    check_shape(out_, draft_);
    for (std::size_t i = 0; i < std::min(draft_.ports.size(), kPortsMax); ++i)
      if (draft_.ports[i].is_stream()) stream(i);
    return std::move(out_).take();
  }

 private:
  void name() {
    if (!is_product_name(id_.name)) {
      Finding& finding = out_.blocks(
          "name", "name-grammar", "Choose a name one can type", fmt::format("'{}' is no product name.", id_.name),
          fmt::format("Use letters, digits, '.', '_' and '-', at most {}; begin with a letter, digit or '_'.",
                      kProductNameMax));
      finding.suggestion = suggested_name(id_.name);
      return;
    }
    if (!context_.editing && context_.products.find(id_) != nullptr) {
      out_.blocks("name", "name-free", "The name must be free",
                  fmt::format("{} is published already.", id_.to_string()),
                  "Choose another name, or edit that product.");
      return;
    }
    out_.passes("name", "name-free", "Name is free", id_.to_string());
  }

  void domain() {
    if (context_.directory.find_domain(id_.domain) != nullptr) {
      out_.passes("domain", "domain-exists", "The domain exists", id_.domain);
      return;
    }
    Finding& finding = out_.blocks("domain", "domain-exists", "The domain must exist",
                                   fmt::format("The directory knows no domain '{}'.", id_.domain),
                                   fmt::format("Choose one of yours: {}.", joined(domains_of_mine(), "you have none")));
    if (const auto mine = domains_of_mine(); !mine.empty()) finding.suggestion = mine.front();
  }

  void owner() {
    const auto& directory = context_.directory;
    const identity::Domain* domain = directory.find_domain(id_.domain);
    if (!draft_.owner || draft_.owner->empty()) {
      suggest_owner(out_.blocks("owner", "owner-team", "Say whose it is", "No owner team is given.",
                                "Choose a team of yours in this domain."),
                    domain);
      return;
    }
    const identity::Team* team = directory.find_team(*draft_.owner);
    if (team == nullptr) {
      suggest_owner(out_.blocks("owner", "owner-team", "The owner must be a team",
                                fmt::format("The directory knows no team '{}'.", *draft_.owner),
                                "Choose a team of yours in this domain."),
                    domain);
      return;
    }
    out_.passes("owner", "owner-team", "The owner is a team", team->name);
    if (domain != nullptr && !domain->has_team(team->name)) {
      suggest_owner(out_.blocks("owner", "owner-domain", "The team must belong to the domain",
                                fmt::format("{} is no team of domain {}.", team->name, domain->name),
                                fmt::format("Teams of {}: {}.", domain->name, joined(domain->teams, "none"))),
                    domain);
    }
    member(*team);
  }

  /// Whoever edits must be in the team that has the product now, and in the one that gets it.
  void member(const identity::Team& team) {
    const Product* current = context_.editing ? context_.products.find(id_) : nullptr;
    const identity::Team* of_now = current == nullptr ? &team : context_.directory.find_team(current->owner);
    for (const identity::Team* wanted : {&team, of_now}) {
      if (wanted == nullptr || context_.principal.member_of(wanted->name)) continue;
      const bool anonymous = context_.principal.kind == access::Principal::Kind::kAnonymous;
      Finding& finding = out_.blocks(
          "owner", "owner-member", "Only members of the owner team may",
          anonymous ? "Nobody is signed in."
                    : fmt::format("{} is not a member of {}.", context_.principal.name, wanted->name),
          fmt::format("Act as a member ({}), or choose a team of yours: {}.", joined(wanted->members, "it has none"),
                      joined(context_.principal.teams, "you have none")));
      suggest_owner(finding, context_.directory.find_domain(id_.domain));
      return;
    }
    out_.passes("owner", "owner-member", fmt::format("You belong to {}", team.name), context_.principal.name);
  }

  void description() {
    const std::string_view text = draft_.description ? trimmed(*draft_.description) : std::string_view();
    const std::size_t length = code_points(text);
    if (has_control_characters(text)) {
      out_.blocks("description", "description-text", "Say what one event means", "It holds control characters.",
                  "Type it again as plain text.");
    } else if (length > kDescriptionMax) {
      out_.blocks("description", "description-max", "Say what one event means",
                  fmt::format("{} characters; at most {}.", length, kDescriptionMax),
                  "Keep what a reader needs to choose; link the rest.");
    }
  }

  void tags() {
    if (draft_.tags.size() > kTagsMax) {
      out_.blocks("tags", "tags-count", "Fewer tags find better",
                  fmt::format("{} tags; at most {}.", draft_.tags.size(), kTagsMax), "Remove some.");
      return;
    }
    bool fine = true;
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < draft_.tags.size(); ++i) {
      const std::string& tag = draft_.tags[i];
      const std::string field = fmt::format("tags[{}]", i);
      if (trimmed(tag).empty() || trimmed(tag).size() != tag.size() || code_points(tag) > kTagMax ||
          has_control_characters(tag) || tag.find_first_of(",\n\t\r") != tag.npos) {
        out_.blocks(field, "tag-grammar", "Tags are short words", fmt::format("'{}' is no tag.", tag),
                    fmt::format("Use 1 to {} characters, without commas, line breaks and outer spaces.", kTagMax));
        fine = false;
      } else if (!seen.insert(tag).second) {
        out_.blocks(field, "tag-once", "Each tag once", fmt::format("'{}' stands twice.", tag), "Remove one.");
        fine = false;
      }
    }
    if (fine)
      out_.passes("tags", "tags-count", "Tags are fine", fmt::format("{} of at most {}", draft_.tags.size(), kTagsMax));
  }

  void promise() {
    if (draft_.quality && parse_quality(*draft_.quality)) {
      out_.passes("quality", "quality-set", "Quality is stated", *draft_.quality);
    } else {
      out_.blocks("quality", "quality-set", "State the quality",
                  draft_.quality ? fmt::format("'{}' is none of them.", *draft_.quality) : "None is chosen.",
                  "Choose authoritative (the source all others follow), curated (checked, derived from others) or raw "
                  "(as it came in).");
    }
    if (draft_.sla && *draft_.sla >= 1 && *draft_.sla <= 3) {
      out_.passes("sla", "sla-set", "SLA tier is stated", fmt::format("Tier {}", *draft_.sla));
    } else {
      out_.blocks("sla", "sla-set", "State the SLA tier",
                  draft_.sla ? fmt::format("{} is none of them.", *draft_.sla) : "None is chosen.",
                  "Choose 1 (best), 2 or 3.");
    }
  }

  void stream(std::size_t index) {
    const PortDraft& port = draft_.ports[index];
    const std::string place = fmt::format("ports[{}]", index);
    if (port.cluster && *port.cluster != context_.home.name) {
      Finding& finding = out_.blocks(place + ".cluster", "cluster-known", "The cluster must be known",
                                     fmt::format("No cluster is called '{}'.", *port.cluster),
                                     fmt::format("Choose {}.", context_.home.name));
      finding.suggestion = context_.home.name;
      return;
    }
    if (!port.topic || port.topic->empty()) {
      out_.blocks(place + ".topic", "topic-exists", "Choose a topic", "None is chosen.",
                  "Choose one of the candidates: weft topic list.");
      return;
    }
    CHECK(index < context_.evidence.size(), "evidence was gathered for every port");
    const PortEvidence& evidence = context_.evidence[index];
    check_topic(out_, place, *port.topic, evidence);
    if (evidence.topic_exists) topic_free(place + ".topic", *port.topic);
  }

  void topic_free(const std::string& field, const std::string& topic) {
    if (context_.products.is_being_deleted(topic)) {
      out_.blocks(field, "topic-stays", "The topic must stay", fmt::format("Topic {} is being deleted.", topic),
                  "Choose another topic.");
      return;
    }
    const Product* other = context_.products.find_on_topic(context_.home.name, topic);
    if (other != nullptr && other->id != id_) {
      out_.blocks(field, "topic-free", "One product per topic",
                  fmt::format("{} is on topic {} already.", other->id.to_string(), topic),
                  "Choose another topic, or ask the owner of that product.");
    } else {
      out_.passes(field, "topic-free", "No other product is on it", topic);
    }
    const identity::Domain* whose = context_.directory.domain_of_topic(topic);
    if (whose != nullptr && whose->name != id_.domain) {
      Finding& finding =
          out_.blocks("domain", "topic-domain", "A topic is published in its domain",
                      fmt::format("Topic {} belongs to domain {}.", topic, whose->name),
                      fmt::format("Publish it in {}; the directory file says whose topics are whose.", whose->name));
      finding.suggestion = whose->name;
    }
  }

  std::vector<std::string> domains_of_mine() const {
    std::vector<std::string> out;
    for (const std::string& team : context_.principal.teams)
      for (std::string& domain : context_.directory.domains_of_team(team)) out.push_back(std::move(domain));
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  void suggest_owner(Finding& finding, const identity::Domain* domain) const {
    for (const std::string& team : context_.principal.teams) {
      if (domain == nullptr || domain->has_team(team)) {
        finding.suggestion = team;
        return;
      }
    }
  }

  const ProductId& id_;
  const ProductDraft& draft_;
  const RuleContext& context_;
  FindingList out_;
};

}  // namespace

namespace {

/// Fields of a form from top to bottom; others come last.
constexpr std::array<std::string_view, 13> kFormOrder = {"name",    "domain",     "owner",    "description", "tags",
                                                         "quality", "sla",        "audience", "sensitivity", "links",
                                                         "terms",   "attributes", "ports"};

std::size_t place_in_form(std::string_view field) {
  const std::string_view first = field.substr(0, field.find_first_of(".["));
  return static_cast<std::size_t>(std::find(kFormOrder.begin(), kFormOrder.end(), first) - kFormOrder.begin());
}

/// Those that block first; findings about one field stay in the order they were made.
std::vector<Finding> in_form_order(const std::vector<Finding>& findings) {
  std::vector<Finding> out;
  out.reserve(findings.size());
  for (const Severity severity : {Severity::kBlocks, Severity::kWarns, Severity::kExcepted, Severity::kPasses}) {
    for (std::size_t place = 0; place <= kFormOrder.size(); ++place) {
      std::copy_if(findings.begin(), findings.end(), std::back_inserter(out), [&](const Finding& finding) {
        return finding.severity == severity && place_in_form(finding.field) == place;
      });
    }
  }
  return out;
}

}  // namespace

std::vector<Finding> check_product(const ProductId& id, const ProductDraft& draft, const RuleContext& context) {
  std::vector<Finding> by_field = DraftCheck(id, draft, context).run();
  const Product* current = context.editing ? context.products.find(id) : nullptr;
  const std::string_view lifecycle = lifecycle_name(current == nullptr ? Lifecycle::kLive : current->lifecycle);
  const auto document = product_document(id, draft, lifecycle, context.evidence, context.directory);
  for (Finding& finding : context.rules.check(document, context.today)) by_field.push_back(std::move(finding));
  name_owners(by_field, context.directory);
  return in_form_order(by_field);
}

std::vector<Finding> check_candidate(std::string_view topic, const PortEvidence& evidence, const RuleBook& rules,
                                     std::string_view today) {
  FindingList out;
  check_topic(out, "ports[0]", topic, evidence);
  ProductDraft draft;
  draft.ports = {PortDraft::of_topic(std::string(topic))};
  const auto document = product_document({}, draft, "draft", std::span(&evidence, 1), identity::Directory());
  std::vector<Finding> findings = std::move(out).take();
  for (const Rule& rule : rules.rules) {
    if (rule.severity == RuleSeverity::kOff || rule.path.step(0) != "streams") continue;
    for (Finding& finding : rules.check(rule, document, today).findings) findings.push_back(std::move(finding));
  }
  std::erase_if(findings, [](const Finding& finding) { return finding.severity == Severity::kPasses; });
  return findings;
}

void name_owners(std::vector<Finding>& findings, const identity::Directory& directory) {
  if (directory.governors().empty()) return;
  for (Finding& finding : findings)
    if (finding.owner && finding.owner->empty()) finding.owner = directory.governors().front();
}

bool is_right(std::string_view rule) { return rule == "owner-member"; }

}  // namespace weft::mesh
