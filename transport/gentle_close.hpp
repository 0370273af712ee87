#pragma once

#include "transport/net.hpp"
#include "transport/shard_loop.hpp"

#include <string>

namespace wsgw::transport {

/// Writes `last`, ends our direction and drops what the peer still sends, for
/// at most two seconds; then closes. A plain close with unread input would
/// send a reset, and the peer could lose the last bytes it was sent (RFC 9112
/// section 9.6). Takes no part in anything else; loop thread only.
void close_gently(shard_loop& loop, tcp_socket socket, std::string last = {});

} // namespace wsgw::transport
