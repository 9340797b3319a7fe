#include "registry/definition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "registry/md5.h"
#include "schema/json_text.h"
#include "schema/json_tree.h"

namespace weft::registry {
namespace {

using schema::JsonNode;

constexpr std::array<std::string_view, 3> kTypeNames = {"AVRO", "JSON", "PROTOBUF"};

/// The texts that identity is made of, one after the other without separators.
class IdentityText {
 public:
  explicit IdentityText(const Definition& definition) : text_(definition.text) {
    for (const Reference& reference : definition.references) {
      text_ += reference.name;
      text_ += reference.subject;
      for (int shift = 24; shift >= 0; shift -= 8) {
        text_ += static_cast<char>((static_cast<std::uint32_t>(reference.version) >> shift) & 0xFF);
      }
    }
    if (!definition.metadata_json.empty()) add_metadata(tree_of(definition.metadata_json));
    if (!definition.rule_set_json.empty()) add_rule_set(tree_of(definition.rule_set_json));
  }

  const std::string& text() const { return text_; }

 private:
  static JsonNode tree_of(const std::string& json) { return schema::parse_json(json).value_or({}); }

  void add(const JsonNode* node) {
    if (node != nullptr && node->is_string()) text_ += node->text;
  }
  void add_sorted_texts(const JsonNode* list) {
    if (list == nullptr) return;
    std::vector<std::string_view> texts;
    for (const JsonNode& element : list->elements) texts.push_back(element.text);
    std::sort(texts.begin(), texts.end());
    for (const std::string_view text : texts) text_ += text;
  }
  /// Members by key: the key, then its text or its sorted list of texts.
  void add_sorted_members(const JsonNode* object) {
    if (object == nullptr) return;
    std::map<std::string_view, const JsonNode*> members;
    for (const auto& member : object->members) members.emplace(member.name, &member.value);
    for (const auto& [name, value] : members) {
      text_ += name;
      value->is_array() ? add_sorted_texts(value) : add(value);
    }
  }

  void add_metadata(const JsonNode& metadata) {
    text_ += '\1';
    add_sorted_members(metadata.find("tags"));
    add_sorted_members(metadata.find("properties"));
    add_sorted_texts(metadata.find("sensitive"));
  }

  void add_rule_set(const JsonNode& rules) {
    text_ += '\1';
    for (const char* list : {"migrationRules", "domainRules", "encodingRules"}) {
      const JsonNode* found = rules.find(list);
      if (found == nullptr) continue;
      for (const JsonNode& rule : found->elements) add_rule(rule);
    }
    add(rules.find("enableAt"));
  }

  void add_rule(const JsonNode& rule) {
    for (const char* member : {"name", "doc", "kind", "mode", "type"}) add(rule.find(member));
    add_sorted_texts(rule.find("tags"));
    add_sorted_members(rule.find("params"));
    for (const char* member : {"expr", "onSuccess", "onFailure"}) add(rule.find(member));
    const JsonNode* disabled = rule.find("disabled");
    if (disabled != nullptr && disabled->boolean) text_ += '\1';
  }

  std::string text_;
};

}  // namespace

std::string_view schema_type_name(SchemaType type) { return kTypeNames[static_cast<std::size_t>(type)]; }

std::optional<SchemaType> parse_schema_type(std::string_view name) {
  const auto at = std::find(kTypeNames.begin(), kTypeNames.end(), name);
  if (at == kTypeNames.end()) return std::nullopt;
  return static_cast<SchemaType>(at - kTypeNames.begin());
}

std::string references_json(const std::vector<Reference>& references) {
  std::string out = "[";
  for (const Reference& reference : references) {
    if (out.size() > 1) out += ',';
    schema::JsonObjectText object;
    object.text("name", reference.name).text("subject", reference.subject).number("version", reference.version);
    out += object.take();
  }
  return out += ']';
}

bool Definition::is_only_text() const { return references.empty() && metadata_json.empty() && rule_set_json.empty(); }

Uuid guid_of(const Definition& definition) {
  return md5(definition.is_only_text() ? definition.text : IdentityText(definition).text());
}

std::string guid_text(const Uuid& guid) {
  std::string text;
  for (std::size_t i = 0; i < guid.bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    fmt::format_to(std::back_inserter(text), "{:02x}", guid.bytes[i]);
  }
  return text;
}

std::optional<Uuid> parse_guid(std::string_view text) {
  constexpr std::size_t kSize = 36;
  if (text.size() != kSize) return std::nullopt;
  Uuid guid;
  std::size_t at = 0;
  for (std::size_t i = 0; i < guid.bytes.size(); ++i) {
    if ((i == 4 || i == 6 || i == 8 || i == 10) && text[at++] != '-') return std::nullopt;
    unsigned byte = 0;
    const auto [end, failed] = std::from_chars(text.data() + at, text.data() + at + 2, byte, 16);
    if (failed != std::errc{} || end != text.data() + at + 2) return std::nullopt;
    guid.bytes[i] = static_cast<std::remove_reference_t<decltype(guid.bytes[i])>>(byte);
    at += 2;
  }
  return guid;
}

}  // namespace weft::registry
