#include "protocol/rendezvous.hpp"

#include "protocol/digest.hpp"

namespace wsgw::protocol {

std::size_t choose_server(std::string_view room,
                          std::span<const std::string> names) {
  // Hexadecimal digits of one length compare as the numbers they write.
  constexpr std::size_t digits = 16;
  std::size_t chosen = 0;
  std::string largest;
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto weight =
      sha256_hex(std::string{room} + '|' + names[i]).substr(0, digits);
    if (weight <= largest)
      continue;
    largest = std::move(weight);
    chosen = i;
  }
  return chosen;
}

} // namespace wsgw::protocol
