#include "registry/subject_name.h"

#include <algorithm>

#include "base/utf8.h"
#include "registry/refusal.h"

namespace weft::registry {
namespace {

/// Length of ":.name:" at the front; 0 when the subject names no context.
std::size_t prefix_size(std::string_view subject) {
  if (!subject.starts_with(":.")) return 0;
  const auto end = subject.find(':', 2);
  return end == std::string_view::npos ? 0 : end + 1;
}

}  // namespace

std::string_view context_of(std::string_view subject) {
  const std::size_t prefix = prefix_size(subject);
  return prefix == 0 ? kDefaultContext : subject.substr(1, prefix - 2);
}

std::string_view name_in_context(std::string_view subject) { return subject.substr(prefix_size(subject)); }

std::string plain_subject(std::string_view subject) {
  return std::string(prefix_size(subject) == 3 ? subject.substr(3) : subject);
}

std::string in_context_of(std::string_view beside, std::string_view subject) {
  if (prefix_size(subject) != 0) return std::string(subject);
  return std::string(beside.substr(0, prefix_size(beside))).append(subject);
}

std::string context_subject(std::string_view context) {
  return context == kDefaultContext ? std::string() : fmt::format(":{}:", context);
}

bool is_in_scope(std::string_view scope, std::string_view subject) {
  if (scope.empty() || scope == subject) return true;
  return name_in_context(scope).empty() && context_of(scope) == context_of(subject);
}

Result<void> check_scope(std::string_view subject) {
  const bool control = std::any_of(subject.begin(), subject.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (control || !is_utf8(subject)) {
    return refuse(Refusal::kInvalidSubject,
                  "The specified subject is not valid: it holds a control character or is not UTF-8");
  }
  const std::string_view name = subject.substr(prefix_size(subject));
  if (name == "__GLOBAL" || name == "__EMPTY") {
    return refuse(Refusal::kInvalidSubject, "The specified subject '{}' is not a valid subject: the name is reserved",
                  subject);
  }
  return {};
}

Result<void> check_subject(std::string_view subject) {
  if (subject.starts_with(kGlobalContext)) {
    return refuse(Refusal::kInvalidSubject, "The specified subject '{}' is not a valid subject: it names settings",
                  subject);
  }
  return check_scope(subject);
}

}  // namespace weft::registry
