#include <fmt/format.h>

#include "api/decimal_text.h"
#include "api/record_matcher.h"
#include "base/check.h"
#include "base/utf8.h"

/// A filter, a line break, then a record's value: both come from outside. A filter is taken or refused with a place and
/// a fix; a value never breaks the walk through it, whatever it holds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(input.find('\n'), input.size());
  const std::string_view value = input.substr(std::min(line + 1, input.size()));

  api::FilterFault fault;
  const auto filter = api::RecordFilter::parse(input.substr(0, line), fault);
  if (!filter) {
    CHECK(fault.position >= 1 && fault.position <= line + 1 && !fault.message.empty() && !fault.fix.empty());
    CHECK(is_utf8(fault.message), fault.message);
    return 0;
  }
  for (const auto& term : filter->terms())
    if (term.literal.kind == api::RecordFilter::Literal::Kind::kNumber)
      CHECK(api::compare_decimals(term.literal.text, term.literal.text) == 0);

  const auto schemas = std::make_shared<api::KnownSchemas>();
  schemas->emplace(schema::SchemaId{1},
                   *registry::parse_schema(registry::SchemaType::kJson, "{}", registry::ParseRules::kNew));
  api::RecordMatcher matcher(std::make_shared<api::RecordFilter>(*filter), schemas);
  const std::string framed = std::string("\0\0\0\0\1", 5) + std::string(value);
  for (const std::string_view bytes : {value, std::string_view(framed)}) {
    const stream::RecordView record{
        Offset{0}, Timestamp{0}, as_bytes(bytes), as_bytes(bytes), {{"h", as_bytes(bytes)}}};
    const auto verdict = matcher.judge(record);
    if (filter->terms().empty()) CHECK(verdict == api::RecordMatcher::Verdict::kMatches);
  }
  return 0;
}
