#include "tests/support/raw_socket.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace wsgw::tests {

namespace {

using clock = std::chrono::steady_clock;

milliseconds left_until(clock::time_point end) {
  const auto left =
    std::chrono::duration_cast<milliseconds>(end - clock::now());
  return std::max(left, milliseconds{0});
}

} // namespace

raw_socket::raw_socket(std::uint16_t port, const options& wanted)
    : timeout_(wanted.timeout) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0)
    return;
  if (wanted.receive_buffer > 0)
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &wanted.receive_buffer,
                 sizeof(wanted.receive_buffer));
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  ::inet_pton(AF_INET, wanted.host.c_str(), &to.sin_addr);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0)
    return;
  int problem = errno;
  if (problem == EINPROGRESS && wait_for(POLLOUT, timeout_)) {
    socklen_t size = sizeof(problem);
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &problem, &size);
  }
  if (problem != 0)
    close();
}

raw_socket::raw_socket(raw_socket&& other) noexcept {
  *this = std::move(other);
}

raw_socket& raw_socket::operator=(raw_socket&& other) noexcept {
  if (this == &other)
    return *this;
  close();
  fd_ = std::exchange(other.fd_, -1);
  timeout_ = other.timeout_;
  at_end_ = other.at_end_;
  was_reset_ = other.was_reset_;
  return *this;
}

raw_socket::~raw_socket() { close(); }

bool raw_socket::wait_for(short events, milliseconds deadline) const {
  pollfd wanted{fd_, events, 0};
  return ::poll(&wanted, 1, static_cast<int>(deadline.count())) > 0;
}

bool raw_socket::send(std::string_view bytes) {
  const auto end = clock::now() + timeout_;
  while (!bytes.empty()) {
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
      continue;
    }
    if (errno != EAGAIN || !wait_for(POLLOUT, left_until(end)))
      return false;
  }
  return true;
}

bool raw_socket::receive(std::string& into, milliseconds deadline) {
  if (fd_ < 0 || at_end_ || !wait_for(POLLIN, deadline))
    return false;
  std::array<char, 16384> chunk; // NOLINT: filled by recv
  const auto n = ::recv(fd_, chunk.data(), chunk.size(), 0);
  if (n > 0) {
    into.append(chunk.data(), static_cast<std::size_t>(n));
    return true;
  }
  if (n < 0 && errno == EAGAIN)
    return false;
  at_end_ = true;
  was_reset_ = n < 0;
  return false;
}

std::string raw_socket::receive_until(std::string_view mark,
                                      milliseconds deadline) {
  const auto end = clock::now() + deadline;
  std::string text;
  while (text.find(mark) == std::string::npos && receive(text, left_until(end)))
    continue;
  return text;
}

std::string raw_socket::receive_all(milliseconds deadline) {
  const auto end = clock::now() + deadline;
  std::string text;
  while (receive(text, left_until(end)))
    continue;
  return text;
}

void raw_socket::finish_sending() { ::shutdown(fd_, SHUT_WR); }

void raw_socket::close() {
  if (fd_ >= 0)
    ::close(std::exchange(fd_, -1));
}

void raw_socket::abort() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  close();
}

} // namespace wsgw::tests
