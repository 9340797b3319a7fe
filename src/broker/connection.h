#pragma once

#include <deque>
#include <memory>

#include "broker/api/api.h"
#include "env/memory_budget.h"
#include "env/network.h"
#include "kafka/frame.h"

namespace weft::broker {

/// One client's connection: cuts frames, hands requests to their handlers as they come, and sends the answers strictly
/// in the order of the requests. Payloads are slices of what was read and of the log's memory; nothing is copied here.
///
/// Reading pauses while too much is unanswered, while a handler holds the connection, while the log has no room, and
/// while the memory for all clients (env::ClientMemory) is used up.
/// What can't be understood closes it, with a line in the log. Belongs to the loop; keeps itself alive until closed.
class ClientConnection final : public std::enable_shared_from_this<ClientConnection> {
 public:
  ClientConnection(Services& broker, std::unique_ptr<env::Connection> connection, std::shared_ptr<Client> client,
                   Function<void()> closed);
  ~ClientConnection();

  void start();
  /// Reads no more; closes when everything asked has been answered and sent.
  void drain();
  void close();
  bool is_idle_since(env::MonotonicTime limit) const { return slots_.empty() && last_read_ < limit; }
  /// A large request has been on its way, or answers are waiting to be taken, since before `limit`.
  bool hoards_since(env::MonotonicTime limit) const {
    return (incoming_.bytes() > 0 && reading_ && incoming_since_ < limit) || (writing_ && writing_since_ < limit);
  }
  /// Closes, as others wait for the memory.
  void give_way();

 private:
  /// One request's place in the order of answers.
  struct Slot {
    bool answered = false;
    bool close_after = false;
    env::MemoryBudget::Share request;
    env::MemoryBudget::Share answer;
    std::vector<SharedBytes> pieces;
  };
  class SlotResponder;

  void read_more();
  /// False when the frame's memory has to be waited for.
  bool take_incoming(std::size_t bytes);
  void wait_for_room();
  void on_read(Result<std::size_t> count);
  void handle_frames();
  void handle_frame(SharedBytes frame);
  void dispatch(const ApiHandler& handler, Request request, SharedBytes body);
  bool may_handle() const;
  Slot* slot(std::uint64_t number);
  void answered(std::uint64_t number, kafka::Encoded response, env::MemoryBudget::Share memory, bool close_after);
  void write_answers();
  void on_written(Result<void> written);
  void go_on();
  void fail(const Error& why);

  Services& broker_;
  std::unique_ptr<env::Connection> connection_;
  std::shared_ptr<Client> client_;
  Function<void()> closed_callback_;
  kafka::FrameReader frames_;
  std::deque<Slot> slots_;
  std::uint64_t first_slot_ = 0;
  std::size_t unanswered_bytes_ = 0;  ///< Of requests.
  std::size_t untaken_bytes_ = 0;     ///< Of answers.
  env::MemoryBudget::Share written_;  ///< Of the write under way.
  env::MemoryBudget::Share incoming_;  ///< Of the large request being read.
  env::MonotonicTime incoming_since_;
  env::MonotonicTime writing_since_;
  env::MemoryBudget::Ticket memory_ticket_ = 0;
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
