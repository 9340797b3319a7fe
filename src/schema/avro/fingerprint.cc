#include "schema/avro/fingerprint.h"

#include <array>

#include "schema/avro/print.h"

namespace weft::schema::avro {
namespace {

constexpr std::uint64_t kEmpty = 0xc15d213aa4d7a795ULL;

constexpr std::array<std::uint64_t, 256> make_table() {
  std::array<std::uint64_t, 256> table{};
  for (std::uint64_t i = 0; i < table.size(); ++i) {
    std::uint64_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ (kEmpty & (~(value & 1) + 1));
    table[i] = value;
  }
  return table;
}
constexpr auto kTable = make_table();

}  // namespace

std::uint64_t crc64_avro(std::string_view text) {
  std::uint64_t value = kEmpty;
  for (const char c : text) value = (value >> 8) ^ kTable[(value ^ static_cast<unsigned char>(c)) & 0xff];
  return value;
}

Result<std::uint64_t> fingerprint(const Schema& schema) {
  TRY_ASSIGN(const std::string text, parsing_canonical_form(schema));
  return crc64_avro(text);
}

}  // namespace weft::schema::avro
