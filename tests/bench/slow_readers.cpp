#include "tests/bench/slow_readers.hpp"

#include "tests/bench/v1_text.hpp"
#include "tests/bench/ws_wire.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace wsgw::bench {

namespace {

constexpr std::int64_t second = 1'000'000'000;
/// Small enough to keep the kernel's window closed most of the time.
constexpr std::int64_t tick_ns = second / 20;
/// A slow client is not a dead one: it says so (protocol-v1 7.12).
constexpr std::int64_t sign_of_life_ns = 10 * second;
constexpr std::int64_t pause_ns = second / 2; ///< before coming back

} // namespace

struct slow_readers::reader {
  enum class phase : std::uint8_t { away, upgrading, open, gone };

  std::size_t index = 0;
  int fd = -1;
  phase state = phase::away;
  std::string request; ///< not yet sent
  std::string received;
  double allowance = 0; ///< bytes that it may read now
  std::string cursor;
  std::uint64_t seq = 0;
  std::int64_t next_sign = 0;
  std::int64_t back_at = 0;
};

slow_readers::slow_readers(slow_config config) : config_(std::move(config)) {
  for (std::size_t i = 0; i < config_.size; ++i) {
    readers_.push_back(std::make_unique<reader>());
    readers_.back()->index = i;
  }
}

slow_readers::~slow_readers() {
  for (const auto& r : readers_)
    if (r->fd >= 0)
      close(r->fd);
}

void slow_readers::tick(std::int64_t now) {
  if (now - last_tick_ < tick_ns)
    return;
  const auto seconds =
    last_tick_ == 0 ? 0.0 : static_cast<double>(now - last_tick_) / 1e9;
  last_tick_ = now;
  for (auto& each : readers_) {
    auto& r = *each;
    if (r.state == reader::phase::away && now >= r.back_at)
      open(r, now);
    if (r.state == reader::phase::upgrading && !r.request.empty())
      upgrade(r);
    if (r.fd < 0)
      continue;
    r.allowance += seconds * config_.bytes_per_second;
    // The answer to the upgrade is read at once: it is not what is slow.
    const auto is_free = is_hurried_ || r.state != reader::phase::open;
    const auto most =
      is_free ? 1U << 20 : static_cast<std::size_t>(r.allowance);
    if (most > 0)
      receive(r, most, now);
    if (r.state == reader::phase::open && now >= r.next_sign) {
      r.next_sign = now + sign_of_life_ns;
      send_text(r, config_.v1
                     ? R"({"type":"ack","seq":)" + std::to_string(r.seq) + '}'
                     : "__ping__");
    }
  }
}

bool slow_readers::have_all(const std::vector<std::uint64_t>& heads) const {
  return std::all_of(readers_.begin(), readers_.end(), [&](const auto& r) {
    return r->state == reader::phase::open
           && r->seq >= heads[r->index % heads.size()];
  });
}

// -- a connection -------------------------------------------------------------

void slow_readers::open(reader& r, std::int64_t now) {
  r.fd = start_connect(config_.address, config_.receive_buffer);
  if (r.fd < 0)
    return end(r, 1006, now);
  r.request = config_.request(r.index, r.cursor);
  r.received.clear();
  r.allowance = 0;
  r.state = reader::phase::upgrading;
}

void slow_readers::upgrade(reader& r) {
  const auto n = send(r.fd, r.request.data(), r.request.size(), MSG_NOSIGNAL);
  if (n > 0)
    r.request.erase(0, static_cast<std::size_t>(n));
}

void slow_readers::receive(reader& r, std::size_t most, std::int64_t now) {
  std::array<char, 65536> buffer;
  while (most > 0 && r.fd >= 0) {
    const auto n = recv(r.fd, buffer.data(), std::min(most, buffer.size()), 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOTCONN))
      return;
    if (n <= 0)
      return end(r, 1006, now);
    const auto got = static_cast<std::size_t>(n);
    most -= got;
    r.allowance = std::max(0.0, r.allowance - static_cast<double>(got));
    counts_.bytes += got;
    r.received.append(buffer.data(), got);
    take(r, now);
  }
}

void slow_readers::take(reader& r, std::int64_t now) {
  if (r.state == reader::phase::upgrading) {
    const auto head_end = r.received.find("\r\n\r\n");
    if (head_end == r.received.npos)
      return;
    if (!is_accepted(std::string_view(r.received).substr(0, head_end + 4)))
      return end(r, 1006, now);
    r.received.erase(0, head_end + 4);
    r.state = reader::phase::open;
    r.next_sign = now + sign_of_life_ns;
    ++counts_.connects;
  }
  std::size_t used = 0;
  const std::string_view all(r.received);
  while (const auto frame = read_frame(all.substr(used))) {
    used += frame->wire_bytes;
    if (frame->op == opcode::close)
      return end(r, close_code_of(frame->payload), now);
    if (frame->op == opcode::text)
      on_text(r, frame->payload);
  }
  r.received.erase(0, used);
}

void slow_readers::end(reader& r, unsigned code, std::int64_t now) {
  if (r.fd >= 0)
    close(r.fd);
  r.fd = -1;
  ++counts_.closes[code];
  r.state = config_.v1 ? reader::phase::away : reader::phase::gone;
  r.back_at = now + pause_ns;
}

void slow_readers::send_text(reader& r, std::string_view text) {
  std::string out;
  append_frame(out, opcode::text, text);
  // Tiny; when the kernel does not take it, the connection is over anyway.
  [[maybe_unused]] const auto n =
    send(r.fd, out.data(), out.size(), MSG_NOSIGNAL);
}

// -- what v1 asks of a client -------------------------------------------------

void slow_readers::on_text(reader& r, std::string_view text) {
  if (!config_.v1) {
    if (text == "__ping__")
      send_text(r, "__pong__");
    else
      ++counts_.events;
    return;
  }
  const auto type = v1_type_of(text);
  const auto cursor = v1_cursor_of(text);
  if (type == "hello" || type == "reset") {
    const auto is_reset = type == "reset" || v1_has(text, "resume", "reset");
    counts_.resets += is_reset ? 1 : 0;
    if (is_reset || r.cursor.empty()) {
      r.cursor = cursor;
      r.seq = v1_seq_of(cursor);
    }
  } else if (type == "event" && !cursor.empty()) {
    on_event(r, cursor);
  } else if (type == "skip") {
    r.cursor = cursor;
    r.seq = std::max(r.seq, v1_seq_of(cursor));
  } else if (type == "lagging") {
    ++counts_.lagging;
    pull(r);
  } else if (type == "page" && text.ends_with(R"("more":true})")) {
    pull(r);
  } else if (type == "live") {
    ++counts_.live;
  } else if (type == "ping") {
    send_text(r, R"({"type":"pong","seq":)" + std::to_string(r.seq) + '}');
  }
}

void slow_readers::on_event(reader& r, std::string_view cursor) {
  ++counts_.events;
  const auto seq = v1_seq_of(cursor);
  if (seq <= r.seq) {
    ++counts_.doubled;
    return;
  }
  counts_.lost += seq - r.seq - 1;
  r.seq = seq;
  r.cursor = cursor;
}

void slow_readers::pull(reader& r) {
  ++counts_.pulls;
  send_text(r, R"({"type":"pull","after":)" + std::to_string(r.seq) + '}');
}

} // namespace wsgw::bench
