#include "transport/backoff.hpp"

#include <algorithm>

namespace wsgw::transport {

std::chrono::milliseconds backoff::next(std::uint64_t random) {
  const auto base = std::max<std::int64_t>(base_.count(), 0);
  const auto reach = std::max<std::int64_t>(3 * previous_.count() - base, 0);
  const auto extra = random % (static_cast<std::uint64_t>(reach) + 1);
  const auto delay = base + static_cast<std::int64_t>(extra);
  previous_ = std::min(cap_, std::chrono::milliseconds{delay});
  return previous_;
}

} // namespace wsgw::transport
