#pragma once

#include <cstdint>
#include <string_view>

namespace wsgw::bench {

// The few members of v1 frames that a load generator looks at. It knows how the
// server writes them (compact, `type` first) and parses no JSON: that would
// cost more than the server under test.

/// The value of `type`; empty when the text does not begin with it.
std::string_view v1_type_of(std::string_view text);

/// The value of the first `"cursor":"…"`; empty when there is none.
std::string_view v1_cursor_of(std::string_view text);

/// The number in a cursor `<epoch>:<seq>`.
std::uint64_t v1_seq_of(std::string_view cursor);

/// The digits at the beginning of `text`; 0 when there are none.
std::uint64_t v1_number_at(std::string_view text);

/// True when the text has the member `"name":"value"`.
bool v1_has(std::string_view text, std::string_view name,
            std::string_view value);

} // namespace wsgw::bench
