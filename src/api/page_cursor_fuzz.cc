#include <string_view>

#include "api/page_cursor.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const mesh::CatalogueQuery query{.text = "a"};
  const auto place = api::parse_page_cursor(query, text);
  // Every place has one text.
  if (place) CHECK(api::page_cursor(query, *place) == text, "a cursor is not written as it was read");
  return 0;
}
