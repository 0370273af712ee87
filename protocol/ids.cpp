#include "protocol/ids.hpp"

#include <array>
#include <charconv>

namespace wsgw::protocol {

std::string to_string(connection_id id) {
  std::array<char, 16> digits; // 64 bits
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                 static_cast<std::uint64_t>(id), 16)
                     .ptr;
  return {digits.data(), end};
}

} // namespace wsgw::protocol
