#pragma once

#include "protocol/utf8.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace wsgw::protocol {

/// Writes one compact JSON text from left to right. Strings that are not UTF-8
/// are repaired with U+FFFD, so the result always is. Opening and closing must
/// balance; inside an object every value has a key.
class json_writer {
public:
  json_writer();
  ~json_writer();

  json_writer& begin_object();
  json_writer& end_object();
  json_writer& begin_array();
  json_writer& end_array();
  json_writer& key(std::string_view name);

  json_writer& text(std::string_view value);
  json_writer& number(std::uint64_t value);
  json_writer& signed_number(std::int64_t value);
  /// With `decimals` digits after the point.
  json_writer& real(double value, int decimals = 3);
  json_writer& boolean(bool value);
  json_writer& null();
  /// JSON that is already text.
  json_writer& raw(std::string_view json);

  /// The result; the writer is empty afterwards.
  std::string take();

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace wsgw::protocol
