#include "mesh/product.h"

#include <algorithm>

#include "mesh/json_reader.h"
#include "mesh/json_writer.h"
#include "mesh/markdown_summary.h"
#include "mesh/words.h"

namespace weft::mesh {

namespace {
constexpr std::int64_t kFormat = 2;

constexpr Words<Quality, 3> kQualities(
    {{{Quality::kAuthoritative, "authoritative"}, {Quality::kCurated, "curated"}, {Quality::kRaw, "raw"}}});
constexpr Words<Lifecycle, 3> kLifecycles(
    {{{Lifecycle::kLive, "live"}, {Lifecycle::kDeprecated, "deprecated"}, {Lifecycle::kRetired, "retired"}}});
constexpr Words<Audience, 4> kAudiences({{{Audience::kPrivate, "private"},
                                          {Audience::kByRequest, "by_request"},
                                          {Audience::kDomain, "domain"},
                                          {Audience::kOpen, "open"}}});
constexpr Words<Sensitivity, 4> kSensitivities({{{Sensitivity::kPublic, "public"},
                                                 {Sensitivity::kInternal, "internal"},
                                                 {Sensitivity::kConfidential, "confidential"},
                                                 {Sensitivity::kPersonalData, "personal_data"}}});
}  // namespace

std::optional<ProductId> ProductId::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == text.npos || slash == 0 || slash + 1 == text.size() || text.find('/', slash + 1) != text.npos)
    return std::nullopt;
  return ProductId{std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
}

std::string_view quality_name(Quality quality) { return kQualities.name(quality); }
std::optional<Quality> parse_quality(std::string_view name) { return kQualities.parse(name); }
std::string_view lifecycle_name(Lifecycle lifecycle) { return kLifecycles.name(lifecycle); }
std::optional<Lifecycle> parse_lifecycle(std::string_view name) { return kLifecycles.parse(name); }
std::string_view audience_name(Audience audience) { return kAudiences.name(audience); }
std::optional<Audience> parse_audience(std::string_view name) { return kAudiences.parse(name); }
std::string_view sensitivity_name(Sensitivity sensitivity) { return kSensitivities.name(sensitivity); }
std::optional<Sensitivity> parse_sensitivity(std::string_view name) { return kSensitivities.parse(name); }

const Port& Product::stream() const {
  static const Port kNone;
  const auto at = std::find_if(ports.begin(), ports.end(), [](const Port& port) { return port.is_stream(); });
  return at == ports.end() ? kNone : *at;
}

std::string Product::summary() const { return markdown_summary(description); }

bool Product::says_the_same_as(const Product& other) const {
  return id == other.id && owner == other.owner && description == other.description && quality == other.quality &&
         sla == other.sla && tags == other.tags && lifecycle == other.lifecycle && deprecation == other.deprecation &&
         audience == other.audience && sensitivity == other.sensitivity && links == other.links &&
         support == other.support && terms == other.terms && attributes == other.attributes && ports == other.ports;
}

void write(JsonWriter& json, const Link& link) {
  json.begin_object().member("title", link.title).member("url", link.url).end_object();
}

void write(JsonWriter& json, const Deprecation& deprecation) {
  json.begin_object()
      .member("reason", deprecation.reason)
      .member("ends_on", deprecation.ends_on.empty() ? std::nullopt : std::optional(deprecation.ends_on))
      .member("successor",
              deprecation.successor ? std::optional(deprecation.successor->to_string()) : std::nullopt)
      .end_object();
}

void write_members(JsonWriter& json, const Product& product) {
  json.member("description", product.description)
      .member("owner", product.owner)
      .member("quality", quality_name(product.quality))
      .member("sla", product.sla)
      .member("tags", product.tags)
      .member("lifecycle", lifecycle_name(product.lifecycle))
      .member("deprecation", product.deprecation)
      .member("audience", audience_name(product.audience))
      .member("sensitivity", sensitivity_name(product.sensitivity))
      .member("links", product.links)
      .member("support", product.support)
      .member("terms", product.terms)
      .member("attributes", product.attributes)
      .member("ports", product.ports);
}

std::string product_record(const Product& product) {
  JsonWriter json;
  json.begin_object()
      .member("format", kFormat)
      .member("domain", product.id.domain)
      .member("name", product.id.name)
      .member("version", product.version);
  write_members(json, product);
  json.member("owner_id", product.owner_id)
      .member("published_at_ms", product.published_at_ms)
      .member("updated_at_ms", product.updated_at_ms)
      .member("updated_by", product.updated_by)
      .end_object();
  return std::move(json).take();
}

namespace {

template <class Value>
Result<Value> word(const JsonReader& reader, std::string_view name, std::optional<Value> (*parse)(std::string_view)) {
  TRY_ASSIGN(const std::string text, reader.text(name));
  const std::optional<Value> value = parse(text);
  if (!value) return error(ErrorCode::kCorrupt, "{} '{}' is none of ours", name, text);
  return *value;
}

Result<Link> parse_link(const schema::JsonNode& node) {
  const JsonReader reader(node);
  Link link;
  TRY_ASSIGN(link.title, reader.text("title"));
  TRY_ASSIGN(link.url, reader.text("url"));
  return link;
}

/// The elements of an array, each through `parse`.
template <class T>
Result<std::vector<T>> parse_all(const JsonReader& reader, std::string_view name,
                                 Result<T> (*parse)(const schema::JsonNode&)) {
  TRY_ASSIGN(const schema::JsonNode* array, reader.array(name));
  std::vector<T> out;
  for (const schema::JsonNode& element : array->elements) {
    TRY_ASSIGN(T each, parse(element));
    out.push_back(std::move(each));
  }
  return out;
}

Result<std::optional<Deprecation>> parse_deprecation(const schema::JsonNode* node) {
  if (node == nullptr || node->is_null()) return std::optional<Deprecation>();
  const JsonReader reader(*node);
  Deprecation deprecation;
  TRY_ASSIGN(deprecation.reason, reader.text("reason"));
  TRY_ASSIGN(const auto ends_on, reader.maybe_text("ends_on"));
  TRY_ASSIGN(const auto successor, reader.maybe_text("successor"));
  deprecation.ends_on = ends_on.value_or("");
  if (successor) deprecation.successor = ProductId::parse(*successor);
  return std::optional(std::move(deprecation));
}

/// Format 1 had one port, which was a topic.
Result<void> read_format_1(const schema::JsonNode& root, Product& product) {
  TRY_ASSIGN(const schema::JsonNode* port, JsonReader(root).object("port"));
  const JsonReader reader(*port);
  Port stream{.name = "stream"};
  TRY_ASSIGN(stream.cluster, reader.text("cluster"));
  TRY_ASSIGN(stream.environment, reader.text("environment"));
  TRY_ASSIGN(stream.region, reader.text("region"));
  TRY_ASSIGN(stream.topic, reader.text("topic"));
  TRY_ASSIGN(stream.subject, reader.text("subject"));
  product.ports.push_back(std::move(stream));
  if (product.lifecycle == Lifecycle::kDeprecated) product.deprecation.emplace();
  return {};
}

Result<void> read_format_2(const schema::JsonNode& root, Product& product) {
  const JsonReader reader(root);
  TRY_ASSIGN(product.deprecation, parse_deprecation(root.find("deprecation")));
  TRY_ASSIGN(product.audience, word(reader, "audience", parse_audience));
  TRY_ASSIGN(product.sensitivity, word(reader, "sensitivity", parse_sensitivity));
  TRY_ASSIGN(product.links, parse_all(reader, "links", parse_link));
  if (const schema::JsonNode* support = root.find("support"); support != nullptr && !support->is_null()) {
    TRY_ASSIGN(product.support, parse_link(*support));
  }
  TRY_ASSIGN(product.terms, reader.text("terms"));
  TRY_ASSIGN(const schema::JsonNode* attributes, reader.object("attributes"));
  for (const schema::JsonNode::Member& member : attributes->members) {
    TRY_ASSIGN(AttributeValue value, AttributeValue::of_json(member.value));
    product.attributes.insert_or_assign(member.name, std::move(value));
  }
  TRY_ASSIGN(product.ports, parse_all(reader, "ports", parse_port));
  return {};
}

}  // namespace

Result<Product> parse_product_record(std::string_view value) {
  TRY_ASSIGN(const schema::JsonNode root, schema::parse_json(value));
  const JsonReader reader(root);
  TRY_ASSIGN(const std::int64_t format, reader.integer("format"));
  if (format > kFormat)
    return error(ErrorCode::kUnsupported, "product format {}; this weft reads up to {}", format, kFormat);
  Product product;
  TRY_ASSIGN(product.id.domain, reader.text("domain"));
  TRY_ASSIGN(product.id.name, reader.text("name"));
  TRY_ASSIGN(product.version, reader.integer("version"));
  TRY_ASSIGN(product.owner, reader.text("owner"));
  TRY_ASSIGN(const auto owner_id, reader.maybe_text("owner_id"));
  product.owner_id = owner_id.value_or("");
  TRY_ASSIGN(product.description, reader.text("description"));
  TRY_ASSIGN(product.quality, word(reader, "quality", parse_quality));
  TRY_ASSIGN(product.lifecycle, word(reader, "lifecycle", parse_lifecycle));
  TRY_ASSIGN(const std::int64_t sla, reader.integer("sla"));
  if (sla < 1 || sla > 3) return error(ErrorCode::kCorrupt, "SLA tier {} is none of ours", sla);
  product.sla = static_cast<int>(sla);
  TRY_ASSIGN(product.tags, reader.texts("tags"));
  TRY(format == 1 ? read_format_1(root, product) : read_format_2(root, product));
  TRY_ASSIGN(product.published_at_ms, reader.integer("published_at_ms"));
  TRY_ASSIGN(product.updated_at_ms, reader.integer("updated_at_ms"));
  TRY_ASSIGN(product.updated_by, reader.text("updated_by"));
  return product;
}

}  // namespace weft::mesh
