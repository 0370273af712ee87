#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace wsgw::protocol {

/// Which of several Redis servers keeps `room`, by rendezvous hashing
/// (protocol-v1 section 6.2): the index of the name for which the first 8 bytes
/// of SHA-256(`<room>|<name>`), read big-endian, are the largest. The order of
/// the names does not matter; when one is added, only the rooms it gets move.
/// `names` must not be empty, nor hold a name twice.
std::size_t choose_server(std::string_view room,
                          std::span<const std::string> names);

} // namespace wsgw::protocol
