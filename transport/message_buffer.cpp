#include "transport/message_buffer.hpp"

#include <algorithm>

namespace wsgw::transport {

namespace {

constexpr std::size_t least_growth = 1024;
constexpr std::size_t most_growth = 1U << 20;

} // namespace

std::span<char> message_buffer::room() {
  const auto size = large_.empty() ? small_.size() : large_.size();
  if (filled_ == size) {
    if (large_.empty())
      large_.assign(small_.data(), filled_);
    large_.resize(size + std::clamp(size, least_growth, most_growth));
  }
  const auto all =
    large_.empty() ? std::span<char>{small_} : std::span<char>{large_};
  return all.subspan(filled_);
}

std::string_view message_buffer::text() const {
  return {large_.empty() ? small_.data() : large_.data(), filled_};
}

void message_buffer::clear() {
  filled_ = 0;
  large_ = {};
}

} // namespace wsgw::transport
