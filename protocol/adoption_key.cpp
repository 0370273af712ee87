#include "protocol/adoption_key.hpp"

#include "protocol/digest.hpp"

namespace wsgw::protocol {

std::string adoption_key(const event& e, std::string_view payload) {
  // Keys in Redis stay short, whatever a backend takes for an id.
  constexpr std::size_t longest_id = 256;
  if (e.message_id.empty() || e.message_id.size() > longest_id)
    return "sha256:" + sha256_hex(payload);
  return "id:" + e.message_id;
}

} // namespace wsgw::protocol
