#include "protocol/json_writer.hpp"

#include "protocol/utf8.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cmath>

namespace wsgw::protocol {

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
