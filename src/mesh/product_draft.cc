#include "mesh/product_draft.h"

#include "base/check.h"
#include "mesh/json_writer.h"
#include "mesh/text_bounds.h"
#include "stream/cluster.h"

namespace weft::mesh {

PortDraft PortDraft::of_topic(std::string topic) {
  PortDraft draft;
  draft.topic = std::move(topic);
  return draft;
}

namespace {

PortDraft draft_of(const Port& port) {
  PortDraft draft;
  draft.name = port.name;
  draft.kind = std::string(port_kind_name(port.kind));
  if (port.is_stream()) {
    draft.cluster = port.cluster;
    draft.topic = port.topic;
    draft.subject = port.subject;
    return draft;
  }
  draft.address = port.address;
  draft.format = port.format;
  draft.contract = port.contract;
  if (port.probe)
    draft.probe = PortDraft::ProbeDraft{std::string(probe_kind_name(port.probe->kind)), port.probe->target,
                                        port.probe->interval_seconds};
  return draft;
}

Port port_of(const PortDraft& draft, const stream::ClusterIdentity& home) {
  Port port;
  port.name = draft.name_or_default();
  const auto kind = parse_port_kind(draft.kind_or_default());
  CHECK(kind, "no rule blocks");
  port.kind = *kind;
  if (port.is_stream()) {
    CHECK(draft.topic, "no rule blocks");
    port.cluster = home.name;
    port.environment = home.environment;
    port.region = home.region;
    port.topic = *draft.topic;
    port.subject = draft.subject_or_default();
    return port;
  }
  CHECK(draft.address, "no rule blocks");
  port.address = *draft.address;
  port.format = draft.format.value_or("");
  port.contract = draft.contract;
  if (draft.probe) {
    const auto probe_kind = parse_probe_kind(draft.probe->kind.value_or("http"));
    CHECK(probe_kind && draft.probe->target, "no rule blocks");
    port.probe =
        Probe{*probe_kind, *draft.probe->target, draft.probe->interval_seconds.value_or(kProbeIntervalSecondsDefault)};
  }
  return port;
}

}  // namespace

ProductDraft ProductDraft::of(const Product& product) {
  ProductDraft draft;
  draft.owner = product.owner;
  draft.description = product.description;
  draft.quality = std::string(quality_name(product.quality));
  draft.sla = product.sla;
  draft.tags = product.tags;
  draft.audience = std::string(audience_name(product.audience));
  draft.sensitivity = std::string(sensitivity_name(product.sensitivity));
  draft.links = product.links;
  draft.support = product.support;
  draft.terms = product.terms;
  draft.attributes = product.attributes;
  for (const Port& port : product.ports) draft.ports.push_back(draft_of(port));
  return draft;
}

Product product_of(const ProductId& id, const ProductDraft& draft, const stream::ClusterIdentity& home) {
  CHECK(draft.owner && draft.description && draft.quality && draft.sla, "no rule blocks");
  Product product;
  product.id = id;
  product.owner = *draft.owner;
  product.description = std::string(trimmed(*draft.description));
  product.quality = *parse_quality(*draft.quality);
  product.sla = static_cast<int>(*draft.sla);
  product.tags = draft.tags;
  if (draft.audience) product.audience = *parse_audience(*draft.audience);
  if (draft.sensitivity) product.sensitivity = *parse_sensitivity(*draft.sensitivity);
  product.links = draft.links;
  product.support = draft.support;
  product.terms = std::string(trimmed(draft.terms ? std::string_view(*draft.terms) : std::string_view()));
  product.attributes = draft.attributes;
  for (const PortDraft& port : draft.ports) product.ports.push_back(port_of(port, home));
  return product;
}

namespace {

template <class T>
void maybe(JsonWriter& json, std::string_view name, const std::optional<T>& value) {
  if (value) json.member(name, *value);
}

}  // namespace

static void write(JsonWriter& json, const PortDraft& port) {
  json.begin_object();
  maybe(json, "name", port.name);
  maybe(json, "kind", port.kind);
  maybe(json, "cluster", port.cluster);
  maybe(json, "topic", port.topic);
  maybe(json, "subject", port.subject);
  maybe(json, "address", port.address);
  maybe(json, "format", port.format);
  maybe(json, "contract", port.contract);
  if (port.probe) {
    json.key("probe").begin_object();
    maybe(json, "kind", port.probe->kind);
    maybe(json, "target", port.probe->target);
    maybe(json, "interval_seconds", port.probe->interval_seconds);
    json.end_object();
  }
  json.end_object();
}

void write_members(JsonWriter& json, const ProductDraft& draft) {
  maybe(json, "owner", draft.owner);
  maybe(json, "description", draft.description);
  maybe(json, "quality", draft.quality);
  maybe(json, "sla", draft.sla);
  json.member("tags", draft.tags);
  maybe(json, "audience", draft.audience);
  maybe(json, "sensitivity", draft.sensitivity);
  json.member("links", draft.links);
  maybe(json, "support", draft.support);
  maybe(json, "terms", draft.terms);
  json.member("attributes", draft.attributes).key("ports").begin_array();
  for (const PortDraft& port : draft.ports) write(json, port);
  json.end_array();
}

void write(JsonWriter& json, const ProductDraft& draft) {
  json.begin_object();
  write_members(json, draft);
  json.end_object();
}

}  // namespace weft::mesh
