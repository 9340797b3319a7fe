#include <algorithm>
#include <deque>
#include <set>

#include "base/check.h"
#include "env/sim_world.h"

namespace weft::env {
namespace {

Error cut_error(const Address& peer) {
  return error(ErrorCode::kIo, "connection with {}: reset by peer", peer.to_string());
}
Error closed_error(const Address& peer) {
  return error(ErrorCode::kCancelled, "connection with {} was closed", peer.to_string());
}

/// Bytes on their way in one direction.
struct Pipe {
  struct Piece {
    MonotonicTime arrives;
    Buffer bytes;
    std::size_t taken = 0;
  };
  std::deque<Piece> pieces;
  std::size_t waiting_bytes = 0;
  MonotonicTime last_arrival{};
  bool finished = false;  ///< The writer will write no more; seen once last_arrival has passed.
  bool reader_gone = false;

  bool arrived(MonotonicTime now) const { return !pieces.empty() && pieces.front().arrives <= now; }
  bool ended(MonotonicTime now) const { return finished && pieces.empty() && last_arrival <= now; }
};

/// One end of a connection. Kept by its Connection, its peer and what is scheduled for it.
struct End : std::enable_shared_from_this<End> {
  End(SimScheduler& scheduler_, const SimNetworkOptions& options_, EventLoop& loop_)
      : scheduler(scheduler_), options(options_), loop(&loop_) {}

  SimScheduler& scheduler;
  const SimNetworkOptions& options;
  EventLoop* loop;
  Address local;
  Address peer;
  std::shared_ptr<Pipe> incoming;
  std::shared_ptr<Pipe> outgoing;
  std::weak_ptr<End> other;
  bool closed = false;
  bool cut = false;
  bool gone = false;  ///< Its Connection was destroyed: loop may be no more.

  std::span<std::byte> read_into;
  Callback<Result<std::size_t>> read_done;
  Callback<Result<void>> write_done;

  void read(std::span<std::byte> into, Callback<Result<std::size_t>> done) {
    CHECK(loop->is_current(), "a connection is used on its loop");
    CHECK(!read_done, "one read at a time");
    CHECK(!into.empty(), "a read needs room");
    read_into = into;
    read_done = std::move(done);
    wake_reader();
  }

  /// Tries to complete the read, now or when the next bytes arrive.
  void wake_reader() {
    if (!read_done || gone) return;
    const MonotonicTime now = scheduler.time();
    if (closed || cut || incoming->arrived(now) || incoming->ended(now)) {
      loop->post([self = shared_from_this()] { self->complete_read(); });
      return;
    }
    if (incoming->pieces.empty() && !incoming->finished) return;
    const MonotonicTime arrives = incoming->pieces.empty() ? incoming->last_arrival : incoming->pieces.front().arrives;
    scheduler.events.add(arrives, [self = shared_from_this()] { self->wake_reader(); });
  }

  void complete_read() {
    if (!read_done || gone) return;
    const MonotonicTime now = scheduler.time();
    if (closed) return std::exchange(read_done, nullptr)(closed_error(peer));
    if (cut) return std::exchange(read_done, nullptr)(cut_error(peer));
    if (incoming->arrived(now)) return std::exchange(read_done, nullptr)(take(now));
    if (incoming->ended(now)) return std::exchange(read_done, nullptr)(std::size_t{0});
  }

  std::size_t take(MonotonicTime now) {
    std::size_t room = read_into.size();
    if (room > 1 && scheduler.chance(options.partial_read)) room = 1 + scheduler.draw(room);
    std::size_t count = 0;
    while (count < room && incoming->arrived(now)) {
      Pipe::Piece& piece = incoming->pieces.front();
      const std::size_t size = std::min(room - count, piece.bytes.size() - piece.taken);
      std::copy_n(piece.bytes.begin() + static_cast<std::ptrdiff_t>(piece.taken), size,
                  read_into.begin() + static_cast<std::ptrdiff_t>(count));
      piece.taken += size;
      count += size;
      if (piece.taken == piece.bytes.size()) incoming->pieces.pop_front();
    }
    incoming->waiting_bytes -= count;
    if (const auto writer = other.lock()) writer->wake_writer();
    return count;
  }

  void write(const std::vector<SharedBytes>& pieces, Callback<Result<void>> done) {
    CHECK(loop->is_current(), "a connection is used on its loop");
    CHECK(!write_done, "one write at a time");
    CHECK(!outgoing->finished || closed, "nothing is written after finish_writing");
    write_done = std::move(done);
    if (!closed && !cut && !outgoing->reader_gone) {
      if (scheduler.chance(options.disconnect))
        cut_both();
      else
        send(pieces);
    }
    wake_writer();
  }

  void send(const std::vector<SharedBytes>& pieces) {
    Buffer bytes;
    for (const SharedBytes& piece : pieces) bytes.insert(bytes.end(), piece.view().begin(), piece.view().end());
    if (bytes.empty()) return;
    outgoing->waiting_bytes += bytes.size();
    outgoing->pieces.push_back({arrival(), std::move(bytes)});
    if (const auto reader = other.lock()) reader->wake_reader();
  }

  MonotonicTime arrival() {
    const MonotonicTime at = scheduler.time() + scheduler.draw_delay(options.delay_min, options.delay_max);
    return outgoing->last_arrival = std::max(outgoing->last_arrival, at);
  }

  void wake_writer() {
    if (!write_done || gone) return;
    if (closed || cut || outgoing->reader_gone || outgoing->waiting_bytes <= options.window_bytes) {
      loop->post([self = shared_from_this()] { self->complete_write(); });
    }
  }

  void complete_write() {
    if (!write_done || gone) return;
    if (closed) return std::exchange(write_done, nullptr)(closed_error(peer));
    if (cut || outgoing->reader_gone) return std::exchange(write_done, nullptr)(cut_error(peer));
    if (outgoing->waiting_bytes <= options.window_bytes) return std::exchange(write_done, nullptr)({});
  }

  void finish_writing() {
    if (outgoing->finished) return;
    outgoing->finished = true;
    arrival();
    if (const auto reader = other.lock()) reader->wake_reader();
  }

  void close() {
    if (std::exchange(closed, true)) return;
    finish_writing();
    incoming->reader_gone = true;
    if (const auto writer = other.lock()) writer->wake_writer();
    wake_reader();
    wake_writer();
  }

  void cut_both() {
    for (const auto& end : {shared_from_this(), other.lock()}) {
      if (!end) continue;
      end->cut = true;
      end->wake_reader();
      end->wake_writer();
    }
  }
};

class SimConnection final : public Connection {
 public:
  explicit SimConnection(std::shared_ptr<End> end) : end_(std::move(end)) {}
  ~SimConnection() override {
    end_->gone = true;
    end_->close();
    end_->read_done = nullptr;
    end_->write_done = nullptr;
  }
  void read(std::span<std::byte> into, Callback<Result<std::size_t>> done) override {
    end_->read(into, std::move(done));
  }
  void write(std::vector<SharedBytes> pieces, Callback<Result<void>> done) override {
    end_->write(pieces, std::move(done));
  }
  void finish_writing() override { end_->finish_writing(); }
  void close() override { end_->close(); }
  const Address& local() const override { return end_->local; }
  const Address& peer() const override { return end_->peer; }

 private:
  std::shared_ptr<End> end_;
};

struct Listening {
  EventLoop* loop;
  Address local;
  Function<void(std::unique_ptr<Connection>)> accepted;
};

}  // namespace

struct SimNetwork::State {
  State(SimScheduler& scheduler_, const SimNetworkOptions& options_) : scheduler(scheduler_), options(options_) {}

  SimScheduler& scheduler;
  SimNetworkOptions options;
  std::map<std::uint16_t, std::shared_ptr<Listening>> listening;
  std::vector<std::weak_ptr<End>> ends;
  std::uint16_t next_listen_port = 40000;
  std::uint16_t next_client_port = 50000;

  std::pair<std::shared_ptr<End>, std::shared_ptr<End>> join(EventLoop& client_loop, EventLoop& server_loop,
                                                             const Address& server_address) {
    auto client = std::make_shared<End>(scheduler, options, client_loop);
    auto server = std::make_shared<End>(scheduler, options, server_loop);
    client->incoming = server->outgoing = std::make_shared<Pipe>();
    client->outgoing = server->incoming = std::make_shared<Pipe>();
    client->other = server;
    server->other = client;
    client->local = server->peer = {server_address.is_loopback() ? "127.0.0.1" : "192.0.2.1", next_client_port++};
    client->peer = server->local = server_address;
    std::erase_if(ends, [](const auto& end) { return end.expired(); });
    ends.insert(ends.end(), {client, server});
    return {client, server};
  }
};

namespace {

class SimListener final : public Listener {
 public:
  SimListener(std::shared_ptr<Listening> listening, Function<void()> stop)
      : listening_(std::move(listening)), stop_(std::move(stop)) {}
  ~SimListener() override { stop_(); }
  const Address& local() const override { return listening_->local; }

 private:
  std::shared_ptr<Listening> listening_;
  Function<void()> stop_;
};

}  // namespace

SimNetwork::SimNetwork(SimScheduler& scheduler, const SimNetworkOptions& options)
    : state_(std::make_shared<State>(scheduler, options)) {}
SimNetwork::~SimNetwork() = default;

Result<std::unique_ptr<Listener>> SimNetwork::listen(EventLoop& loop, const Address& address,
                                                     Function<void(std::unique_ptr<Connection>)> accepted) {
  Address local = address;
  if (local.port == 0) local.port = state_->next_listen_port++;
  if (state_->listening.contains(local.port)) {
    return error(ErrorCode::kIo, "cannot listen on {}: address already in use", local.to_string());
  }
  auto listening = std::make_shared<Listening>(Listening{&loop, local, std::move(accepted)});
  state_->listening.emplace(local.port, listening);
  auto stop = [state = state_, port = local.port, listening] {
    listening->accepted = nullptr;
    state->listening.erase(port);
  };
  return std::unique_ptr<Listener>(std::make_unique<SimListener>(listening, std::move(stop)));
}

void SimNetwork::connect(EventLoop& loop, const Address& address, Duration timeout,
                         Callback<Result<std::unique_ptr<Connection>>> done) {
  SimScheduler& scheduler = state_->scheduler;
  const Duration there = scheduler.draw_delay(state_->options.delay_min, state_->options.delay_max);
  const Duration back = scheduler.draw_delay(state_->options.delay_min, state_->options.delay_max);
  auto finish = std::make_shared<Callback<Result<std::unique_ptr<Connection>>>>(std::move(done));
  if (there + back > timeout) {
    loop.schedule_after(timeout, [finish, address] {
      (*finish)(error(ErrorCode::kTimeout, "no answer from {} in time", address.to_string()));
    });
    return;
  }
  // The timer of the connecting loop completes it: a loop that ends in between takes the attempt with it.
  auto made = std::make_shared<std::unique_ptr<Connection>>();
  scheduler.events.add(
      scheduler.time() + there, [state = state_, address, made, loop = &loop, weak = std::weak_ptr(finish)] {
        const auto found = state->listening.find(address.port);
        if (found == state->listening.end() || weak.expired()) return;
        auto listening = found->second;
        auto [client, server] = state->join(*loop, *listening->loop, listening->local);
        *made = std::make_unique<SimConnection>(client);
        listening->loop->post([listening, connection = std::make_unique<SimConnection>(server)]() mutable {
          if (listening->accepted) listening->accepted(std::move(connection));
        });
      });
  loop.schedule_after(there + back, [finish, made, address] {
    if (*made)
      (*finish)(std::move(*made));
    else
      (*finish)(error(ErrorCode::kIo, "cannot connect to {}: connection refused", address.to_string()));
  });
}

void SimNetwork::cut_connections() {
  for (const auto& weak : state_->ends) {
    if (const auto end = weak.lock()) end->cut_both();
  }
}

void SimNetwork::set_options(const SimNetworkOptions& options) { state_->options = options; }

}  // namespace weft::env
