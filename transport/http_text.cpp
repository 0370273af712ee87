#include "transport/http_text.hpp"

#include "transport/net.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <random>

namespace wsgw::transport {

namespace {

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
         || (c >= 'a' && c <= 'z');
}

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos)
    return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

/// RFC 9110 section 5.6.7, independent of the locale.
std::string http_date() {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed",
                                   "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = std::time(nullptr);
  std::tm at{};
  ::gmtime_r(&seconds, &at);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %d %02d:%02d:%02d GMT",
                days[static_cast<std::size_t>(at.tm_wday)], at.tm_mday,
                months[static_cast<std::size_t>(at.tm_mon)], at.tm_year + 1900,
                at.tm_hour, at.tm_min, at.tm_sec);
  return text.data();
}

bool has_own(const http_response& response, std::string_view name) {
  return std::any_of(
    response.headers.begin(), response.headers.end(),
    [name](const auto& h) { return beast::iequals(h.first, name); });
}

void add(std::string& out, std::string_view name, std::string_view value) {
  if (name.find_first_of("\r\n:") != std::string_view::npos
      || value.find_first_of("\r\n") != std::string_view::npos)
    return;
  out.append(name).append(": ").append(value).append("\r\n");
}

} // namespace

std::string response_text(const http_response& response,
                          const response_form& form) {
  std::string out{"HTTP/1.1 "};
  out += std::to_string(response.status);
  out += ' ';
  out += http::obsolete_reason(http::int_to_status(response.status));
  out += "\r\n";
  add(out, "Server", "ws-gateway");
  add(out, "Date", http_date());
  if (!response.content_type.empty())
    add(out, "Content-Type", response.content_type);
  // A 204 must not have one, a 304 only that of the whole (RFC 9110
  // section 8.6).
  if (response.status != 204 && response.status != 304)
    add(out, "Content-Length", std::to_string(response.body.size()));
  add(out, "X-Request-ID", form.request_id);
  if (!has_own(response, "X-Content-Type-Options"))
    add(out, "X-Content-Type-Options", "nosniff");
  if (!has_own(response, "Cache-Control"))
    add(out, "Cache-Control", "no-store");
  if (!form.keep_alive)
    add(out, "Connection", "close");
  else if (form.explicit_keep_alive)
    add(out, "Connection", "keep-alive");
  for (const auto& [name, value] : response.headers)
    add(out, name, value);
  out += "\r\n";
  if (!form.is_head_answer && response.status != 204)
    out += response.body;
  return out;
}

std::string stream_head(const header_list& headers,
                        std::string_view request_id) {
  std::string out{"HTTP/1.1 200 OK\r\n"};
  add(out, "Server", "ws-gateway");
  add(out, "Date", http_date());
  add(out, "Content-Type", "text/event-stream; charset=utf-8");
  add(out, "Cache-Control", "no-store");
  // nginx would else wait until its buffer is full.
  add(out, "X-Accel-Buffering", "no");
  add(out, "X-Content-Type-Options", "nosniff");
  add(out, "X-Request-ID", request_id);
  add(out, "Connection", "close");
  for (const auto& [name, value] : headers)
    add(out, name, value);
  out += "\r\n";
  return out;
}

std::string request_id_for(std::string_view offered) {
  const auto is_sane =
    !offered.empty() && offered.size() <= 64
    && std::all_of(offered.begin(), offered.end(), [](char c) {
         return is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
       });
  if (is_sane)
    return std::string{offered};
  static thread_local std::mt19937_64 random{
    std::uint64_t{std::random_device{}()} << 32 | std::random_device{}()};
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx",
                static_cast<unsigned long long>(random()));
  return text.data();
}

bool list_has(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (beast::iequals(trimmed(list.substr(0, comma)), token))
      return true;
    list = comma == std::string_view::npos ? std::string_view{}
                                           : list.substr(comma + 1);
  }
  return false;
}

bool is_websocket_key(std::string_view key) {
  // 16 bytes are 22 digits and "=="; the last digit carries two bits only.
  return key.size() == 24 && key.substr(22) == "=="
         && std::all_of(
           key.begin(), key.begin() + 22,
           [](char c) { return is_alphanumeric(c) || c == '+' || c == '/'; })
         && std::string_view{"AQgw"}.find(key[21]) != std::string_view::npos;
}

} // namespace wsgw::transport
