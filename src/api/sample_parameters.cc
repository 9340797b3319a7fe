#include "api/sample_parameters.h"

#include <fmt/format.h>

namespace weft::api {

std::optional<std::int32_t> read_partition(Parameters& parameters) {
  const auto partition = parameters.integer("partition", 0, kPartitionMax);
  return partition ? std::optional(static_cast<std::int32_t>(*partition)) : std::nullopt;
}

std::optional<RecordPlace> read_place(Parameters& parameters, std::string_view name, std::string_view text,
                                      std::optional<std::int32_t>& only) {
  const auto place = RecordPlace::parse(text);
  if (!place) {
    parameters.fault(name, fmt::format("'{}' is no place among records.", text),
                     "Give newest, earliest, offset:<partition>:<offset> or time:2026-11-24T09:41:00Z.");
    return std::nullopt;
  }
  if (place->kind != RecordPlace::Kind::kOffset) return place;
  if (only && *only != place->partition) {
    parameters.fault(name, fmt::format("'{}' is not in partition {}.", text, *only),
                     "Offsets are of one partition: name the same one everywhere.");
    return std::nullopt;
  }
  only = place->partition;
  return place;
}

std::shared_ptr<const RecordFilter> read_filter(Parameters& parameters) {
  const std::string text = parameters.text("where", RecordFilter::kTextBytesMax).value_or("");
  FilterFault fault;
  auto filter = RecordFilter::parse(text, fault);
  if (filter) return std::make_shared<const RecordFilter>(std::move(*filter));
  parameters.fault("where", fmt::format("Character {}: {}", fault.position, fault.message), fault.fix);
  return nullptr;
}

}  // namespace weft::api
