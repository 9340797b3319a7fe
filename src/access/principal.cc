#include "access/principal.h"

#include <algorithm>

namespace weft::access {

bool Principal::member_of(std::string_view team) const { return std::find(teams.begin(), teams.end(), team) != teams.end(); }

std::string Principal::to_string() const {
  switch (kind) {
    case Kind::kAnonymous: return "User:ANONYMOUS";
    case Kind::kPerson: return "User:" + name;
    case Kind::kApplication: return "App:" + name;
    case Kind::kSystem: return "System:" + name;
  }
  return "User:ANONYMOUS";
}

}  // namespace weft::access
