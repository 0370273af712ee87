#include "protocol/command.hpp"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

namespace wsgw::protocol {

namespace {

// NOLINTBEGIN(readability-identifier-naming): RapidJSON's handler concept.

/// Finds the string `type` of the outermost object.
class type_finder
    : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, type_finder> {
public:
  bool is_ack() const { return is_ack_; }

  bool Default() {
    is_type_ = false;
    return true;
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    if (is_type_)
      is_ack_ = std::string_view{text, length} == "ack";
    is_type_ = false;
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    is_type_ = depth_ == 1 && std::string_view{text, length} == "type";
    return true;
  }
  bool StartObject() { return descend(); }
  bool StartArray() { return descend(); }
  bool EndObject(rapidjson::SizeType) { return ascend(); }
  bool EndArray(rapidjson::SizeType) { return ascend(); }

private:
  bool descend() {
    is_type_ = false;
    ++depth_;
    return true;
  }
  bool ascend() {
    --depth_;
    return true;
  }

  std::size_t depth_ = 0;
  bool is_type_ = false;
  bool is_ack_ = false;
};

// NOLINTEND(readability-identifier-naming)

bool is_ack(std::string_view text) {
  // Spares the parser nearly all that is no ack.
  if (!text.starts_with('{') || text.find("\"ack\"") == std::string_view::npos)
    return false;
  rapidjson::MemoryStream stream{text.data(), text.size()};
  rapidjson::Reader reader;
  type_finder finder;
  // Iterative, because a client decides how deep its frames are nested.
  const auto parsed =
    reader.Parse<rapidjson::kParseIterativeFlag>(stream, finder);
  return !parsed.IsError() && stream.Tell() == text.size() && finder.is_ack();
}

} // namespace

legacy_command parse_legacy_command(std::string_view text) {
  if (text == legacy_pong_text)
    return legacy_command::pong;
  if (text == legacy_ping_text)
    return legacy_command::ping;
  return is_ack(text) ? legacy_command::ack : legacy_command::unknown;
}

} // namespace wsgw::protocol
