#include "tests/bench/poller.hpp"

#include <array>
#include <cerrno>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace wsgw::bench {

poller::poller() : fd_(epoll_create1(EPOLL_CLOEXEC)) {
  if (fd_ < 0)
    throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

poller::~poller() { close(fd_); }

void poller::add(int fd, std::uint32_t events, poll_target& target) {
  epoll_event e{};
  e.events = events;
  e.data.ptr = &target;
  if (epoll_ctl(fd_, EPOLL_CTL_ADD, fd, &e) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

void poller::modify(int fd, std::uint32_t events, poll_target& target) {
  epoll_event e{};
  e.events = events;
  e.data.ptr = &target;
  if (epoll_ctl(fd_, EPOLL_CTL_MOD, fd, &e) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

void poller::wait(std::int64_t timeout_ns) {
  std::array<epoll_event, 1024> ready;
  if (timeout_ns < 0)
    timeout_ns = 0;
  const timespec timeout{timeout_ns / 1'000'000'000,
                         timeout_ns % 1'000'000'000};
  const int n = epoll_pwait2(fd_, ready.data(), static_cast<int>(ready.size()),
                             &timeout, nullptr);
  if (n < 0 && errno != EINTR)
    throw std::system_error(errno, std::generic_category(), "epoll_pwait2");
  for (int i = 0; i < n; ++i) {
    const auto& e = ready[static_cast<std::size_t>(i)];
    static_cast<poll_target*>(e.data.ptr)->on_ready(e.events);
  }
}

endpoint_address resolve(std::string_view url, std::uint16_t default_port) {
  endpoint_address result;
  auto rest = url;
  if (const auto scheme = rest.find("://"); scheme != rest.npos)
    rest.remove_prefix(scheme + 3);
  rest = rest.substr(0, rest.find('/'));
  if (const auto at = rest.rfind('@'); at != rest.npos) {
    const auto user = rest.substr(0, at);
    result.password = std::string(user.substr(user.find(':') + 1));
    rest.remove_prefix(at + 1);
  }
  const auto colon = rest.rfind(':');
  const std::string host(rest.substr(0, colon));
  const auto port = colon == rest.npos ? std::to_string(default_port)
                                       : std::string(rest.substr(colon + 1));
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (host.empty()
      || getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0)
    throw std::runtime_error("cannot resolve " + std::string(url));
  result.address = *reinterpret_cast<const sockaddr_in*>(found->ai_addr);
  freeaddrinfo(found);
  result.host_header = host + ":" + port;
  return result;
}

int start_connect(const sockaddr_in& address, int receive_buffer) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // Before the connect: the window's scale follows from it.
  if (receive_buffer > 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer,
               sizeof receive_buffer);
  const auto* any = reinterpret_cast<const sockaddr*>(&address);
  if (connect(fd, any, sizeof address) != 0 && errno != EINPROGRESS) {
    close(fd);
    return -1;
  }
  return fd;
}

} // namespace wsgw::bench
