#pragma once

#include "tests/bench/poller.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace wsgw::bench {

/// A non-blocking client connection with a queue of unsent bytes, for the
/// sources. Used by one thread; must stay where it was made.
class byte_stream : public poll_target {
public:
  /// `on_bytes` gets everything received so far that it has not consumed and
  /// returns how much it consumes now.
  using consumer = std::function<std::size_t(std::string_view bytes)>;

  byte_stream(poller& events, const sockaddr_in& address, consumer on_bytes);
  ~byte_stream() override;
  byte_stream(const byte_stream&) = delete;
  byte_stream& operator=(const byte_stream&) = delete;

  void queue(std::string_view bytes) { unsent_ += bytes; }
  std::string& unsent() { return unsent_; }
  void flush();
  /// Empty while the connection lives.
  const std::string& error() const { return error_; }

  void on_ready(std::uint32_t events) override;

private:
  void fail(const char* what);
  void receive();

  poller& events_;
  consumer on_bytes_;
  int fd_;
  bool is_connected_ = false;
  bool waits_for_room_ = true;
  std::string unsent_;
  std::string received_;
  std::string error_;
};

} // namespace wsgw::bench
