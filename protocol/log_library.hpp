#pragma once

#include <cstdint>
#include <string_view>

namespace wsgw::protocol {

/// The Redis function library `wsgw` (protocol-v1 section 6.2), as
/// `FUNCTION LOAD` takes it: protocol/redis/wsgw.lua.
std::string_view log_library();

/// What its `wsgw_version` answers. A newer library in Redis serves an older
/// gateway, never the other way round.
std::uint64_t log_library_version();

} // namespace wsgw::protocol
