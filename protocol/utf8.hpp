#pragma once

#include <string>
#include <string_view>

namespace wsgw::protocol {

/// Whether `text` is well-formed UTF-8 (RFC 3629 section 4). On the hot path:
/// every event is checked once.
bool is_utf8(std::string_view text);

/// `text` if it is UTF-8, else with U+FFFD for what is not.
std::string repaired_utf8(std::string_view text);

} // namespace wsgw::protocol
