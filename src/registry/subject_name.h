#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace weft::registry {

/// Ids are counted per context. The default one is "."; others stand in front of the subject: ":.eu:orders-value".
inline constexpr std::string_view kDefaultContext = ".";

/// The context a subject lies in: "." or ".eu".
std::string_view context_of(std::string_view subject);
/// `subject` itself when it names a context, otherwise qualified with that of `beside`: how an unqualified reference is
/// meant.
std::string in_context_of(std::string_view beside, std::string_view subject);
/// The name that stands for a whole context in settings: "" for the default one (global), ":.eu:" for others.
std::string context_subject(std::string_view context);

/// Refuses control characters, reserved names and what is no UTF-8 (42208).
Result<void> check_subject(std::string_view subject);

}  // namespace weft::registry
