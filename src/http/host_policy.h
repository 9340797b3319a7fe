#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "env/network.h"
#include "http/http.h"

namespace weft::http {

/// Which hosts a port answers to. A page of another site can make a browser send requests here: by resolving its own
/// name to our address (DNS rebinding: the Host is foreign), or directly (the Origin is foreign). Both are refused,
/// whatever the request would do.
class HostPolicy {
 public:
  HostPolicy(const env::Address& listen, std::vector<std::string> hosts_allowed);

  /// `local` is the address at which the connection came in. kForbidden names the header, what it held and the setting.
  Result<void> check(const Request& request, const env::Address& local) const;

 private:
  bool host_allowed(std::string_view authority, const env::Address& local) const;
  bool listed(std::string_view authority) const;

  env::Address listen_;
  std::vector<std::string> hosts_allowed_;
};

}  // namespace weft::http
