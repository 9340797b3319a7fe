#include "mesh/schema_difference.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "mesh/json_writer.h"
#include "schema/json_tree.h"

namespace weft::mesh {

namespace {

using schema::FieldNode;
using Reasons = std::vector<registry::Incompatibility>;

void flatten(const std::vector<FieldNode>& fields, std::vector<const FieldNode*>& out) {
  for (const FieldNode& field : fields) {
    out.push_back(&field);
    flatten(field.children, out);
  }
}

std::string in_words(const FieldNode& field) {
  std::string text = field.type;
  if (field.nullable && field.number == 0) text += ", optional";
  constexpr std::size_t kSymbolsMax = 12;
  if (!field.symbols.empty() && field.symbols.size() <= kSymbolsMax)
    text += fmt::format(" {}", fmt::join(field.symbols, " · "));
  else if (!field.symbols.empty())
    text += fmt::format(" of {} symbols", field.symbols.size());
  if (field.default_json) text += ", default " + *field.default_json;
  return text;
}

bool reads_alike(const FieldNode& a, const FieldNode& b) {
  return a.type == b.type && a.nullable == b.nullable && a.required == b.required && a.number == b.number &&
         a.oneof == b.oneof && a.default_json == b.default_json && a.symbols == b.symbols;
}

std::optional<std::size_t> number_in(std::string_view text) {
  std::size_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<std::string_view> tokens_of(std::string_view pointer) {
  std::vector<std::string_view> tokens;
  if (pointer.starts_with('#')) pointer.remove_prefix(1);
  while (pointer.starts_with('/')) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    tokens.push_back(pointer.substr(0, end));
    pointer.remove_prefix(end);
  }
  return tokens;
}

/// The field that a place in an Avro schema's text is in: "/fields/2/type/fields/0" is "venue.mic".
std::string avro_path(const schema::JsonNode& root, std::string_view pointer) {
  std::string path;
  const schema::JsonNode* node = &root;
  bool in_fields = false;
  for (const std::string_view token : tokens_of(pointer)) {
    if (node->is_array()) {
      const auto index = number_in(token);
      if (!index || *index >= node->elements.size()) return path;
      node = &node->elements[*index];
      if (in_fields && node->find("name") != nullptr) path += (path.empty() ? "" : ".") + node->find("name")->text;
      in_fields = false;
      continue;
    }
    const schema::JsonNode* next = node->find(token);
    if (next == nullptr) return path;
    in_fields = token == "fields";
    if (token == "items") path += "[]";
    if (token == "values") path += "{}";
    node = next;
  }
  return path;
}

std::string json_path(std::string_view pointer) {
  std::string path;
  bool is_name = false;
  for (const std::string_view token : tokens_of(pointer)) {
    if (is_name) {
      path += fmt::format("{}{}", path.empty() ? "" : ".", token);
      is_name = false;
    } else if (token == "properties") {
      is_name = true;
    } else if (token == "items") {
      path += "[]";
    }
  }
  return path;
}

/// Fields of Protobuf go by their numbers.
std::string protobuf_path(const std::vector<const FieldNode*>& fields, std::string_view pointer) {
  const auto tokens = tokens_of(pointer);
  const auto number = tokens.empty() ? std::nullopt : number_in(tokens.back());
  if (!number || tokens.size() != 2) return "";
  for (const FieldNode* field : fields)
    if (field->number == static_cast<int>(*number) && field->path.find('.') == field->path.npos) return field->path;
  return "";
}

/// The reader's field that each reason is about, with the reason.
std::multimap<std::string, std::string> by_field(const RegisteredSchema& reader, const Reasons& reasons) {
  std::multimap<std::string, std::string> out;
  const schema::FieldTree tree = reader.parsed->field_tree();
  std::vector<const FieldNode*> fields;
  flatten(tree.fields, fields);
  const auto text = reader.format == "AVRO" ? schema::parse_json(reader.text, {}) : Result<schema::JsonNode>(schema::JsonNode());
  for (const registry::Incompatibility& each : reasons) {
    std::string path;
    if (reader.format == "AVRO" && text.ok()) path = avro_path(*text, each.path);
    if (reader.format == "JSON") path = json_path(each.path);
    if (reader.format == "PROTOBUF") path = protobuf_path(fields, each.path);
    out.emplace(std::move(path), each.message);
  }
  return out;
}

bool is_inside(std::string_view path, std::string_view field) {
  return path == field || (path.starts_with(field) && (path[field.size()] == '.' || path[field.size()] == '[' || path[field.size()] == '{'));
}

/// Takes the reasons that are about the field, or something in it, out of `reasons`: the first message.
std::optional<std::string> take(std::multimap<std::string, std::string>& reasons, std::string_view field) {
  std::optional<std::string> first;
  for (auto at = reasons.begin(); at != reasons.end();) {
    if (!is_inside(at->first, field)) {
      ++at;
      continue;
    }
    if (!first) first = at->second;
    at = reasons.erase(at);
  }
  return first;
}

/// With a full stop.
std::string sentence(std::string text) {
  if (!text.empty() && text.back() != '.') text += '.';
  return text;
}

struct Comparison {
  const RegisteredSchema& from;
  const RegisteredSchema& to;
  std::multimap<std::string, std::string> backward;  ///< Why the new version cannot read events of the old one.
  std::multimap<std::string, std::string> forward;

  SchemaFieldChange added(const FieldNode& field) {
    SchemaFieldChange change{SchemaFieldChange::Kind::kAdded, field.path, "", in_words(field), "", false, false, false};
    const auto why = take(backward, field.path);
    change.breaks_backward = why.has_value();
    change.meaning = "Old readers skip it.";
    if (const auto stops = take(forward, field.path)) {
      change.breaks_forward = true;
      change.meaning = "Old readers cannot read new events: " + sentence(*stops);
    }
    if (why) change.meaning += " Events from before cannot be read with the new version: " + sentence(*why);
    else if (field.default_json) change.meaning += fmt::format(" Events from before read as {}.", *field.default_json);
    else change.meaning += " Events from before do not have it.";
    return change;
  }

  SchemaFieldChange removed(const FieldNode& field) {
    SchemaFieldChange change{SchemaFieldChange::Kind::kRemoved, field.path, in_words(field), "", "", false, false, false};
    const auto why = take(forward, field.path);
    change.breaks_forward = why.has_value();
    if (why) change.meaning = "Old readers cannot read new events: " + sentence(*why);
    else if (field.default_json) change.meaning = fmt::format("Old readers read {} instead.", *field.default_json);
    else change.meaning = "Old readers find it missing.";
    if (const auto stops = take(backward, field.path)) {
      change.breaks_backward = true;
      change.meaning += " Events from before cannot be read with the new version: " + sentence(*stops);
    }
    return change;
  }

  SchemaFieldChange changed(const FieldNode& before, const FieldNode& after) {
    SchemaFieldChange change{SchemaFieldChange::Kind::kChanged, after.path, in_words(before), in_words(after), "", false, false, false};
    const auto old_events = take(backward, after.path);
    const auto new_events = take(forward, after.path);
    change.breaks_backward = old_events.has_value();
    change.breaks_forward = new_events.has_value();
    if (reads_alike(before, after) && !old_events && !new_events) {
      change.text_only = true;
      change.meaning = before.doc != after.doc ? "Only what it says about itself: its meaning is described anew."
                                               : "Only its tags: no reader notices.";
      change.before = before.doc != after.doc ? before.doc : fmt::format("tags {}", fmt::join(before.tags, ", "));
      change.after = before.doc != after.doc ? after.doc : fmt::format("tags {}", fmt::join(after.tags, ", "));
      return change;
    }
    if (!old_events && !new_events) change.meaning = "Either version reads the other's events.";
    if (new_events) change.meaning = "Old readers cannot read new events: " + sentence(*new_events);
    if (old_events) {
      if (!change.meaning.empty()) change.meaning += " ";
      change.meaning += "Events from before cannot be read with the new version: " + sentence(*old_events);
    }
    if (new_events && !old_events) change.meaning += " The new version reads events from before.";
    if (old_events && !new_events) change.meaning += " Old readers read new events.";
    return change;
  }
};

std::vector<schema::CompatibilityLevel> broken(bool backward, bool forward) {
  using schema::CompatibilityLevel;
  std::vector<CompatibilityLevel> out;
  for (const auto level : {CompatibilityLevel::kBackward, CompatibilityLevel::kBackwardTransitive, CompatibilityLevel::kForward,
                           CompatibilityLevel::kForwardTransitive, CompatibilityLevel::kFull, CompatibilityLevel::kFullTransitive})
    if ((schema::needs_backward(level) && !backward) || (schema::needs_forward(level) && !forward)) out.push_back(level);
  return out;
}

/// What no field's change accounts for.
void add_rest(std::vector<SchemaFieldChange>& changes, const std::multimap<std::string, std::string>& reasons, bool backward) {
  for (const auto& [path, why] : reasons) {
    SchemaFieldChange change{SchemaFieldChange::Kind::kChanged, path, "", "", "", false, backward, !backward};
    change.meaning = (backward ? "Events from before cannot be read with the new version: " : "Old readers cannot read new events: ") + sentence(why);
    changes.push_back(std::move(change));
  }
}

}  // namespace

std::string_view schema_change_name(SchemaFieldChange::Kind kind) {
  switch (kind) {
    case SchemaFieldChange::Kind::kAdded:
      return "added";
    case SchemaFieldChange::Kind::kChanged:
      return "changed";
    case SchemaFieldChange::Kind::kRemoved:
      return "removed";
  }
  return "changed";
}

SchemaDifference difference_between(const RegisteredSchema& from, const RegisteredSchema& to) {
  SchemaDifference difference;
  if (!from.parsed || !to.parsed) {
    difference.unknown = fmt::format("v{} no longer parses.", (from.parsed ? to : from).version);
    return difference;
  }
  const schema::FieldTree old_tree = from.parsed->field_tree();
  const schema::FieldTree new_tree = to.parsed->field_tree();
  Comparison comparison{from, to, {}, {}};
  if (from.format != to.format) {
    difference.unknown = fmt::format("v{} is {} and v{} is {}: no reader reads both.", from.version, from.format, to.version, to.format);
  } else {
    const auto backward = to.parsed->incompatibilities(*from.parsed, registry::Policy::kStrict);
    const auto forward = from.parsed->incompatibilities(*to.parsed, registry::Policy::kStrict);
    if (backward.ok() && forward.ok()) {
      difference.backward = backward->empty();
      difference.forward = forward->empty();
      difference.broken_levels = broken(difference.backward, difference.forward);
      comparison.backward = by_field(to, *backward);
      comparison.forward = by_field(from, *forward);
    } else {
      difference.unknown = (backward.ok() ? forward : backward).error().message;
    }
  }

  std::vector<const FieldNode*> before, after;
  flatten(old_tree.fields, before);
  flatten(new_tree.fields, after);
  std::map<std::string_view, const FieldNode*> old_by_path, new_by_path;
  for (const FieldNode* field : before) old_by_path.emplace(field->path, field);
  for (const FieldNode* field : after) new_by_path.emplace(field->path, field);
  // Inner fields first get their reasons: what is left then is about the field itself.
  std::map<std::string_view, SchemaFieldChange> found;
  for (auto at = after.rbegin(); at != after.rend(); ++at) {
    const FieldNode& field = **at;
    const auto old = old_by_path.find(field.path);
    if (old == old_by_path.end()) found.emplace(field.path, comparison.added(field));
    else if (!reads_alike(*old->second, field) || old->second->doc != field.doc || old->second->tags != field.tags)
      found.emplace(field.path, comparison.changed(*old->second, field));
  }
  for (const FieldNode* field : after)
    if (const auto change = found.find(field->path); change != found.end()) difference.changes.push_back(change->second);
  for (const FieldNode* field : before)
    if (!new_by_path.contains(field->path)) difference.changes.push_back(comparison.removed(*field));
  add_rest(difference.changes, comparison.backward, true);
  add_rest(difference.changes, comparison.forward, false);
  return difference;
}

void write(JsonWriter& json, const SchemaFieldChange& change) {
  const auto or_null = [](const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); };
  json.begin_object()
      .member("change", schema_change_name(change.kind))
      .member("path", or_null(change.path))
      .member("before", or_null(change.before))
      .member("after", or_null(change.after))
      .member("meaning", change.meaning)
      .member("text_only", change.text_only)
      .member("breaks_backward", change.breaks_backward)
      .member("breaks_forward", change.breaks_forward)
      .end_object();
}

void write_members(JsonWriter& json, const SchemaDifference& difference) {
  json.member("backward", difference.unknown.empty() ? std::optional(difference.backward) : std::nullopt)
      .member("forward", difference.unknown.empty() ? std::optional(difference.forward) : std::nullopt)
      .key("broken_levels")
      .begin_array();
  for (const auto level : difference.broken_levels) json.value(schema::level_name(level));
  json.end_array()
      .member("unknown", difference.unknown.empty() ? std::nullopt : std::optional(difference.unknown))
      .member("changes", difference.changes);
}

}  // namespace weft::mesh
