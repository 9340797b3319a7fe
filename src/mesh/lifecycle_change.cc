#include "mesh/lifecycle_change.h"

#include <fmt/format.h>

#include "base/check.h"
#include "mesh/finding_list.h"
#include "mesh/product_rules.h"
#include "mesh/text_bounds.h"

namespace weft::mesh {

namespace {

void check_reason(FindingList& out, const LifecycleChange& change, Lifecycle to) {
  const std::string reason = change.reason.value_or("");
  if (to == Lifecycle::kDeprecated && trimmed(reason).empty()) {
    out.blocks("reason", "deprecation-reason", "Say why", "No reason is given.",
               "Say what changes for readers, for example: \"Fills has corrections too.\"");
  } else if (code_points(reason) > kReasonMax || has_control_characters(reason)) {
    out.blocks("reason", "deprecation-reason", "A reason is a short text",
               fmt::format("{} characters; at most {}, no control characters.", code_points(reason), kReasonMax),
               "Shorten it; link the rest.");
  }
}

void check_successor(FindingList& out, const Product& product, const std::string& successor,
                     const ProductIndex& products) {
  const auto id = ProductId::parse(successor);
  const Product* found = id ? products.find(*id) : nullptr;
  if (found == nullptr) {
    out.blocks("successor", "successor-there", "The successor must be published",
               fmt::format("There is no product {}.", successor.substr(0, 200)), "Write domain/name of one that is.");
  } else if (found->id == product.id) {
    out.blocks("successor", "successor-other", "The successor is another product", "It names itself.",
               "Choose another, or none.");
  } else if (found->lifecycle != Lifecycle::kLive) {
    out.blocks("successor", "successor-live", "The successor must be live",
               fmt::format("{} is {}.", successor, lifecycle_name(found->lifecycle)), "Choose one that stays.");
  }
}

}  // namespace

std::vector<Finding> check_lifecycle(const Product& product, const LifecycleChange& change,
                                     const ProductIndex& products) {
  FindingList out;
  const auto to = parse_lifecycle(change.to);
  if (!to) {
    out.blocks("to", "lifecycle-known", "Lifecycle is a known word", fmt::format("'{}' is none of them.", change.to),
               "Choose live, deprecated or retired.");
    return std::move(out).take();
  }
  if (*to == Lifecycle::kDeprecated && product.is_retired()) {
    out.blocks("to", "lifecycle-step", "Retired is later than deprecated",
               fmt::format("{} is retired.", product.id.to_string()), "Bring it back first: to live.");
  }
  check_reason(out, change, *to);
  if (change.ends_on && !change.ends_on->empty() && !is_date(*change.ends_on)) {
    out.blocks("ends_on", "deprecation-day", "The end is a day", fmt::format("'{}' is none.", *change.ends_on),
               "Write it like 2027-03-31.");
  }
  if (change.successor && !change.successor->empty()) check_successor(out, product, *change.successor, products);
  return std::move(out).take();
}

Product with_lifecycle(const Product& product, const LifecycleChange& change) {
  const auto to = parse_lifecycle(change.to);
  CHECK(to, "no rule blocks");
  Product changed = product;
  changed.lifecycle = *to;
  if (*to == Lifecycle::kLive) {
    changed.deprecation.reset();
    return changed;
  }
  // Who retires what was deprecated need not say everything again.
  Deprecation deprecation = *to == Lifecycle::kRetired ? product.deprecation.value_or(Deprecation()) : Deprecation();
  if (change.reason) deprecation.reason = std::string(trimmed(*change.reason));
  if (change.ends_on) deprecation.ends_on = *change.ends_on;
  if (change.successor && !change.successor->empty()) deprecation.successor = ProductId::parse(*change.successor);
  changed.deprecation = std::move(deprecation);
  return changed;
}

}  // namespace weft::mesh
