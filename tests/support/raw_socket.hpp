#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wsgw::tests {

using milliseconds = std::chrono::milliseconds;

/// A TCP socket on loopback with deadlines instead of endless waits. It knows
/// nothing of any protocol, so tests can send any bytes.
class raw_socket {
public:
  struct options {
    int receive_buffer = 0; ///< SO_RCVBUF before connect; 0 keeps the default
    milliseconds timeout{5000}; ///< for connect and for each send
    std::string host = "127.0.0.1";
  };

  raw_socket() = default;
  /// Connects; `is_open` tells whether that worked.
  raw_socket(std::uint16_t port, const options& wanted);
  raw_socket(raw_socket&& other) noexcept;
  raw_socket& operator=(raw_socket&& other) noexcept;
  ~raw_socket();

  bool is_open() const { return fd_ >= 0; }
  /// True once the peer has sent EOF or reset the connection.
  bool at_end() const { return at_end_; }
  /// True when the end was a reset.
  bool was_reset() const { return was_reset_; }
  int fd() const { return fd_; }

  /// Sends everything, or returns false after the timeout or an error.
  bool send(std::string_view bytes);

  /// Appends what arrives next to `into`; false at the deadline or the end.
  bool receive(std::string& into, milliseconds deadline = milliseconds{5000});

  /// Receives until `mark` is in the text, the peer ends or the deadline.
  std::string receive_until(std::string_view mark,
                            milliseconds deadline = milliseconds{5000});

  /// Receives until the peer ends the stream or the deadline passes.
  std::string receive_all(milliseconds deadline = milliseconds{5000});

  /// Ends our sending direction (FIN).
  void finish_sending();
  void close();
  /// Closes with a reset instead of a FIN.
  void abort();

private:
  bool wait_for(short events, milliseconds deadline) const;

  int fd_ = -1;
  milliseconds timeout_{5000};
  bool at_end_ = false;
  bool was_reset_ = false;
};

} // namespace wsgw::tests
