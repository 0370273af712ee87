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
  explicit type_finder(std::string_view wanted) : wanted_(wanted) {}

  bool has_found() const { return has_found_; }

  bool Default() {
    forget();
    return true;
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    if (is_type_)
      has_found_ = std::string_view{text, length} == wanted_;
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
    forget();
    ++depth_;
    return true;
  }
  /// A type that is no string is none.
  void forget() {
    if (is_type_)
      has_found_ = false;
    is_type_ = false;
  }
  bool ascend() {
    --depth_;
    return true;
  }

  std::size_t depth_ = 0;
  std::string_view wanted_;
  bool is_type_ = false;
  bool has_found_ = false;
};

// NOLINTEND(readability-identifier-naming)

bool is_ack(std::string_view text) {
  // Spares the parser nearly all that is no ack.
  return text.starts_with('{') && text.find("\"ack\"") != std::string_view::npos
         && has_type(text, "ack");
}

} // namespace

bool has_type(std::string_view text, std::string_view type) {
  rapidjson::MemoryStream stream{text.data(), text.size()};
  rapidjson::Reader reader;
  type_finder finder{type};
  // Iterative, because a client decides how deep its frames are nested.
  constexpr auto flags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
  const auto parsed = reader.Parse<flags>(stream, finder);
  return !parsed.IsError() && stream.Tell() == text.size()
         && finder.has_found();
}

legacy_command parse_legacy_command(std::string_view text) {
  if (text == legacy_pong_text)
    return legacy_command::pong;
  if (text == legacy_ping_text)
    return legacy_command::ping;
  return is_ack(text) ? legacy_command::ack : legacy_command::unknown;
}

} // namespace wsgw::protocol
