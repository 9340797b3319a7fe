#pragma once

#include <deque>
#include <memory>

#include "broker/api/api.h"
#include "env/network.h"
#include "kafka/frame.h"

namespace weft::broker {

/// One client's connection: cuts frames, hands requests to their handlers as they come, and sends the answers strictly
/// in the order of the requests. Payloads are slices of what was read and of the log's memory; nothing is copied here.
///
/// Reading pauses while too much is unanswered, while a handler holds the connection, and while the log has no room.
/// What can't be understood closes it, with a line in the log. Belongs to the loop; keeps itself alive until closed.
class ClientConnection final : public std::enable_shared_from_this<ClientConnection> {
 public:
  ClientConnection(Services& broker, std::unique_ptr<env::Connection> connection, std::shared_ptr<Client> client,
                   Function<void(ClientConnection*)> closed);
  ~ClientConnection();

  void start();
  /// Reads no more; closes when everything asked has been answered and sent.
  void drain();
  void close();
  bool is_idle_since(env::MonotonicTime limit) const { return slots_.empty() && last_read_ < limit; }

 private:
  /// One request's place in the order of answers.
  struct Slot {
    bool answered = false;
    bool close_after = false;
    std::size_t request_bytes = 0;
    std::size_t response_bytes = 0;
    std::vector<SharedBytes> pieces;
  };
  class SlotResponder;

  void read_more();
  void on_read(Result<std::size_t> count);
  void handle_frames();
  void handle_frame(SharedBytes frame);
  bool may_handle() const;
  Slot* slot(std::uint64_t number);
  void answered(std::uint64_t number, std::vector<SharedBytes> pieces, std::size_t size, bool close_after);
  void write_answers();
  void on_written(Result<void> written, std::size_t bytes);
  void go_on();
  void fail(const Error& why);

  Services& broker_;
  std::unique_ptr<env::Connection> connection_;
  std::shared_ptr<Client> client_;
  Function<void(ClientConnection*)> closed_callback_;
  kafka::FrameReader frames_;
  std::deque<Slot> slots_;
  std::uint64_t first_slot_ = 0;
  std::size_t bytes_in_flight_ = 0;
  std::size_t holds_ = 0;
  env::MonotonicTime last_read_;
  bool reading_ = false;
  bool writing_ = false;
  bool handling_ = false;
  bool waiting_for_room_ = false;
  bool peer_finished_ = false;
  bool draining_ = false;
  bool closing_ = false;  ///< A last answer is being written; what comes after it is dropped.
  bool closed_ = false;
};

}  // namespace weft::broker
