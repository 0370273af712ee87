#pragma once

#include <string>
#include <string_view>

namespace wsgw::protocol {

/// An id that names one conversation in logs: 1 to 64 printable characters of
/// ASCII without quote, backslash and blank. Others do not count.
bool is_trace_id(std::string_view text);

/// The trace id of a `traceparent` (W3C Trace Context, section 3.2); empty
/// when it is malformed or all zero. Later versions may append fields.
std::string_view trace_id_of(std::string_view traceparent);

} // namespace wsgw::protocol
