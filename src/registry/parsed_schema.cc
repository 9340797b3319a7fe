#include "registry/parsed_schema.h"

#include <algorithm>

#include "base/check.h"
#include "schema/avro/compatibility.h"
#include "schema/avro/decode.h"
#include "schema/avro/field_tree.h"
#include "schema/avro/print.h"
#include "schema/avro/schema.h"
#include "schema/avro/tags.h"
#include "schema/json/compatibility.h"
#include "schema/json/field_tree.h"
#include "schema/json/print.h"
#include "schema/json/schema.h"
#include "schema/json/tags.h"
#include "schema/json_tree.h"
#include "schema/protobuf/compatibility.h"
#include "schema/protobuf/decode.h"
#include "schema/protobuf/field_tree.h"
#include "schema/protobuf/print.h"
#include "schema/protobuf/schema.h"
#include "schema/protobuf/tags.h"

namespace weft::registry {
namespace {

namespace avro = schema::avro;
namespace json = schema::json;
namespace protobuf = schema::protobuf;

class AvroSchema final : public ParsedSchema {
 public:
  static Result<ParsedSchemaPointer> parse(std::string_view text, ParseRules rules,
                                           std::span<const ReferencedText> references) {
    std::vector<std::string_view> texts;
    // One schema under two names defines its types once.
    for (const ReferencedText& each : references) {
      if (std::find(texts.begin(), texts.end(), each.text) == texts.end()) texts.push_back(each.text);
    }
    const auto how = rules == ParseRules::kNew ? avro::ParseRules::kNew : avro::ParseRules::kStored;
    TRY_ASSIGN(auto schema, avro::Schema::parse(text, how, texts));
    return ParsedSchemaPointer(std::make_shared<AvroSchema>(std::move(schema)));
  }
  explicit AvroSchema(std::shared_ptr<const avro::Schema> schema) : schema_(std::move(schema)) {}

  SchemaType type() const override { return SchemaType::kAvro; }
  std::string canonical_text() const override { return avro::canonical_text(*schema_); }
  Result<std::string> normalized_text() const override { return avro::normalized_text(*schema_); }
  Result<std::string> text_as(std::string_view format) const override {
    return format == "resolved" ? avro::resolved_text(*schema_) : avro::canonical_text(*schema_);
  }
  Result<std::vector<Incompatibility>> incompatibilities(const ParsedSchema& writer, Policy) const override {
    TRY_ASSIGN(const auto found, avro::incompatibilities(*schema_, *writer.avro()));
    std::vector<Incompatibility> reasons;
    for (const auto& each : found) {
      reasons.push_back({std::string(incompatibility_name(each.kind)), each.path, each.message});
    }
    return reasons;
  }
  Result<void> decode_json(ByteView payload, std::string& out) const override {
    return avro::decode_json(*schema_, payload, avro::JsonStyle::kPlain, out);
  }
  std::vector<std::string> field_names() const override {
    std::vector<std::string> names;
    for (const avro::Field& field : schema_->root().fields) names.push_back(field.name);
    return names;
  }
  schema::FieldTree field_tree() const override { return avro::field_tree(*schema_); }
  std::vector<schema::EntityTags> inline_tags() const override { return avro::inline_tags(*schema_); }
  Result<std::string> retagged_text(const schema::TagChanges& changes) const override {
    return avro::retagged_text(*schema_, changes);
  }
  std::shared_ptr<const avro::Schema> avro() const override { return schema_; }

 private:
  std::shared_ptr<const avro::Schema> schema_;
};

class JsonSchema final : public ParsedSchema {
 public:
  static Result<ParsedSchemaPointer> parse(std::string_view text, ParseRules,
                                           std::span<const ReferencedText> references) {
    std::vector<json::ReferencedText> given;
    for (const ReferencedText& each : references) given.push_back({each.name, each.text});
    TRY_ASSIGN(auto schema, json::Schema::parse(text, given));
    return ParsedSchemaPointer(std::make_shared<JsonSchema>(std::move(schema)));
  }
  explicit JsonSchema(std::shared_ptr<const json::Schema> schema) : schema_(std::move(schema)) {}

  SchemaType type() const override { return SchemaType::kJson; }
  std::string canonical_text() const override { return json::canonical_text(*schema_); }
  Result<std::string> normalized_text() const override { return json::normalized_text(*schema_); }
  Result<std::string> text_as(std::string_view) const override { return canonical_text(); }
  Result<std::vector<Incompatibility>> incompatibilities(const ParsedSchema& writer, Policy policy) const override {
    const auto forgiven = policy == Policy::kLenient ? json::Policy::kLenient : json::Policy::kStrict;
    TRY_ASSIGN(const auto found, json::incompatibilities(*schema_, *writer.json(), forgiven));
    std::vector<Incompatibility> reasons;
    for (const auto& each : found) {
      reasons.push_back({std::string(json::change_name(each.kind)), each.path, each.message});
    }
    return reasons;
  }
  /// Confluent's serializers write the JSON text itself. One that the schema does not allow is shown all the same: it
  /// is what the record holds.
  Result<void> decode_json(ByteView payload, std::string& out) const override {
    const std::string_view text = as_text(payload);
    TRY(schema::parse_json(text, {.text_bytes_max = payload.size()}));
    out += text;
    return {};
  }
  std::vector<std::string> field_names() const override {
    std::vector<std::string> names;
    for (const json::Child& child : schema_->root().all(json::Keyword::kProperties)) names.emplace_back(child.name);
    return names;
  }
  schema::FieldTree field_tree() const override { return json::field_tree(*schema_); }
  std::vector<schema::EntityTags> inline_tags() const override { return json::inline_tags(*schema_); }
  Result<std::string> retagged_text(const schema::TagChanges& changes) const override {
    return json::retagged_text(*schema_, changes);
  }
  std::shared_ptr<const json::Schema> json() const override { return schema_; }

 private:
  std::shared_ptr<const json::Schema> schema_;
};

class ProtobufSchema final : public ParsedSchema {
 public:
  static Result<ParsedSchemaPointer> parse(std::string_view text, ParseRules rules,
                                           std::span<const ReferencedText> references) {
    std::vector<protobuf::Reference> given;
    for (const ReferencedText& each : references) given.push_back({each.name, each.text});
    const auto how = rules == ParseRules::kNew ? protobuf::ParseRules::kNew : protobuf::ParseRules::kStored;
    TRY_ASSIGN(auto schema, protobuf::Schema::parse(text, how, given));
    return ParsedSchemaPointer(std::make_shared<ProtobufSchema>(std::move(schema)));
  }
  explicit ProtobufSchema(std::shared_ptr<const protobuf::Schema> schema) : schema_(std::move(schema)) {}

  SchemaType type() const override { return SchemaType::kProtobuf; }
  std::string canonical_text() const override { return protobuf::canonical_text(*schema_); }
  Result<std::string> normalized_text() const override { return protobuf::normalized_text(*schema_); }
  Result<std::string> text_as(std::string_view format) const override {
    if (format == "serialized") return protobuf::serialized_text(*schema_);
    return format == "ignore_extensions" ? protobuf::text_without_extensions(*schema_) : canonical_text();
  }
  Result<std::vector<Incompatibility>> incompatibilities(const ParsedSchema& writer, Policy) const override {
    std::vector<Incompatibility> reasons;
    for (const auto& each : protobuf::incompatibilities(*schema_, *writer.protobuf())) {
      reasons.push_back({std::string(protobuf::difference_name(each.kind)), each.path, each.message});
    }
    return reasons;
  }
  Result<void> decode_json(ByteView payload, std::string& out) const override {
    return protobuf::decode_indexed_json(*schema_, payload, protobuf::JsonStyle::kPlain, out);
  }
  std::vector<std::string> field_names() const override {
    std::vector<std::string> names;
    const auto& messages = schema_->file().messages;
    if (messages.empty()) return names;
    for (const auto& field : messages.front().fields) names.push_back(field.name);
    return names;
  }
  schema::FieldTree field_tree() const override { return protobuf::field_tree(*schema_); }
  std::vector<schema::EntityTags> inline_tags() const override { return protobuf::inline_tags(*schema_); }
  Result<std::string> retagged_text(const schema::TagChanges& changes) const override {
    return protobuf::retagged_text(*schema_, changes);
  }
  std::shared_ptr<const protobuf::Schema> protobuf() const override { return schema_; }

 private:
  std::shared_ptr<const protobuf::Schema> schema_;
};

}  // namespace

Result<ParsedSchemaPointer> parse_schema(SchemaType type, std::string_view text, ParseRules rules,
                                         std::span<const ReferencedText> references) {
  switch (type) {
    case SchemaType::kAvro:
      return AvroSchema::parse(text, rules, references);
    case SchemaType::kJson:
      return JsonSchema::parse(text, rules, references);
    case SchemaType::kProtobuf:
      return ProtobufSchema::parse(text, rules, references);
  }
  check_failed("type", __FILE__, __LINE__, "a schema type is one of three");
}

}  // namespace weft::registry
