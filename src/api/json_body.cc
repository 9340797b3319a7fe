#include "api/json_body.h"

#include <fmt/format.h>

namespace weft::api {

Result<schema::JsonNode> parse_body(std::string_view body) {
  if (body.empty()) return error(ErrorCode::kInvalidArgument, "The body is empty; send a JSON object.");
  TRY_ASSIGN(
      schema::JsonNode node,
      schema::parse_json(body, {.text_bytes_max = kBodyBytesMax, .depth_max = kBodyDepthMax, .values_max = 20'000}));
  if (!node.is_object())
    return error(ErrorCode::kInvalidArgument, "The body is {}; send a JSON object.", node.kind_text());
  return node;
}

BodyObject::BodyObject(const schema::JsonNode& node, std::string path, std::vector<mesh::Finding>& findings)
    : node_(node), path_(std::move(path)), findings_(findings) {}

std::string BodyObject::place(std::string_view name) const {
  return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
}

void BodyObject::fault(std::string_view at, std::string_view rule, std::string message, std::string fix) {
  findings_.push_back({std::string(at), std::string(rule), mesh::Severity::kBlocks,
                       "The body must be of the documented shape", std::move(message), std::move(fix), std::nullopt});
}

void BodyObject::wrong_kind(std::string_view at, const schema::JsonNode& node, std::string_view wanted) {
  fault(at, "json-type", fmt::format("{} is {}.", at, node.kind_text()), fmt::format("Write {}.", wanted));
}

const schema::JsonNode* BodyObject::find(std::string_view name, Need need) {
  known_.emplace(name);
  const schema::JsonNode* node = node_.find(name);
  if (node == nullptr && need == Need::kRequired)
    fault(place(name), "json-required", fmt::format("{} is missing.", place(name)), fmt::format("Add \"{}\".", name));
  return node;
}

std::optional<std::string> BodyObject::text(std::string_view name, Need need, std::size_t bytes_max) {
  const schema::JsonNode* node = find(name, need);
  if (node == nullptr) return std::nullopt;
  if (!node->is_string()) {
    wrong_kind(place(name), *node, "a text in quotes");
    return std::nullopt;
  }
  if (node->text.size() > bytes_max) {
    fault(place(name), "json-range",
          fmt::format("{} has {} bytes; at most {}.", place(name), node->text.size(), bytes_max), "Shorten it.");
    return std::nullopt;
  }
  return node->text;
}

std::optional<std::int64_t> BodyObject::integer(std::string_view name, Need need, std::int64_t min, std::int64_t max) {
  const schema::JsonNode* node = find(name, need);
  if (node == nullptr) return std::nullopt;
  const std::string range = fmt::format("a whole number from {} to {}", min, max);
  const auto value = node->integer();
  if (!node->is_number() || !value) {
    wrong_kind(place(name), *node, range);
    return std::nullopt;
  }
  if (*value < min || *value > max) {
    fault(place(name), "json-range", fmt::format("{} is {}.", place(name), *value), fmt::format("Write {}.", range));
    return std::nullopt;
  }
  return value;
}

std::vector<std::string> BodyObject::texts(std::string_view name, Need need, std::size_t count_max,
                                           std::size_t bytes_max) {
  std::vector<std::string> out;
  const schema::JsonNode* node = find(name, need);
  if (node == nullptr) return out;
  if (!node->is_array()) {
    wrong_kind(place(name), *node, "a list of texts");
    return out;
  }
  if (node->elements.size() > count_max) {
    fault(place(name), "json-range",
          fmt::format("{} has {} elements; at most {}.", place(name), node->elements.size(), count_max),
          "Remove some.");
    return out;
  }
  for (std::size_t i = 0; i < node->elements.size(); ++i) {
    const schema::JsonNode& element = node->elements[i];
    const std::string at = fmt::format("{}[{}]", place(name), i);
    if (!element.is_string()) {
      wrong_kind(at, element, "a text in quotes");
    } else if (element.text.size() > bytes_max) {
      fault(at, "json-range", fmt::format("{} has {} bytes; at most {}.", at, element.text.size(), bytes_max),
            "Shorten it.");
    } else {
      out.push_back(element.text);
    }
  }
  return out;
}

std::map<std::string, std::string> BodyObject::text_map(std::string_view name, std::size_t count_max,
                                                        std::size_t bytes_max) {
  std::map<std::string, std::string> out;
  const schema::JsonNode* node = find(name, Need::kOptional);
  if (node == nullptr) return out;
  if (!node->is_object() || node->members.size() > count_max) {
    wrong_kind(place(name), *node, fmt::format("an object of at most {} texts", count_max));
    return out;
  }
  for (const schema::JsonNode::Member& member : node->members) {
    const std::string at = fmt::format("{}.{}", place(name), member.name);
    if (!member.value.is_string() || member.value.text.size() > bytes_max) {
      wrong_kind(at, member.value, fmt::format("a text in quotes, at most {} bytes", bytes_max));
    } else {
      out.emplace(member.name, member.value.text);
    }
  }
  return out;
}

std::optional<BodyObject> BodyObject::object(std::string_view name, Need need) {
  const schema::JsonNode* node = find(name, need);
  if (node == nullptr) return std::nullopt;
  if (!node->is_object()) {
    wrong_kind(place(name), *node, "an object");
    return std::nullopt;
  }
  return BodyObject(*node, place(name), findings_);
}

std::optional<BodyObject> BodyObject::maybe_object(std::string_view name) {
  const schema::JsonNode* node = find(name, Need::kOptional);
  if (node == nullptr || node->is_null()) return std::nullopt;
  return object(name, Need::kOptional);
}

std::vector<BodyObject> BodyObject::objects(std::string_view name, Need need, std::size_t count_max) {
  std::vector<BodyObject> out;
  const schema::JsonNode* node = find(name, need);
  if (node == nullptr) return out;
  if (!node->is_array()) {
    wrong_kind(place(name), *node, "a list of objects");
    return out;
  }
  if (node->elements.size() > count_max) {
    fault(place(name), "json-range",
          fmt::format("{} has {} elements; at most {}.", place(name), node->elements.size(), count_max),
          "Remove some.");
    return out;
  }
  for (std::size_t i = 0; i < node->elements.size(); ++i) {
    std::string at = fmt::format("{}[{}]", place(name), i);
    if (node->elements[i].is_object()) out.emplace_back(node->elements[i], std::move(at), findings_);
    else wrong_kind(at, node->elements[i], "an object");
  }
  return out;
}

void BodyObject::each(Function<Result<void>(const std::string&, const schema::JsonNode&)> take) {
  for (const schema::JsonNode::Member& member : node_.members) {
    known_.insert(member.name);
    const Result<void> taken = take(member.name, member.value);
    if (!taken.ok()) {
      fault(place(member.name), "json-type", fmt::format("{}: {}.", place(member.name), taken.error().message),
            "Write a text, a number, true, false or a list of texts.");
    }
  }
}

void BodyObject::end() {
  for (const schema::JsonNode::Member& member : node_.members) {
    if (known_.contains(member.name)) continue;
    const std::string at = place(member.name);
    fault(at, "json-unknown", fmt::format("{} is not a field here.", at),
          fmt::format("Remove it; known are {}.", fmt::join(known_, ", ")));
  }
}

}  // namespace weft::api
