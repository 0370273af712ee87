#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wsgw::protocol {

/// Appends `text` (valid UTF-8) as a JSON string, quotes included. Only what
/// JSON demands is escaped (RFC 8259 section 7): non-ASCII stays as it is.
void append_json_string(std::string& out, std::string_view text);

/// Replaces `\uD800` … `\uDFFF` escapes that are not half of a pair by
/// `\uFFFD`; empty when there are none, which is the usual case and costs one
/// scan for backslashes. Expects JSON, checks nothing.
std::optional<std::string> replace_lone_surrogates(std::string_view json);

} // namespace wsgw::protocol
