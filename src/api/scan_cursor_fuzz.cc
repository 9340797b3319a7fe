#include "api/record_scan.h"
#include "base/check.h"

/// A cursor comes back from outside: it is refused, or it is one that we could have written, within all bounds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using weft::api::ScanCursor;
  const auto cursor = ScanCursor::parse({reinterpret_cast<const char*>(data), size});
  if (!cursor) return 0;
  CHECK(!cursor->ranges.empty() && cursor->ranges.size() <= weft::api::kScanPartitionsMax);
  for (const auto& range : cursor->ranges) CHECK(range.partition >= 0 && range.begin >= 0 && range.begin < range.end);
  CHECK(cursor->left.records <= weft::api::kScanRecordsMax && cursor->left.bytes <= weft::api::kScanBytesMax &&
        cursor->left.ms <= weft::api::kScanMsMax && cursor->offsets() > 0);
  CHECK(ScanCursor::parse(cursor->to_string()) == cursor, cursor->to_string());
  return 0;
}
