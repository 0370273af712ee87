#include "transport/queued_connection.hpp"

#include "transport/socket_write.hpp"

#include <utility>

namespace wsgw::transport {

send_result queued_connection::send(const protocol::frame& f,
                                    std::uint64_t mark) {
  if (is_closing_ || is_read_ended_)
    return send_result::closed;
  if (!outbox_.push(f, mark)
      && !push_after_writing(outbox_, f, mark, socket().native_handle()))
    return send_result::full;
  mark_dirty();
  return send_result::queued;
}

bool queued_connection::send_anyway(const protocol::frame& f,
                                    std::uint64_t mark) {
  if (is_closing_ || is_read_ended_)
    return false;
  outbox_.push_always(f, mark);
  mark_dirty();
  return true;
}

bool queued_connection::deepen() {
  return !std::exchange(is_deep_, true)
         && lift_unsent_limit(socket().native_handle());
}

void queued_connection::open() {
  is_open_ = true;
  mark_dirty();
}

void queued_connection::count_unsent() {
  const auto now = is_waiting_ ? outbox_.bytes() : 0;
  loop_.add_unsent(now);
  loop_.sub_unsent(unsent_);
  unsent_ = now;
}

void queued_connection::mark_dirty() {
  if (is_waiting_)
    count_unsent();
  if (is_dirty_ || is_waiting_ || !is_open_)
    return;
  is_dirty_ = true;
  loop_.at_turn_end(shared_from_this());
}

void queued_connection::on_turn_end() {
  is_dirty_ = false;
  if (is_waiting_ || !socket().is_open())
    return;
  const auto outcome = write_out(outbox_, socket().native_handle());
  if (outcome == write_outcome::blocked)
    wait_writable();
  else if (outcome == write_outcome::failed)
    on_write_failed();
  else
    on_written();
  if (is_waiting_ || unsent_ != 0)
    count_unsent();
}

void queued_connection::wait_writable() {
  is_waiting_ = true;
  socket().async_wait(tcp_socket::wait_write,
                      [self = shared_from_this()](auto ec) {
                        self->is_waiting_ = false;
                        if (!ec)
                          self->mark_dirty();
                      });
}

} // namespace wsgw::transport
