#pragma once

#include "tests/support/raw_socket.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsgw::tests {

/// What a peer sends in RFC 6455 frames.
enum opcode : std::uint8_t {
  op_continuation = 0,
  op_text = 1,
  op_binary = 2,
  op_close = 8,
  op_ping = 9,
  op_pong = 10,
};

/// One received frame. `close_code` is 1005 for a close frame without a code.
struct ws_message {
  std::uint8_t opcode = 0;
  bool fin = true;
  std::string payload;
  std::uint16_t close_code = 0;
  std::string reason;
};

/// A blocking WebSocket client that can also break every rule. It answers
/// nothing by itself (no pong, no close), and returns frames as they came.
class ws_client {
public:
  using header_list = std::vector<std::pair<std::string, std::string>>;

  /// Connects to 127.0.0.1:`port` and sends a handshake for `target`. A header
  /// in `extra` replaces the default of that name; an empty value removes it.
  static ws_client connect(std::uint16_t port, const std::string& target,
                           const header_list& extra = {},
                           const raw_socket::options& how = {});

  /// The handshake's text, for tests that send it in pieces or add to it.
  static std::string handshake_text(const std::string& target,
                                    const header_list& extra = {});

  // -- the HTTP answer ------------------------------------------------------

  /// True when the answer was a valid 101.
  bool is_open() const { return open_; }
  int status() const { return status_; } ///< 0: no HTTP answer
  /// The value of a header (any case), or an empty text.
  std::string header(std::string_view name) const;
  const std::string& body() const { return body_; } ///< of a refusal

  // -- frames ---------------------------------------------------------------

  bool send_text(std::string_view text);
  bool send_binary(std::string_view bytes);
  bool send_ping(std::string_view payload = {});
  bool send_close(std::uint16_t code = 1000, std::string_view reason = {});
  bool send_frame(std::uint8_t op, bool fin, std::string_view payload);
  bool send_raw(std::string_view bytes);

  /// A masked frame as bytes.
  static std::string encode(std::uint8_t op, bool fin,
                            std::string_view payload);

  /// The next frame; empty at the deadline or at the end of the stream.
  std::optional<ws_message> read(milliseconds deadline = milliseconds{5000});

  /// The next text frame's payload; control frames before it are skipped,
  /// except a close, which ends the wait.
  std::optional<std::string> read_text(milliseconds deadline = milliseconds{
                                         5000});

  /// Reads on until a close frame comes; empty at the deadline or the end.
  std::optional<ws_message> read_close(milliseconds deadline = milliseconds{
                                         5000});

  /// True when the server has ended TCP; looks for at most `deadline`,
  /// dropping what comes before.
  bool closed(milliseconds deadline = milliseconds{5000});

  raw_socket& socket() { return socket_; }

private:
  void read_response(milliseconds deadline);
  std::optional<ws_message> take_frame();

  raw_socket socket_;
  std::string buffer_; ///< received, not yet returned
  std::size_t taken_ = 0;
  std::string head_;
  std::string body_;
  int status_ = 0;
  bool open_ = false;
};

} // namespace wsgw::tests
