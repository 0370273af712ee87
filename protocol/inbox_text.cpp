#include "protocol/inbox_text.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace wsgw::protocol {

namespace {

/// A JSON number as it may stand in the greeting: no sign, no leading zero.
bool is_plain_number(std::string_view text) {
  return !text.empty() && text.size() <= 18
         && (text.front() != '0' || text.size() == 1)
         && std::all_of(text.begin(), text.end(),
                        [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

std::string inbox_greeting(std::string_view user_id) {
  // «WebSocket подключение установлено», escaped as the reference sends it.
  std::string text =
    R"({"type": "connection_established", "message": "WebSocket )"
    R"(\u043f\u043e\u0434\u043a\u043b\u044e\u0447\u0435\u043d\u0438\u0435 )"
    R"(\u0443\u0441\u0442\u0430\u043d\u043e\u0432\u043b\u0435\u043d\u043e", )"
    R"("user_id": )";
  // Room names have no character that JSON would escape.
  if (is_plain_number(user_id))
    text.append(user_id);
  else
    text.append(1, '"').append(user_id).append(1, '"');
  text += '}';
  return text;
}

std::string inbox_ping(std::chrono::system_clock::time_point now) {
  using namespace std::chrono;
  const auto micros =
    duration_cast<microseconds>(now.time_since_epoch()).count();
  const auto seconds = static_cast<std::time_t>(micros / 1'000'000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  const auto length = std::strftime(text, sizeof text, "%F %T", &utc);
  std::snprintf(text + length, sizeof text - length, ".%06d",
                static_cast<int>(micros % 1'000'000));
  return std::string{R"({"type": "ping", "timestamp": ")"} + text + "\"}";
}

} // namespace wsgw::protocol
