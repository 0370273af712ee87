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

/// Makes room in a full outbox: a burst may fill it within one turn, but only
/// what the kernel does not take says that the peer is slow. False when `f`
/// still does not fit. Write errors show at the next `write_out`.
bool push_after_writing(outbox& to, const protocol::frame& f,
                        std::uint64_t mark, int descriptor);

/// Undoes the TCP_NOTSENT_LOWAT that the socket inherited. False when the
/// kernel refuses.
bool lift_unsent_limit(int descriptor);

} // namespace wsgw::transport
