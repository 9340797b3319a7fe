#include "identity/sessions.h"

#include <fmt/format.h>

#include <algorithm>

namespace weft::identity {

std::string Sessions::open(std::string person) {
  const env::MonotonicTime now = clock_.monotonic();
  if (sessions_.size() >= kSessionsMax) {
    sessions_.erase(std::min_element(sessions_.begin(), sessions_.end(), [](const auto& a, const auto& b) {
      return a.second.last_used < b.second.last_used;
    }));
  }
  const std::uint64_t high = random_.next();
  const std::uint64_t low = random_.next();
  std::string id = fmt::format("{:016x}{:016x}", high, low);
  sessions_.insert_or_assign(id, Session{std::move(person), now});
  return id;
}

std::optional<std::string> Sessions::person_of(std::string_view id) {
  const auto at = sessions_.find(id);
  if (at == sessions_.end()) return std::nullopt;
  const env::MonotonicTime now = clock_.monotonic();
  if (now - at->second.last_used > kIdleMax) {
    sessions_.erase(at);
    return std::nullopt;
  }
  at->second.last_used = now;
  return at->second.person;
}

void Sessions::close(std::string_view id) {
  if (const auto at = sessions_.find(id); at != sessions_.end()) sessions_.erase(at);
}

}  // namespace weft::identity
