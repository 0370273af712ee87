#include "tests/bench/fleet.hpp"

#include "tests/bench/stamp.hpp"
#include "tests/bench/v1_text.hpp"
#include "tests/bench/ws_wire.hpp"

#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace wsgw::bench {

namespace {

constexpr std::size_t read_bytes = 256 * 1024;

} // namespace

class fleet::client : public poll_target {
public:
  enum class phase : std::uint8_t { connecting, upgrading, open, gone };

  client(fleet& owner, std::size_t index, int fd)
      : owner(owner), index(static_cast<std::uint32_t>(index)), fd(fd) {}

  void on_ready(std::uint32_t events) override;

  fleet& owner;
  std::uint32_t index;
  int fd;
  phase state = phase::connecting;
  std::string pending; ///< received, but not yet a whole frame
};

void fleet::client::on_ready(std::uint32_t events) {
  if (state == phase::gone)
    return;
  if (state == phase::connecting && (events & EPOLLOUT) != 0) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0)
      return owner.fail(*this, 1006);
    state = phase::upgrading;
    owner.events_.modify(fd, EPOLLIN, *this);
    owner.write(*this, owner.config_.request(index));
    return;
  }
  owner.read(*this);
}

fleet::fleet(poller& events, fleet_config config)
    : events_(events), config_(std::move(config)), buffer_(read_bytes, '\0') {
  clients_.reserve(config_.size);
}

fleet::~fleet() {
  for (const auto& c : clients_)
    if (c->fd >= 0)
      close(c->fd);
}

bool fleet::may_start() {
  if (clients_.size() == config_.size || handshaking_ >= config_.concurrency)
    return false;
  if (began_at_ == 0)
    began_at_ = now_ns();
  const auto seconds = static_cast<double>(now_ns() - began_at_) / 1e9;
  return config_.rate <= 0
         || static_cast<double>(clients_.size()) < seconds * config_.rate;
}

void fleet::pump() {
  while (may_start()) {
    const int fd = start_connect(config_.address);
    clients_.push_back(std::make_unique<client>(*this, clients_.size(), fd));
    ++handshaking_;
    auto& c = *clients_.back();
    if (fd < 0)
      fail(c, 1006);
    else
      events_.add(fd, EPOLLOUT, c);
  }
}

void fleet::drop(std::size_t index) {
  auto& c = *clients_[index];
  if (c.state != client::phase::open)
    return;
  --counts_.open;
  c.state = client::phase::gone;
  close(c.fd);
  c.fd = -1;
}

void fleet::read(client& c) {
  const auto n = recv(c.fd, buffer_.data(), buffer_.size(), 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n <= 0)
    return fail(c, 1006);
  std::string_view bytes(buffer_.data(), static_cast<std::size_t>(n));
  if (c.state == client::phase::open && c.pending.empty()) {
    const auto used = take_frames(c, bytes);
    if (c.state == client::phase::open)
      c.pending.assign(bytes.substr(used));
    return;
  }
  c.pending += bytes;
  if (c.state == client::phase::upgrading) {
    const auto end = c.pending.find("\r\n\r\n");
    if (end == c.pending.npos)
      return;
    on_head(c, std::string_view(c.pending).substr(0, end + 4));
    c.pending.erase(0, end + 4);
  }
  if (c.state == client::phase::open)
    on_frames(c);
}

void fleet::on_head(client& c, std::string_view head) {
  if (!is_accepted(head)) {
    if (counts_.first_refusal.empty())
      counts_.first_refusal = head.substr(0, head.find("\r\n"));
    return fail(c, 1006);
  }
  c.state = client::phase::open;
  --handshaking_;
  ++counts_.open;
}

void fleet::on_frames(client& c) {
  const auto used = take_frames(c, c.pending);
  if (c.state != client::phase::open)
    return;
  c.pending.erase(0, used);
  if (c.pending.empty())
    std::string().swap(c.pending); // thousands of these: keep none alive
}

std::size_t fleet::take_frames(client& c, std::string_view bytes) {
  std::size_t used = 0;
  while (const auto frame = read_frame(bytes.substr(used))) {
    used += frame->wire_bytes;
    if (!frame->whole) {
      ++counts_.broken;
    } else if (frame->op == opcode::close) {
      fail(c, close_code_of(frame->payload));
      return used;
    } else if (frame->op == opcode::ping || frame->payload == "__ping__") {
      std::string answer;
      if (frame->op == opcode::ping)
        append_frame(answer, opcode::pong, frame->payload);
      else
        append_frame(answer, opcode::text, "__pong__");
      ++counts_.pings;
      write(c, answer);
    } else if (v1_type_of(frame->payload) == "ping") {
      std::string answer;
      append_frame(answer, opcode::text, R"({"type":"pong"})");
      ++counts_.pings;
      write(c, answer);
    } else if (frame->op == opcode::text) {
      config_.on_text(c.index, frame->payload);
    } else {
      ++counts_.broken;
    }
  }
  return used;
}

void fleet::write(client& c, std::string_view bytes) {
  // Requests and pongs are tiny: a full socket buffer means a dead server.
  const auto n = send(c.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (n != static_cast<ssize_t>(bytes.size()))
    fail(c, 1006);
}

void fleet::fail(client& c, unsigned close_code) {
  if (c.state == client::phase::gone)
    return;
  if (c.state == client::phase::open) {
    --counts_.open;
    ++counts_.closed;
    ++counts_.close_codes[close_code];
  } else {
    --handshaking_;
    ++counts_.refused;
  }
  c.state = client::phase::gone;
  if (c.fd >= 0)
    close(c.fd);
  c.fd = -1;
}

} // namespace wsgw::bench
