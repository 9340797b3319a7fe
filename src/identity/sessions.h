#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "env/clock.h"
#include "env/random.h"

namespace weft::identity {

/// Who acts in which browser: soft state, gone with the process. Lives on one loop.
class Sessions {
 public:
  static constexpr std::size_t kSessionsMax = 10'000;  ///< One more ends the one idle longest.
  static constexpr env::Duration kIdleMax = std::chrono::hours(12);

  Sessions(const env::Clock& clock, env::Random& random) : clock_(clock), random_(random) {}

  /// A new session's id: 128 random bits, for a cookie.
  std::string open(std::string person);
  /// Who it is, and the session lives on; nothing when it is unknown or was idle too long.
  std::optional<std::string> person_of(std::string_view id);
  void close(std::string_view id);
  std::size_t count() const { return sessions_.size(); }

 private:
  struct Session {
    std::string person;
    env::MonotonicTime last_used;
  };

  const env::Clock& clock_;
  env::Random& random_;
  std::map<std::string, Session, std::less<>> sessions_;
};

}  // namespace weft::identity
