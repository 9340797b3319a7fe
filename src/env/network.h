#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/function.h"
#include "base/result.h"
#include "env/executor.h"

namespace weft::env {

/// A host (name or literal, IPv6 without brackets) and a TCP port; 0 asks for a free one when listening.
struct Address {
  std::string host;
  std::uint16_t port = 0;

  bool operator==(const Address&) const = default;
  /// "127.0.0.1:9092", "[::1]:9092", "localhost:9092"; kInvalidArgument says what is missing.
  static Result<Address> parse(std::string_view text);
  std::string to_string() const;
  /// 127.0.0.0/8, ::1 or "localhost".
  bool is_loopback() const;
};

/// A byte stream. Belongs to the loop it was made for: every call and every completion is there, destruction too. At
/// most one read and one write are under way at a time. A completion never runs inside the call. Destruction drops what
/// is under way without completing it.
class Connection {
 public:
  virtual ~Connection() = default;
  /// Completes with 1..into.size() bytes, or 0 when the peer has finished. `into` must live until then.
  virtual void read(std::span<std::byte> into, Callback<Result<std::size_t>> done) = 0;
  /// Gathers the pieces in order; completes when all are handed to the kernel. Keeps them alive until then.
  virtual void write(std::vector<SharedBytes> pieces, Callback<Result<void>> done) = 0;
  /// Tells the peer that nothing more will be written; reading goes on. No write may be under way.
  virtual void finish_writing() = 0;
  /// Completes what is under way with kCancelled; later calls complete so too. What was written still reaches the peer,
  /// unless it sent bytes that were never read (TCP resets then: finish writing and drain first).
  virtual void close() = 0;
  virtual const Address& local() const = 0;
  virtual const Address& peer() const = 0;
};

/// Stops listening when destroyed, on the loop it was made for: nothing is accepted afterwards.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual const Address& local() const = 0;  ///< With the port that was really bound.
};

class Network {
 public:
  virtual ~Network() = default;
  /// `accepted` runs on `loop` for every new connection. kIo names the address and why (in use, not ours). From any
  /// thread; may block on looking up a name.
  virtual Result<std::unique_ptr<Listener>> listen(EventLoop& loop, const Address& address,
                                                   Function<void(std::unique_ptr<Connection>)> accepted) = 0;
  /// From `loop`. kIo: refused or unreachable; kTimeout; kInvalidArgument: no such host.
  virtual void connect(EventLoop& loop, const Address& address, Duration timeout,
                       Callback<Result<std::unique_ptr<Connection>>> done) = 0;
};

}  // namespace weft::env
