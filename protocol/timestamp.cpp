#include "protocol/timestamp.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace wsgw::protocol {

namespace {

/// `2026-11-21T12:00:00`, and what is left of the second.
std::string whole_seconds(std::chrono::system_clock::time_point at,
                          std::chrono::microseconds& rest) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  rest = std::chrono::floor<std::chrono::microseconds>(at - seconds);
  const std::time_t when = seconds.time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&when, &parts);
  std::array<char, 32> text{};
  const auto size =
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  return {text.data(), size};
}

} // namespace

std::string rfc3339(std::chrono::system_clock::time_point at) {
  std::chrono::microseconds rest{};
  const auto begin = whole_seconds(at, rest);
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), ".%03dZ",
                static_cast<int>(rest.count() / 1000 % 1000));
  return begin + text.data();
}

std::string rfc3339_micro(std::chrono::system_clock::time_point at) {
  std::chrono::microseconds rest{};
  const auto begin = whole_seconds(at, rest);
  std::array<char, 12> text{};
  std::snprintf(text.data(), text.size(), ".%06dZ",
                static_cast<int>(rest.count() % 1'000'000));
  return begin + text.data();
}

double unix_seconds(std::chrono::system_clock::time_point at) {
  return std::chrono::duration<double>(at.time_since_epoch()).count();
}

} // namespace wsgw::protocol
