#pragma once

#include <memory>
#include <string>

#include "http/session.h"

namespace weft::http {

/// One event as the stream carries it (WHATWG HTML 9.2.6). Line ends inside `data` become several data lines; inside
/// `event` and `id` they are dropped.
std::string format_event(std::string_view event, std::string_view id, std::string_view data);

/// The event stream of one exchange.
class SessionEvents final : public EventStream, public std::enable_shared_from_this<SessionEvents> {
 public:
  SessionEvents(std::weak_ptr<Session> session, env::EventLoop& loop, std::uint64_t exchange, std::size_t bytes_max);
  ~SessionEvents() override;

  bool send(std::string_view event, std::string_view id, std::string_view data) override;
  std::size_t bytes_waiting() const override;
  void on_closed(Function<void()> closed) override;
  void close() override;

  /// Sends a comment line whenever nothing was sent for 15 s: proxies and browsers see that the stream lives.
  void keep_alive();
  /// The session has lost its reader.
  void lost();

 private:
  std::shared_ptr<Session> open_session() const;

  std::weak_ptr<Session> session_;
  env::EventLoop& loop_;
  std::uint64_t exchange_;
  std::size_t bytes_max_;
  bool sent_since_tick_ = false;
  bool lost_ = false;
  Function<void()> closed_;
  env::EventLoop::TimerId timer_ = 0;
};

}  // namespace weft::http
