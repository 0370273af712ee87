#include "protocol/json_writer.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cmath>

namespace wsgw::protocol {

namespace {

/// Length of the well-formed UTF-8 sequence at the beginning of `text`, 0 when
/// there is none (RFC 3629 section 4).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto continues = [&](std::size_t i) {
    return (byte(i) & 0xC0U) == 0x80U;
  };
  const auto first = byte(0);
  if (first < 0x80)
    return 1;
  if (first >= 0xC2 && first <= 0xDF)
    return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const auto overlong = first == 0xE0 && byte(1) < 0xA0;
    const auto surrogate = first == 0xED && byte(1) > 0x9F;
    return !overlong && !surrogate && continues(1) && continues(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const auto overlong = first == 0xF0 && byte(1) < 0x90;
    const auto too_large = first == 0xF4 && byte(1) > 0x8F;
    return !overlong && !too_large && continues(1) && continues(2)
               && continues(3)
             ? 4
             : 0;
  }
  return 0;
}

} // namespace

std::string repaired_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto length = sequence_length(text);
    if (length == 0)
      result += "\xEF\xBF\xBD";
    else
      result += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result;
}

struct json_writer::state {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
};

json_writer::json_writer() : state_(std::make_unique<state>()) {}
json_writer::~json_writer() = default;

json_writer& json_writer::begin_object() {
  state_->writer.StartObject();
  return *this;
}

json_writer& json_writer::end_object() {
  state_->writer.EndObject();
  return *this;
}

json_writer& json_writer::begin_array() {
  state_->writer.StartArray();
  return *this;
}

json_writer& json_writer::end_array() {
  state_->writer.EndArray();
  return *this;
}

json_writer& json_writer::key(std::string_view name) {
  const auto good = repaired_utf8(name);
  state_->writer.Key(good.data(),
                     static_cast<rapidjson::SizeType>(good.size()));
  return *this;
}

json_writer& json_writer::text(std::string_view value) {
  const auto good = repaired_utf8(value);
  state_->writer.String(good.data(),
                        static_cast<rapidjson::SizeType>(good.size()));
  return *this;
}

json_writer& json_writer::number(std::uint64_t value) {
  state_->writer.Uint64(value);
  return *this;
}

json_writer& json_writer::signed_number(std::int64_t value) {
  state_->writer.Int64(value);
  return *this;
}

json_writer& json_writer::real(double value, int decimals) {
  // RapidJSON would print 17 digits; round first, then its shortest form is
  // what we want.
  const auto scale = std::pow(10.0, decimals);
  state_->writer.Double(std::round(value * scale) / scale);
  return *this;
}

json_writer& json_writer::boolean(bool value) {
  state_->writer.Bool(value);
  return *this;
}

json_writer& json_writer::null() {
  state_->writer.Null();
  return *this;
}

json_writer& json_writer::raw(std::string_view json) {
  state_->writer.RawValue(json.data(), json.size(), rapidjson::kObjectType);
  return *this;
}

std::string json_writer::take() {
  std::string result{state_->buffer.GetString(), state_->buffer.GetSize()};
  state_ = std::make_unique<state>();
  return result;
}

} // namespace wsgw::protocol
