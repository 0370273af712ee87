#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace wsgw::tests {

/// A TCP server on a free loopback port for peers that misbehave as no real
/// program does. Each connection gets a thread that runs `serve` and then
/// closes. The destructor cuts all connections and joins.
class tcp_server {
public:
  /// Blocking operations on one accepted connection.
  class peer {
  public:
    explicit peer(int fd) : fd_(fd) {}
    /// What arrived, at least one byte; empty at the end of the stream.
    std::string read();
    /// Reads until `mark` was seen; false at the end of the stream.
    bool read_until(std::string_view mark);
    void write(std::string_view bytes);
    int descriptor() const { return fd_; }

  private:
    int fd_;
  };

  explicit tcp_server(std::function<void(peer&)> serve);
  ~tcp_server();
  tcp_server(const tcp_server&) = delete;
  tcp_server& operator=(const tcp_server&) = delete;

  std::uint16_t port() const { return port_; }
  /// Connections accepted so far.
  int accepted() const;

private:
  void accept_all();

  std::function<void(peer&)> serve_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<int> open_; ///< -1: closed already
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

} // namespace wsgw::tests
