// Any bytes as records of a `_schemas` topic that somebody else wrote: replay takes or skips each, and what it then
// says of itself holds together.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/log.h"
#include "registry/answers.h"
#include "registry/registry.h"

using namespace weft;
using namespace weft::registry;

/// One record per line: key, tab, value; a value of "null" is a tombstone.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool quiet = [] { return set_log_levels("off").ok(); }();
  CHECK(quiet);
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  static RecordReader reader;
  Registry registry;
  for (std::int64_t offset = 0; !rest.empty(); ++offset) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const auto tab = line.find('\t');
    state::Record record{std::string(line.substr(0, tab)), std::nullopt};
    if (tab != std::string_view::npos && line.substr(tab + 1) != "null") record.value = line.substr(tab + 1);
    const auto read = reader.read(record), read_slowly = reader.read_any_form(record);
    CHECK(read.ok() == read_slowly.ok(), "both ways of reading take the same records");
    if (read.ok() && std::holds_alternative<SchemaRecord>(*read)) {
      CHECK(std::get<SchemaRecord>(*read) == std::get<SchemaRecord>(*read_slowly), "for the same");
    }
    registry.replay(record, Offset(offset), Timestamp(1));
  }
  for (const std::string& subject : registry.subjects(kAllContexts, true)) {
    (void)registry.mode(subject);
    (void)registry.config(subject);
    (void)registry.compatibility_level(subject);
    const auto numbers = registry.versions(subject, true);
    if (!numbers.ok()) continue;  // a name that no request could carry
    for (const std::int32_t number : *numbers) {
      const auto version = registry.version(subject, {number}, true);
      CHECK(version.ok(), "a version that is listed exists");
      CHECK(registry.schema(version->id, subject).ok(), "and its id is known");
      CHECK(registry.uses(version->id, subject, true).ok());
      CHECK(!schema_json(*version->schema).empty());
      if (const auto whole = registry.with_references(version->schema, subject); whole.ok()) (void)parse_stored(*whole);
    }
  }
  return 0;
}
