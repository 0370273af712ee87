#include "tests/bench/byte_stream.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace wsgw::bench {

byte_stream::byte_stream(poller& events, const sockaddr_in& address,
                         consumer on_bytes)
    : events_(events), on_bytes_(std::move(on_bytes)),
      fd_(start_connect(address)) {
  if (fd_ < 0)
    fail("connect");
  else
    events_.add(fd_, EPOLLIN | EPOLLOUT, *this);
}

byte_stream::~byte_stream() {
  if (fd_ >= 0)
    close(fd_);
}

void byte_stream::flush() {
  if (fd_ < 0 || !is_connected_ || unsent_.empty())
    return;
  const auto n = send(fd_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
  if (n < 0 && errno != EAGAIN && errno != EINTR)
    return fail("send");
  if (n > 0)
    unsent_.erase(0, static_cast<std::size_t>(n));
  if (unsent_.empty() == waits_for_room_) {
    waits_for_room_ = !unsent_.empty();
    const auto wanted = waits_for_room_ ? EPOLLIN | EPOLLOUT : EPOLLIN;
    events_.modify(fd_, wanted, *this);
  }
}

void byte_stream::on_ready(std::uint32_t events) {
  if (fd_ < 0)
    return;
  if (!is_connected_) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    errno = error;
    if (error != 0)
      return fail("connect");
    is_connected_ = true;
    waits_for_room_ = false;
    events_.modify(fd_, EPOLLIN, *this);
  }
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
    receive();
  flush();
}

void byte_stream::receive() {
  std::array<char, 65536> buffer;
  const auto n = recv(fd_, buffer.data(), buffer.size(), 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n == 0)
    errno = ECONNRESET;
  if (n <= 0)
    return fail("recv");
  received_.append(buffer.data(), static_cast<std::size_t>(n));
  received_.erase(0, on_bytes_(received_));
}

void byte_stream::fail(const char* what) {
  error_ = std::string(what) + ": " + std::strerror(errno);
  if (fd_ >= 0)
    close(fd_);
  fd_ = -1;
}

} // namespace wsgw::bench
