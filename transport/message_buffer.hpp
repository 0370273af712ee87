#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace wsgw::transport {

/// Collects the pieces of one incoming message. Short messages, which is what
/// clients send, need no memory of their own; the room for long ones grows by
/// doubling and is given back. The size limit is the reader's business.
class message_buffer {
public:
  /// Where the next piece goes; never empty, valid until the next call.
  std::span<char> room();
  /// `n` bytes were written to the beginning of `room`.
  void commit(std::size_t n) { filled_ += n; }
  /// What was committed so far.
  std::string_view text() const;
  /// Begins the next message.
  void clear();

private:
  static constexpr std::size_t small_size = 128;

  std::array<char, small_size> small_;
  std::string large_; ///< in use when not empty
  std::size_t filled_ = 0;
};

} // namespace wsgw::transport
