#include "api/page_cursor.h"

#include "base/base64.h"

namespace weft::api {

namespace {

constexpr char kFormat = 1;

/// Tells searches apart, so that a cursor of one is no place in another (FNV-1a, 32 bits).
std::uint32_t digest_of(const mesh::CatalogueQuery& query) {
  std::uint32_t digest = 2166136261U;
  const auto add = [&digest](std::string_view text) {
    for (const char c : text) digest = (digest ^ static_cast<std::uint8_t>(c)) * 16777619U;
    digest = (digest ^ 0xFFU) * 16777619U;
  };
  add(query.text);
  add(query.sort ? mesh::sort_name(*query.sort) : "");
  for (const auto& values : query.filters) {
    for (const std::string& value : values) add(value);
    add("\n");
  }
  return digest;
}

void append(std::string& out, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((number >> shift) & 0xFFU);
}

std::uint32_t read(std::string_view bytes) {
  std::uint32_t number = 0;
  for (const char c : bytes.substr(0, 4)) number = (number << 8U) | static_cast<std::uint8_t>(c);
  return number;
}

}  // namespace

// Format, digest, key, "domain/name".
std::string page_cursor(const mesh::CatalogueQuery& query, const mesh::PagePlace& place) {
  std::string bytes(1, kFormat);
  append(bytes, digest_of(query));
  append(bytes, place.key);
  bytes += place.id.to_string();
  return base64url(as_bytes(bytes));
}

std::optional<mesh::PagePlace> parse_page_cursor(const mesh::CatalogueQuery& query, std::string_view text) {
  if (text.size() > kPageCursorBytesMax) return std::nullopt;
  const auto bytes = parse_base64url(text);
  if (!bytes.ok()) return std::nullopt;
  const std::string_view from = as_text(*bytes);
  if (from.size() < 9 || from[0] != kFormat || read(from.substr(1)) != digest_of(query)) return std::nullopt;
  auto id = mesh::ProductId::parse(from.substr(9));
  if (!id) return std::nullopt;
  return mesh::PagePlace{read(from.substr(5)), std::move(*id)};
}

}  // namespace weft::api
