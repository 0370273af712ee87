#include "transport/close_frame.hpp"

#include <memory>
#include <string>

namespace wsgw::transport {

namespace {

constexpr char close_opcode = '\x88';
constexpr std::size_t max_reason = 123;

/// Cuts UTF-8 so that no character is left in half.
std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most)
    return text;
  while (most > 0 && (text[most] & 0xC0) == 0x80)
    --most;
  return text.substr(0, most);
}

} // namespace

protocol::frame close_frame(const protocol::close_status& status) {
  const auto reason = cut(status.reason, max_reason);
  std::string bytes;
  bytes.reserve(reason.size() + 4);
  bytes += close_opcode;
  bytes += static_cast<char>(reason.size() + 2);
  bytes += static_cast<char>(status.code >> 8);
  bytes += static_cast<char>(status.code & 0xFF);
  bytes += reason;
  return std::make_shared<const std::string>(std::move(bytes));
}

std::optional<std::uint16_t> close_code_of(std::string_view frame) {
  if (frame.empty() || frame.front() != close_opcode)
    return std::nullopt;
  if (frame.size() < 4)
    return std::uint16_t{1005};
  return static_cast<std::uint16_t>(static_cast<unsigned char>(frame[2]) << 8
                                    | static_cast<unsigned char>(frame[3]));
}

} // namespace wsgw::transport
