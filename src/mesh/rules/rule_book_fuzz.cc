#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "mesh/rules/rule_book.h"

/// Any text: a book, or findings that say where; a book then judges a product without trouble.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft;
  static const schema::JsonNode kProduct = *schema::parse_json(
      R"({"domain":"a","name":"b","tags":["x"],"sla":1,"description":"Some text","attributes":{"k":"v","n":1.5},
          "links":[{"title":"t","url":"https://x"}],"streams":[{"port":"ports[0]","topic":"t","schema":{"fields":3}}]})");
  const mesh::ReadRuleBook read = mesh::read_rule_book({reinterpret_cast<const char*>(data), size});
  CHECK((read.book == nullptr) == mesh::blocks(read.findings), "a text without a book says why");
  for (const mesh::Finding& finding : read.findings)
    CHECK(finding.line > 0 && finding.column > 0, "each has its place");
  if (read.book) (void)read.book->check(kProduct, "2026-11-23");
  return 0;
}
