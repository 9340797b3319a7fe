#pragma once

#include "env/network.h"

namespace weft::env {

/// TCP over the io_context of PosixLoops; private to env/posix_*.cc.
class PosixNetwork final : public Network {
 public:
  Result<std::unique_ptr<Listener>> listen(EventLoop& loop, const Address& address,
                                           Function<void(std::unique_ptr<Connection>)> accepted) override;
  void connect(EventLoop& loop, const Address& address, Duration timeout,
               Callback<Result<std::unique_ptr<Connection>>> done) override;
};

}  // namespace weft::env
