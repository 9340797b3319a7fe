#include "schema/json/documents.h"

#include <charconv>

#include "base/utf8.h"
#include "schema/json/uri.h"

namespace weft::schema::json {
namespace {

constexpr std::size_t kLargeObjectMembers = 16;
constexpr std::size_t kUriBytesMax = 500;
constexpr std::size_t kNamesMax = 10'000;
constexpr std::string_view kNewDefinitions = "/$defs/";

std::string anchor_key(std::string_view uri, std::string_view anchor) {
  return std::string(uri).append("#").append(anchor);
}

/// "a~1b" is "a/b".
std::string unescape(std::string_view step) {
  std::string out;
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (step[i] == '~' && i + 1 < step.size() && (step[i + 1] == '0' || step[i + 1] == '1')) {
      out += step[++i] == '0' ? '~' : '/';
    } else {
      out += step[i];
    }
  }
  return out;
}

}  // namespace

const std::string* Documents::text_member(const JsonNode& object, const std::string& name) {
  const JsonNode* value = member(object, name);
  return value != nullptr && value->is_string() ? &value->text : nullptr;
}

const std::string* Documents::id_of(const JsonNode& node, Draft draft) {
  if (!node.is_object() || (draft <= Draft::k7 && text_member(node, "$ref") != nullptr)) return nullptr;
  return text_member(node, draft == Draft::k4 ? "id" : "$id");
}

Place Documents::inside(const Place& outer, const JsonNode& node) {
  Place place = {&node, outer.document, outer.base, outer.draft};
  if (const std::string* id = id_of(node, outer.draft)) {
    const std::string_view uri = split_fragment(*id).uri;
    std::string resolved = uri.empty() || uri.size() > kUriBytesMax ? std::string() : resolve_uri(outer.base, uri);
    if (!resolved.empty() && resolved.size() <= kUriBytesMax) place.base = std::move(resolved);
  }
  return place;
}

Result<Place> Documents::add(const JsonNode& document, std::string_view uri, Draft fallback) {
  Place outer = {&document, &document, std::string(uri), fallback};
  if (const JsonNode* named = document.find("$schema")) {
    if (!named->is_string()) {
      return error(ErrorCode::kInvalidArgument, "\"$schema\" must be a string, and is {}", named->kind_text());
    }
    outer.draft = draft_of(named->text).value_or(fallback);
  }
  const Place root = inside(outer, document);
  resources_.emplace(outer.base, root);
  index(outer);
  if (resources_.size() + anchors_.size() > kNamesMax) {
    return error(ErrorCode::kTooLarge, "a schema and its references may have at most {} ids and anchors", kNamesMax);
  }
  return root;
}

/// Recursion is bounded by the depth of the JSON tree.
void Documents::index(const Place& outer) {
  if (!outer.node->is_object() || resources_.size() + anchors_.size() > kNamesMax) return;
  const JsonNode& node = *outer.node;
  const Place place = inside(outer, node);
  if (place.base != outer.base) resources_.emplace(place.base, place);
  if (const std::string* id = id_of(node, outer.draft)) {
    const std::string_view fragment = split_fragment(*id).fragment;
    if (!fragment.empty()) anchors_.emplace(anchor_key(place.base, fragment), place);
  }
  for (const auto& member : node.members) {
    const KeywordRule* rule = find_keyword(member.name, place.draft);
    if (rule == nullptr) continue;
    const auto inner = [&](const JsonNode& child) { index({&child, place.document, place.base, place.draft}); };
    switch (rule->takes) {
      case Takes::kSchema:
      case Takes::kSchemas:
      case Takes::kSchemaOrSchemas:
        inner(member.value);
        for (const JsonNode& child : member.value.elements) inner(child);
        break;
      case Takes::kSchemaMap:
      case Takes::kPatternMap:
      case Takes::kDependencies:
      case Takes::kDefinitions:
        for (const auto& child : member.value.members) inner(child.value);
        break;
      default:
        if (rule->keyword != Keyword::kAnchor && rule->keyword != Keyword::kDynamicAnchor) break;
        if (member.value.is_string()) anchors_.emplace(anchor_key(place.base, member.value.text), place);
    }
  }
}

const Place* Documents::find_document(const Place& from, std::string_view uri) const {
  for (const std::string& name : {resolve_uri(from.base, uri), resolve_uri("", uri), std::string(uri)}) {
    if (const auto known = resources_.find(name); known != resources_.end()) return &known->second;
  }
  return nullptr;
}

Result<Place> Documents::find(const Place& from, std::string_view reference) {
  const SplitUri split = split_fragment(reference);
  const std::string fragment = percent_decode(split.fragment);
  const Place* document = find_document(from, split.uri);
  if (document == nullptr) {
    return error(ErrorCode::kInvalidArgument,
                 "\"$ref\" to \"{}\": no schema of that name was given as a reference, and none is fetched",
                 utf8_prefix(reference, 200));
  }
  if (fragment.empty()) return *document;
  if (fragment.front() != '/') {
    const auto known = anchors_.find(anchor_key(document->base, fragment));
    if (known != anchors_.end()) return known->second;
  } else {
    Result<Place> place = walk(*document, fragment);
    // A pointer is relative to the schema with the nearest id; many authors mean the whole document.
    if (!place.ok() && split.uri.empty()) {
      place = walk({from.document, from.document, from.base, from.draft}, fragment);
    }
    // `$defs` also finds what an older draft's author put into `definitions`, as Confluent's registry has it.
    if (!place.ok() && fragment.starts_with(kNewDefinitions)) {
      place = walk(*document, "/definitions/" + fragment.substr(kNewDefinitions.size()));
    }
    if (place.ok()) return place;
  }
  return error(ErrorCode::kInvalidArgument, "\"$ref\" to \"{}\": there is no such place in the schema",
               utf8_prefix(reference, 200));
}

Result<Place> Documents::walk(Place place, std::string_view pointer) {
  const auto nowhere = [] { return error(ErrorCode::kNotFound, "nothing there"); };
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string_view written = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(written.size());
    const std::string step = unescape(written);
    const JsonNode* next = nullptr;
    if (place.node->is_array()) {
      std::size_t index = 0;
      const auto [end, failed] = std::from_chars(step.data(), step.data() + step.size(), index);
      if (failed != std::errc{} || end != step.data() + step.size() || index >= place.node->elements.size()) {
        return nowhere();
      }
      next = &place.node->elements[index];
    } else {
      next = member(*place.node, step);
      if (next == nullptr) return nowhere();
    }
    place = inside(place, *next);
  }
  return place;
}

const JsonNode* Documents::member(const JsonNode& object, const std::string& name) {
  if (object.members.size() <= kLargeObjectMembers) return object.find(name);
  auto& by_name = large_objects_[&object];
  if (by_name.empty()) {
    for (const auto& member : object.members) by_name.emplace(member.name, &member.value);
  }
  const auto known = by_name.find(name);
  return known == by_name.end() ? nullptr : known->second;
}

}  // namespace weft::schema::json
