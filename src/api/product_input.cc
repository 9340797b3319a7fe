#include "api/product_input.h"

#include "schema/json_tree.h"

namespace weft::api {

namespace {

using Need = BodyObject::Need;
// Bounds on what is read at all; what a product may say is for mesh to judge, with better words.
constexpr std::size_t kTextBytesMax = 64 << 10;
constexpr std::size_t kContractTextBytesMax = 256 << 10;
constexpr std::size_t kNameBytesMax = 4000;
constexpr std::size_t kItemsMax = 1000;

mesh::Link read_link(BodyObject link, std::string_view title, Need need) {
  mesh::Link out{link.text(title, need, kNameBytesMax).value_or(""), link.text("url", need, kNameBytesMax).value_or("")};
  link.end();
  return out;
}

mesh::Contract read_contract(BodyObject contract, Need need) {
  mesh::Contract out{contract.text("media_type", need, kNameBytesMax).value_or(""),
                     contract.text("text", Need::kOptional, kContractTextBytesMax).value_or(""),
                     contract.text("url", Need::kOptional, kNameBytesMax).value_or("")};
  contract.end();
  return out;
}

mesh::PortDraft read_port(BodyObject port, Need need) {
  mesh::PortDraft draft;
  draft.name = port.text("name", Need::kOptional, kNameBytesMax);
  draft.kind = port.text("kind", Need::kOptional, kNameBytesMax);
  if (draft.is_stream()) {
    draft.cluster = port.text("cluster", Need::kOptional, kNameBytesMax);
    draft.topic = port.text("topic", need, kNameBytesMax);
    draft.subject = port.text("subject", Need::kOptional, kNameBytesMax);
    port.end();
    return draft;
  }
  draft.address = port.text("address", need, kNameBytesMax);
  draft.format = port.text("format", Need::kOptional, kNameBytesMax);
  if (auto contract = port.maybe_object("contract")) draft.contract = read_contract(std::move(*contract), need);
  if (auto probe = port.maybe_object("probe")) {
    draft.probe = mesh::PortDraft::ProbeDraft{probe->text("kind", Need::kOptional, kNameBytesMax),
                                              probe->text("target", need, kNameBytesMax),
                                              probe->integer("interval_seconds", Need::kOptional, 0, 1'000'000)};
    probe->end();
  }
  port.end();
  return draft;
}

}  // namespace

mesh::ProductDraft read_draft(BodyObject& body, Need need) {
  mesh::ProductDraft draft;
  draft.owner = body.text("owner", need, kNameBytesMax);
  draft.description = body.text("description", need, kTextBytesMax);
  draft.quality = body.text("quality", need, kNameBytesMax);
  draft.sla = body.integer("sla", need, -1'000'000, 1'000'000);
  draft.tags = body.texts("tags", Need::kOptional, kItemsMax, kNameBytesMax);
  draft.audience = body.text("audience", Need::kOptional, kNameBytesMax);
  draft.sensitivity = body.text("sensitivity", Need::kOptional, kNameBytesMax);
  for (BodyObject& link : body.objects("links", Need::kOptional, kItemsMax))
    draft.links.push_back(read_link(std::move(link), "title", need));
  if (auto support = body.maybe_object("support")) draft.support = read_link(std::move(*support), "title", need);
  draft.terms = body.text("terms", Need::kOptional, kTextBytesMax);
  if (auto attributes = body.object("attributes", Need::kOptional)) {
    attributes->each([&draft](const std::string& name, const schema::JsonNode& node) -> Result<void> {
      TRY_ASSIGN(mesh::AttributeValue value, mesh::AttributeValue::of_json(node));
      draft.attributes.insert_or_assign(name, std::move(value));
      return {};
    });
  }
  for (BodyObject& port : body.objects("ports", need, kItemsMax)) draft.ports.push_back(read_port(std::move(port), need));
  return draft;
}

}  // namespace weft::api
