#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace weft::registry {

/// Ids are counted per context. The default one is "."; others stand in front of the subject: ":.eu:orders-value".
inline constexpr std::string_view kDefaultContext = ".";
/// Settings under this name hold where neither subject, context nor the global ones say anything.
inline constexpr std::string_view kGlobalContext = ":.__GLOBAL:";
/// In front of a prefix: subjects of every context.
inline constexpr std::string_view kAllContexts = ":*:";

/// The context a subject lies in: "." or ".eu".
std::string_view context_of(std::string_view subject);
/// What follows the context: "orders-value"; empty when the subject stands for its whole context.
std::string_view name_in_context(std::string_view subject);
/// The one spelling of a subject: without the default context's name in front.
std::string plain_subject(std::string_view subject);
/// `subject` itself when it names a context, otherwise qualified with that of `beside`: how an unqualified reference is
/// meant.
std::string in_context_of(std::string_view beside, std::string_view subject);
/// The name that stands for a whole context in settings: "" for the default one (global), ":.eu:" for others.
std::string context_subject(std::string_view context);
/// Whether settings of `scope` (a subject, a context, "" for all) reach this subject.
bool is_in_scope(std::string_view scope, std::string_view subject);

/// Refuses control characters, reserved names and what is no UTF-8 (42208).
Result<void> check_subject(std::string_view subject);
/// The same for what may have settings: also a context, "" and kGlobalContext.
Result<void> check_scope(std::string_view scope);

}  // namespace weft::registry
