#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"

namespace weft::kafka {

/// Whether two record fields carry the same bytes, whoever owns them and wherever they are cut.
bool same_bytes(const std::optional<SharedBytes>& left, const std::optional<SharedBytes>& right);
bool same_bytes(const std::vector<SharedBytes>& left, const std::vector<SharedBytes>& right);

}  // namespace weft::kafka
