#include "http/event_stream.h"

#include <algorithm>

#include "base/check.h"

namespace weft::http {
namespace {

constexpr env::Duration kKeepAlive = std::chrono::seconds(15);
constexpr std::string_view kComment = ":\n\n";

void append_line(std::string& out, std::string_view field, std::string_view value) {
  out += field;
  out += ": ";
  std::copy_if(value.begin(), value.end(), std::back_inserter(out),
               [](char c) { return c != '\n' && c != '\r' && c != '\0'; });
  out += '\n';
}

}  // namespace

std::string format_event(std::string_view event, std::string_view id, std::string_view data) {
  std::string out;
  out.reserve(event.size() + id.size() + data.size() + 32);
  if (!id.empty()) append_line(out, "id", id);
  if (!event.empty()) append_line(out, "event", event);
  for (;;) {
    const std::size_t end = std::min(data.find_first_of("\r\n"), data.size());
    out += "data: ";
    out += data.substr(0, end);
    out += '\n';
    if (end == data.size()) break;
    data.remove_prefix(end + (data.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  out += '\n';
  return out;
}

SessionEvents::SessionEvents(std::weak_ptr<Session> session, env::EventLoop& loop, std::uint64_t exchange,
                             std::size_t bytes_max)
    : session_(std::move(session)), loop_(loop), exchange_(exchange), bytes_max_(bytes_max) {}

SessionEvents::~SessionEvents() {
  closed_ = nullptr;
  close();
}

std::shared_ptr<Session> SessionEvents::open_session() const {
  CHECK(loop_.is_current(), "an event stream is used on its server's loop");
  auto session = session_.lock();
  return session && session->stream_open(exchange_) ? session : nullptr;
}

bool SessionEvents::send(std::string_view event, std::string_view id, std::string_view data) {
  const auto session = open_session();
  if (!session) return false;
  const std::string bytes = format_event(event, id, data);
  if (session->stream_bytes_waiting() + bytes.size() > bytes_max_) return false;
  session->stream_send(bytes);
  sent_since_tick_ = true;
  return true;
}

std::size_t SessionEvents::bytes_waiting() const {
  const auto session = open_session();
  return session ? session->stream_bytes_waiting() : 0;
}

void SessionEvents::on_closed(Function<void()> closed) {
  if (lost_) return closed();
  closed_ = std::move(closed);
}

void SessionEvents::close() {
  if (timer_ != 0) loop_.cancel(std::exchange(timer_, 0));
  if (const auto session = open_session()) session->stream_finish();
}

void SessionEvents::keep_alive() {
  timer_ = loop_.schedule_after(kKeepAlive, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->timer_ = 0;
    const auto session = self->open_session();
    if (!session) return;
    if (!std::exchange(self->sent_since_tick_, false) && session->stream_bytes_waiting() == 0)
      session->stream_send(kComment);
    self->keep_alive();
  });
}

void SessionEvents::lost() {
  if (std::exchange(lost_, true)) return;
  if (timer_ != 0) loop_.cancel(std::exchange(timer_, 0));
  if (auto closed = std::exchange(closed_, nullptr)) closed();
}

}  // namespace weft::http
