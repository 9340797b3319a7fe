#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/parameters.h"
#include "api/record_filter.h"
#include "api/record_place.h"

namespace weft::api {

inline constexpr std::int64_t kPartitionMax = std::numeric_limits<std::int32_t>::max();

/// `partition`: only this one.
std::optional<std::int32_t> read_partition(Parameters& parameters);
/// The place that the text of the parameter `name` names; an offset's partition becomes `only`, and a finding when it
/// is another one already.
std::optional<RecordPlace> read_place(Parameters& parameters, std::string_view name, std::string_view text,
                                      std::optional<std::int32_t>& only);
/// `where`; without it a filter that lets everything through.
std::shared_ptr<const RecordFilter> read_filter(Parameters& parameters);

}  // namespace weft::api
