#pragma once

#include <cstdint>
#include <netinet/in.h>
#include <string>
#include <string_view>

namespace wsgw::bench {

/// Somebody who waits for a descriptor. Must outlive its registration.
class poll_target {
public:
  virtual ~poll_target() = default;
  /// The descriptor is readable, writable or broken (`epoll_event::events`).
  virtual void on_ready(std::uint32_t events) = 0;
};

/// An epoll set, level-triggered. Used by one thread.
class poller {
public:
  poller();
  ~poller();
  poller(const poller&) = delete;
  poller& operator=(const poller&) = delete;

  void add(int fd, std::uint32_t events, poll_target& target);
  void modify(int fd, std::uint32_t events, poll_target& target);
  /// Calls the targets that are ready; waits at most `timeout_ns` for one.
  void wait(std::int64_t timeout_ns);

private:
  int fd_;
};

/// Host and port of an `http://`, `ws://` or `redis://` URL, resolved once.
struct endpoint_address {
  sockaddr_in address{};
  std::string host_header; ///< `host:port`
  std::string password;    ///< of `redis://:password@host:port`
};

/// Throws std::runtime_error when the URL is malformed or does not resolve.
endpoint_address resolve(std::string_view url, std::uint16_t default_port);

/// Starts a non-blocking TCP connect without Nagle's delay; -1 on failure
/// (`errno` says why). `receive_buffer`: SO_RCVBUF, 0 for the system's choice.
int start_connect(const sockaddr_in& address, int receive_buffer = 0);

} // namespace wsgw::bench
