#pragma once

#include <cstddef>
#include <string>

namespace wsgw::actors {

/// `bytes` unpredictable bytes as lower-case hex, from the kernel. At most 256
/// bytes; throws `std::runtime_error` when the kernel has none.
std::string random_hex(std::size_t bytes);

} // namespace wsgw::actors
