#include "tests/support/ws_client.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace wsgw::tests {

namespace {

using clock = std::chrono::steady_clock;

milliseconds left_until(clock::time_point end) {
  const auto left =
    std::chrono::duration_cast<milliseconds>(end - clock::now());
  return std::max(left, milliseconds{0});
}

std::string lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return out;
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const unsigned char c : bytes)
    value = value << 8 | c;
  return value;
}

/// The answer to the key below (the example of RFC 6455 section 1.3).
constexpr auto sample_key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr auto sample_accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

} // namespace

std::string ws_client::handshake_text(const std::string& target,
                                      const header_list& extra) {
  header_list all{{"Host", "127.0.0.1"},
                  {"Upgrade", "websocket"},
                  {"Connection", "Upgrade"},
                  {"Sec-WebSocket-Key", sample_key},
                  {"Sec-WebSocket-Version", "13"}};
  for (const auto& [name, value] : extra)
    std::erase_if(all,
                  [&](const auto& h) { return lower(h.first) == lower(name); });
  all.insert(all.end(), extra.begin(), extra.end());
  auto text = "GET " + target + " HTTP/1.1\r\n";
  for (const auto& [name, value] : all)
    if (!value.empty())
      text += name + ": " + value + "\r\n";
  return text + "\r\n";
}

ws_client ws_client::connect(std::uint16_t port, const std::string& target,
                             const header_list& extra,
                             const raw_socket::options& how) {
  ws_client client;
  client.socket_ = raw_socket{port, how};
  if (client.socket_.is_open()
      && client.socket_.send(handshake_text(target, extra)))
    client.read_response(how.timeout);
  return client;
}

void ws_client::read_response(milliseconds deadline) {
  const auto end = clock::now() + deadline;
  auto split = std::string::npos;
  while ((split = buffer_.find("\r\n\r\n")) == std::string::npos)
    if (!socket_.receive(buffer_, left_until(end)))
      return;
  head_ = buffer_.substr(0, split + 2);
  buffer_.erase(0, split + 4);
  status_ = std::atoi(head_.c_str() + head_.find(' ') + 1);
  if (status_ == 101) {
    open_ = header("Sec-WebSocket-Accept") == sample_accept;
    return;
  }
  const auto length =
    std::strtoul(header("Content-Length").c_str(), nullptr, 10);
  while (buffer_.size() < length && socket_.receive(buffer_, left_until(end)))
    continue;
  body_ = std::move(buffer_);
  buffer_.clear();
}

std::string ws_client::header(std::string_view name) const {
  const auto text = lower(head_);
  const auto at = text.find("\r\n" + lower(name) + ":");
  if (at == std::string::npos)
    return {};
  const auto from = head_.find_first_not_of(' ', at + name.size() + 3);
  return head_.substr(from, head_.find("\r\n", from) - from);
}

std::string ws_client::encode(std::uint8_t op, bool fin,
                              std::string_view payload) {
  std::string out;
  out += static_cast<char>((fin ? 0x80 : 0) | op);
  const auto size = payload.size();
  const auto bytes = size < 126 ? 0 : size < 65536 ? 2 : 8;
  out += static_cast<char>(0x80 | (bytes == 0 ? size : bytes == 2 ? 126 : 127));
  for (int i = bytes - 1; i >= 0; --i)
    out += static_cast<char>(size >> (8 * i));
  const std::string_view mask = "\x12\x34\x56\x78";
  out += mask;
  for (std::size_t i = 0; i < size; ++i)
    out += static_cast<char>(payload[i] ^ mask[i % 4]);
  return out;
}

bool ws_client::send_frame(std::uint8_t op, bool fin,
                           std::string_view payload) {
  return socket_.send(encode(op, fin, payload));
}

bool ws_client::send_text(std::string_view text) {
  return send_frame(op_text, true, text);
}

bool ws_client::send_binary(std::string_view bytes) {
  return send_frame(op_binary, true, bytes);
}

bool ws_client::send_ping(std::string_view payload) {
  return send_frame(op_ping, true, payload);
}

bool ws_client::send_close(std::uint16_t code, std::string_view reason) {
  std::string payload;
  payload += static_cast<char>(code >> 8);
  payload += static_cast<char>(code);
  payload += reason;
  return send_frame(op_close, true, payload);
}

bool ws_client::send_raw(std::string_view bytes) { return socket_.send(bytes); }

std::optional<ws_message> ws_client::take_frame() {
  const auto bytes = std::string_view{buffer_}.substr(taken_);
  if (bytes.size() < 2)
    return std::nullopt;
  std::uint64_t size = bytes[1] & 0x7F;
  const std::size_t extra = size == 126 ? 2 : size == 127 ? 8 : 0;
  if (bytes.size() < 2 + extra)
    return std::nullopt;
  if (extra > 0)
    size = big_endian(bytes.substr(2, extra));
  if (bytes.size() < 2 + extra + size)
    return std::nullopt;
  ws_message got;
  got.opcode = bytes[0] & 0x0F;
  got.fin = (bytes[0] & 0x80) != 0;
  got.payload = bytes.substr(2 + extra, size);
  if (got.opcode == op_close) {
    got.close_code = 1005;
    if (size >= 2) {
      got.close_code = static_cast<std::uint16_t>(
        big_endian(std::string_view{got.payload}.substr(0, 2)));
      got.reason = got.payload.substr(2);
    }
  }
  taken_ += 2 + extra + size;
  if (taken_ > buffer_.size() / 2) {
    buffer_.erase(0, taken_);
    taken_ = 0;
  }
  return got;
}

std::optional<ws_message> ws_client::read(milliseconds deadline) {
  const auto end = clock::now() + deadline;
  for (;;) {
    if (auto got = take_frame())
      return got;
    if (!socket_.receive(buffer_, left_until(end)))
      return std::nullopt;
  }
}

std::optional<std::string> ws_client::read_text(milliseconds deadline) {
  const auto end = clock::now() + deadline;
  while (auto got = read(left_until(end))) {
    if (got->opcode == op_text)
      return std::move(got->payload);
    if (got->opcode == op_close)
      break;
  }
  return std::nullopt;
}

std::optional<ws_message> ws_client::read_close(milliseconds deadline) {
  const auto end = clock::now() + deadline;
  while (auto got = read(left_until(end)))
    if (got->opcode == op_close)
      return got;
  return std::nullopt;
}

bool ws_client::closed(milliseconds deadline) {
  const auto end = clock::now() + deadline;
  std::string dropped;
  while (socket_.receive(dropped, left_until(end)))
    dropped.clear();
  return socket_.at_end();
}

} // namespace wsgw::tests
