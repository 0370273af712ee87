#pragma once

#include "protocol/cursor.hpp"

#include <optional>
#include <string_view>

namespace wsgw::protocol {

/// The number that `wsgw_publish` splices in front of an event: the payload
/// begins with exactly `{"_epoch":"<epoch>","_seq":<seq>`, then `,` or `}`
/// (protocol-v1 section 6.2). Empty for a plain event.
std::optional<cursor> number_of(std::string_view json);

/// True when a stored event and the numbered one on the channel are the same
/// bytes, apart from the number and white space around the first brace.
bool is_same_event(std::string_view stored, std::string_view published);

} // namespace wsgw::protocol
