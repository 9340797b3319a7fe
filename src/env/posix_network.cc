#include "env/posix_network.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "env/handler_memory.h"
#include "env/posix_loop.h"

namespace weft::env {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr Logger kLog("env.network");
constexpr int kAcceptBacklog = 1024;
constexpr std::size_t kIovecsPerWrite = 512;
constexpr Duration kAcceptRetry = std::chrono::milliseconds(100);

Address to_address(const tcp::endpoint& endpoint) { return {endpoint.address().to_string(), endpoint.port()}; }

PosixLoop& posix(EventLoop& loop) {
  auto* const found = dynamic_cast<PosixLoop*>(&loop);
  CHECK(found != nullptr, "a posix network serves loops of its own Env");
  return *found;
}

/// What a Connection operates on; kept by it and by each operation under way. Counted without atomics: one thread.
struct Socket : boost::intrusive_ref_counter<Socket, boost::thread_unsafe_counter> {
  Socket(PosixLoop& loop_, tcp::socket socket_) : loop(loop_), socket(std::move(socket_)) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    local = to_address(socket.local_endpoint(ignored));
    peer = to_address(socket.remote_endpoint(ignored));
  }

  PosixLoop& loop;
  tcp::socket socket;
  Address local;
  Address peer;

  Callback<Result<std::size_t>> read_done;
  Callback<Result<void>> write_done;
  std::vector<SharedBytes> pieces;  ///< Being written;
  std::size_t piece_at = 0;         ///< from this one on,
  std::size_t byte_at = 0;          ///< from this byte of it.
  HandlerMemory read_memory;
  HandlerMemory write_memory;

  Error failure(const char* doing, const error_code& fault) const {
    if (fault == asio::error::operation_aborted || !socket.is_open()) {
      return error(ErrorCode::kCancelled, "connection with {} was closed", peer.to_string());
    }
    return error(ErrorCode::kIo, "{} {}: {}", doing, peer.to_string(), fault.message());
  }

  void read(std::span<std::byte> into);
  void complete_read(const error_code& fault, std::size_t count);
  void write();
  void write_when_ready();
  void complete_write(Result<void> result);
  void complete_write_later(Result<void> result);
};
using SocketPointer = boost::intrusive_ptr<Socket>;

struct ReadHandler {
  using allocator_type = HandlerAllocator<std::byte>;
  SocketPointer socket;
  allocator_type get_allocator() const { return allocator_type(socket->read_memory); }
  void operator()(const error_code& fault, std::size_t count) { socket->complete_read(fault, count); }
};

struct WritableHandler {
  using allocator_type = HandlerAllocator<std::byte>;
  SocketPointer socket;
  allocator_type get_allocator() const { return allocator_type(socket->write_memory); }
  void operator()(const error_code& fault) {
    if (fault)
      socket->complete_write(socket->failure("write to", fault));
    else
      socket->write();
  }
};

/// asio tries at once and only then waits for the edge: a busy connection costs one system call per read.
void Socket::read(std::span<std::byte> into) {
  socket.async_read_some(asio::buffer(into.data(), into.size()), ReadHandler{SocketPointer(this)});
}

void Socket::complete_read(const error_code& fault, std::size_t count) {
  if (!read_done) return;  // Its Connection was destroyed.
  auto done = std::exchange(read_done, nullptr);
  if (!fault)
    done(count);
  else if (fault == asio::error::eof)
    done(std::size_t{0});
  else
    done(failure("read from", fault));
}

/// Hands over what the kernel takes, many pieces at a time; waits only for the rest. Only as a task of its own or from
/// Connection::write: never completes inside.
void Socket::write() {
  while (piece_at < pieces.size()) {
    std::array<iovec, kIovecsPerWrite> vectors;
    std::size_t count = 0;
    std::size_t offered = 0;
    for (std::size_t at = piece_at; at < pieces.size() && count < vectors.size(); ++at) {
      const std::size_t skip = at == piece_at ? byte_at : 0;
      const std::size_t size = pieces[at].size() - skip;
      if (size == 0) continue;
      vectors[count++] = {const_cast<std::byte*>(pieces[at].data() + skip), size};
      offered += size;
    }
    if (count == 0) break;
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    ssize_t sent = ::sendmsg(socket.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return write_when_ready();
      return complete_write_later(failure("write to", error_code(errno, boost::system::system_category())));
    }
    const bool taken = static_cast<std::size_t>(sent) == offered;
    for (auto left = static_cast<std::size_t>(sent); piece_at < pieces.size();) {
      const std::size_t rest = pieces[piece_at].size() - byte_at;
      if (left < rest) {
        byte_at += left;
        break;
      }
      left -= rest;
      byte_at = 0;
      ++piece_at;
    }
    if (!taken) return write_when_ready();
  }
  complete_write_later({});
}

void Socket::write_when_ready() { socket.async_wait(tcp::socket::wait_write, WritableHandler{SocketPointer(this)}); }

void Socket::complete_write_later(Result<void> result) {
  if (result.ok()) {  // The usual case, in place.
    loop.post([self = SocketPointer(this)] { self->complete_write({}); });
    return;
  }
  loop.post(
      [self = SocketPointer(this), result = std::move(result)]() mutable { self->complete_write(std::move(result)); });
}

void Socket::complete_write(Result<void> result) {
  pieces.clear();
  piece_at = byte_at = 0;
  if (!write_done) return;  // Its Connection was destroyed.
  std::exchange(write_done, nullptr)(std::move(result));
}

class PosixConnection final : public Connection {
 public:
  explicit PosixConnection(SocketPointer socket) : socket_(std::move(socket)) {}
  ~PosixConnection() override {
    CHECK(socket_->loop.is_current(), "a connection is destroyed on its loop");
    socket_->read_done = nullptr;
    socket_->write_done = nullptr;
    error_code ignored;
    socket_->socket.close(ignored);
  }

  void read(std::span<std::byte> into, Callback<Result<std::size_t>> done) override {
    CHECK(socket_->loop.is_current(), "a connection is used on its loop");
    CHECK(!socket_->read_done, "one read at a time");
    CHECK(!into.empty(), "a read needs room");
    socket_->read_done = std::move(done);
    socket_->read(into);
  }

  void write(std::vector<SharedBytes> pieces, Callback<Result<void>> done) override {
    CHECK(socket_->loop.is_current(), "a connection is used on its loop");
    CHECK(!socket_->write_done, "one write at a time");
    socket_->write_done = std::move(done);
    if (!socket_->socket.is_open()) return socket_->complete_write_later(socket_->failure("write to", {}));
    socket_->pieces = std::move(pieces);
    socket_->write();
  }

  void finish_writing() override {
    CHECK(!socket_->write_done, "a write is under way");
    error_code ignored;
    socket_->socket.shutdown(tcp::socket::shutdown_send, ignored);
  }

  void close() override {
    CHECK(socket_->loop.is_current(), "a connection is used on its loop");
    error_code ignored;
    socket_->socket.close(ignored);
  }

  const Address& local() const override { return socket_->local; }
  const Address& peer() const override { return socket_->peer; }

 private:
  SocketPointer socket_;
};

/// Kept by its Listener and by the accept under way.
struct Acceptor : std::enable_shared_from_this<Acceptor> {
  Acceptor(PosixLoop& loop_, Function<void(std::unique_ptr<Connection>)> accepted_)
      : loop(loop_), acceptor(loop_.io()), accepted(std::move(accepted_)) {}

  PosixLoop& loop;
  tcp::acceptor acceptor;
  Function<void(std::unique_ptr<Connection>)> accepted;
  Address local;

  Result<void> open(const Address& address) {
    error_code fault;
    tcp::resolver resolver(loop.io());
    const auto found = resolver.resolve(address.host, std::to_string(address.port),
                                        tcp::resolver::passive | tcp::resolver::numeric_service, fault);
    if (fault) {
      return error(ErrorCode::kIo, "cannot listen on {}: {}; give an address of this machine", address.to_string(),
                   fault.message());
    }
    const tcp::endpoint endpoint = *found.begin();
    if (!fault) acceptor.open(endpoint.protocol(), fault);
    if (!fault) acceptor.set_option(tcp::acceptor::reuse_address(true), fault);
    if (!fault) acceptor.bind(endpoint, fault);
    if (!fault) acceptor.listen(kAcceptBacklog, fault);
    if (fault) return error(ErrorCode::kIo, "cannot listen on {}: {}", address.to_string(), fault.message());
    local = to_address(acceptor.local_endpoint(fault));
    return {};
  }

  void accept() {
    if (!acceptor.is_open()) return;
    acceptor.async_accept([self = shared_from_this()](const error_code& fault, tcp::socket socket) {
      if (!self->acceptor.is_open()) return;
      if (fault) return self->retry(fault);
      SocketPointer made(new Socket(self->loop, std::move(socket)));
      self->accepted(std::make_unique<PosixConnection>(std::move(made)));
      self->accept();
    });
  }

  /// Out of descriptors or memory: those already here go on, new ones wait in the backlog.
  void retry(const error_code& fault) {
    kLog.warn("cannot accept; trying again", {{"address", local.to_string()}, {"why", fault.message()}});
    loop.schedule_after(kAcceptRetry, [self = shared_from_this()] { self->accept(); });
  }
};

class PosixListener final : public Listener {
 public:
  explicit PosixListener(std::shared_ptr<Acceptor> acceptor) : acceptor_(std::move(acceptor)) {}
  ~PosixListener() override {
    CHECK(acceptor_->loop.is_current(), "a listener is destroyed on its loop");
    error_code ignored;
    acceptor_->acceptor.close(ignored);
  }
  const Address& local() const override { return acceptor_->local; }

 private:
  std::shared_ptr<Acceptor> acceptor_;
};

/// One connect, until it is answered; kept by its steps and its timer.
struct Attempt : std::enable_shared_from_this<Attempt> {
  Attempt(PosixLoop& loop_, Address address_, Callback<Result<std::unique_ptr<Connection>>> done_)
      : loop(loop_), address(std::move(address_)), done(std::move(done_)), resolver(loop_.io()), socket(loop_.io()) {}

  PosixLoop& loop;
  Address address;
  Callback<Result<std::unique_ptr<Connection>>> done;
  tcp::resolver resolver;
  tcp::socket socket;
  EventLoop::TimerId timer = 0;

  void start(Duration timeout) {
    timer = loop.schedule_after(timeout, [self = shared_from_this()] {
      self->finish(error(ErrorCode::kTimeout, "no answer from {} in time", self->address.to_string()));
    });
    error_code fault;
    const auto literal = asio::ip::make_address(address.host, fault);
    if (!fault) return connect(std::array{tcp::endpoint(literal, address.port)});
    resolver.async_resolve(
        address.host, std::to_string(address.port), tcp::resolver::numeric_service,
        [self = shared_from_this()](const error_code& why, const tcp::resolver::results_type& found) {
          if (!self->done) return;
          if (!why) return self->connect(found);
          self->finish(
              error(ErrorCode::kInvalidArgument, "no such host: '{}' ({})", self->address.host, why.message()));
        });
  }

  template <class Endpoints>
  void connect(const Endpoints& endpoints) {
    asio::async_connect(socket, endpoints, [self = shared_from_this()](const error_code& why, const tcp::endpoint&) {
      if (!self->done) return;
      if (why) {
        return self->finish(
            error(ErrorCode::kIo, "cannot connect to {}: {}", self->address.to_string(), why.message()));
      }
      SocketPointer made(new Socket(self->loop, std::move(self->socket)));
      self->finish(std::unique_ptr<Connection>(std::make_unique<PosixConnection>(std::move(made))));
    });
  }

  void finish(Result<std::unique_ptr<Connection>> result) {
    loop.cancel(timer);
    resolver.cancel();
    error_code ignored;
    if (!result.ok()) socket.close(ignored);
    std::exchange(done, nullptr)(std::move(result));
  }
};

}  // namespace

Result<std::unique_ptr<Listener>> PosixNetwork::listen(EventLoop& loop, const Address& address,
                                                       Function<void(std::unique_ptr<Connection>)> accepted) {
  auto acceptor = std::make_shared<Acceptor>(posix(loop), std::move(accepted));
  TRY(acceptor->open(address));
  loop.post([acceptor] { acceptor->accept(); });
  return std::unique_ptr<Listener>(std::make_unique<PosixListener>(std::move(acceptor)));
}

void PosixNetwork::connect(EventLoop& loop, const Address& address, Duration timeout,
                           Callback<Result<std::unique_ptr<Connection>>> done) {
  CHECK(loop.is_current(), "a connection is made on its loop");
  std::make_shared<Attempt>(posix(loop), address, std::move(done))->start(timeout);
}

}  // namespace weft::env
