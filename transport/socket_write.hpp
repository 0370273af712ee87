#pragma once

#include "transport/outbox.hpp"

#include <cstdint>

namespace wsgw::transport {

enum class write_outcome : std::uint8_t {
  emptied, ///< everything is in the kernel
  blocked, ///< the socket takes no more for now
  failed,  ///< the connection is broken
};

/// Writes `from` to the stream socket `descriptor` without blocking and with
/// as few system calls as possible: each takes up to 64 frames.
write_outcome write_out(outbox& from, int descriptor);

} // namespace wsgw::transport
