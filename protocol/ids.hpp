#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace wsgw::protocol {

/// Names one connection for its life, unique within the process.
enum class connection_id : std::uint64_t {};

/// Lower-case hexadecimal, as in `hello.conn` and the debug pages.
std::string to_string(connection_id id);

} // namespace wsgw::protocol
