#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "record/batch.h"
#include "record/records.h"

// A batch as a client sends it: whatever the bytes, validation and the walk over its records end with an answer, and a
// batch that was accepted uncompressed can be walked to its end.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft;
  const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto header = record::validate_batch(bytes, {.check_crc = false, .allow_control = true});
  auto reader = record::RecordReader::open(bytes, 1U << 20);
  if (!reader.ok()) return 0;
  record::RecordView view;
  std::int32_t count = 0;
  for (;;) {
    const auto more = reader->next(view);
    if (!more.ok()) {
      CHECK(!header.ok() || header->codec() != record::Codec::kNone, "accepted, but cannot be read");
      return 0;
    }
    if (!*more) break;
    ++count;
    ByteView rest = view.header_bytes;
    record::RecordHeader record_header;
    std::uint32_t headers = 0;
    while (record::next_header(rest, record_header)) ++headers;
    CHECK(headers == view.header_count, "headers were counted and must all be there");
  }
  CHECK(count == reader->header().record_count || reader->header().record_count < 0);
  return 0;
}
