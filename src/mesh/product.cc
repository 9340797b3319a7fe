#include "mesh/product.h"

#include "mesh/json_reader.h"
#include "mesh/json_writer.h"

namespace weft::mesh {

namespace {
constexpr std::int64_t kFormat = 1;
}

std::optional<ProductId> ProductId::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == text.npos || slash == 0 || slash + 1 == text.size() || text.find('/', slash + 1) != text.npos)
    return std::nullopt;
  return ProductId{std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
}

std::string_view quality_name(Quality quality) {
  switch (quality) {
    case Quality::kAuthoritative:
      return "authoritative";
    case Quality::kCurated:
      return "curated";
    case Quality::kRaw:
      return "raw";
  }
  return "raw";
}

std::optional<Quality> parse_quality(std::string_view name) {
  for (const Quality quality : {Quality::kAuthoritative, Quality::kCurated, Quality::kRaw})
    if (quality_name(quality) == name) return quality;
  return std::nullopt;
}

std::string_view lifecycle_name(Lifecycle lifecycle) { return lifecycle == Lifecycle::kLive ? "live" : "deprecated"; }

std::optional<Lifecycle> parse_lifecycle(std::string_view name) {
  if (name == "live") return Lifecycle::kLive;
  if (name == "deprecated") return Lifecycle::kDeprecated;
  return std::nullopt;
}

bool Product::says_the_same_as(const Product& other) const {
  return id == other.id && owner == other.owner && description == other.description && quality == other.quality &&
         sla == other.sla && tags == other.tags && lifecycle == other.lifecycle && port == other.port;
}

std::string product_record(const Product& product) {
  JsonWriter json;
  json.begin_object()
      .member("format", kFormat)
      .member("domain", product.id.domain)
      .member("name", product.id.name)
      .member("version", product.version)
      .member("owner", product.owner)
      .member("description", product.description)
      .member("quality", quality_name(product.quality))
      .member("sla", product.sla)
      .member("tags", product.tags)
      .member("lifecycle", lifecycle_name(product.lifecycle))
      .key("port")
      .begin_object()
      .member("cluster", product.port.cluster)
      .member("environment", product.port.environment)
      .member("region", product.port.region)
      .member("topic", product.port.topic)
      .member("subject", product.port.subject)
      .end_object()
      .member("published_at_ms", product.published_at_ms)
      .member("updated_at_ms", product.updated_at_ms)
      .member("updated_by", product.updated_by)
      .end_object();
  return std::move(json).take();
}

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
  TRY_ASSIGN(product.description, reader.text("description"));
  TRY_ASSIGN(const std::string quality, reader.text("quality"));
  TRY_ASSIGN(const std::int64_t sla, reader.integer("sla"));
  TRY_ASSIGN(product.tags, reader.texts("tags"));
  TRY_ASSIGN(const std::string lifecycle, reader.text("lifecycle"));
  if (!parse_quality(quality) || !parse_lifecycle(lifecycle) || sla < 1 || sla > 3)
    return error(ErrorCode::kCorrupt, "quality '{}', lifecycle '{}' or SLA tier {} is none of ours", quality, lifecycle,
                 sla);
  product.quality = *parse_quality(quality);
  product.lifecycle = *parse_lifecycle(lifecycle);
  product.sla = static_cast<int>(sla);
  TRY_ASSIGN(const schema::JsonNode* port, reader.object("port"));
  const JsonReader port_reader(*port);
  TRY_ASSIGN(product.port.cluster, port_reader.text("cluster"));
  TRY_ASSIGN(product.port.environment, port_reader.text("environment"));
  TRY_ASSIGN(product.port.region, port_reader.text("region"));
  TRY_ASSIGN(product.port.topic, port_reader.text("topic"));
  TRY_ASSIGN(product.port.subject, port_reader.text("subject"));
  TRY_ASSIGN(product.published_at_ms, reader.integer("published_at_ms"));
  TRY_ASSIGN(product.updated_at_ms, reader.integer("updated_at_ms"));
  TRY_ASSIGN(product.updated_by, reader.text("updated_by"));
  return product;
}

}  // namespace weft::mesh
