#include "api/json_body.h"

/// A body from outside, read as a product draft would be: no crash, and what is reported names a field.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using weft::api::BodyObject;
  const auto body = weft::api::parse_body({reinterpret_cast<const char*>(data), size});
  if (!body.ok()) {
    CHECK(!body.error().message.empty());
    return 0;
  }
  std::vector<weft::mesh::Finding> findings;
  BodyObject object(*body, "", findings);
  (void)object.text("owner", BodyObject::Need::kRequired, 100);
  (void)object.integer("sla", BodyObject::Need::kRequired, 1, 3);
  (void)object.texts("tags", BodyObject::Need::kOptional, 20, 40);
  (void)object.text_map("configs", 10, 100);
  if (auto port = object.object("port", BodyObject::Need::kOptional)) {
    (void)port->text("topic", BodyObject::Need::kRequired, 249);
    port->end();
  }
  object.end();
  for (const auto& finding : findings) CHECK(!finding.rule.empty() && !finding.message.empty() && finding.fix);
  return 0;
}
