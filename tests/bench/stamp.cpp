#include "tests/bench/stamp.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <time.h>

namespace wsgw::bench {

namespace {

constexpr std::string_view marker = "wsl1";
constexpr std::size_t stamp_bytes = 44;
constexpr std::string_view timestamp = "2026-01-01T12:00:00.123456Z";

std::string message_json(std::uint64_t id, std::string_view text) {
  std::string json = R"({"id":)";
  json += std::to_string(id);
  json += R"(,"sender":"manager","text":")";
  json += text;
  json += R"(","timestamp":")";
  json += timestamp;
  json += R"("})";
  return json;
}

/// Ids start at the wall clock in microseconds: a later run never repeats one,
/// and they stay below 2^53 for clients that read JSON numbers as doubles.
std::uint64_t first_id() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count());
}

std::optional<std::uint64_t> read_hex(std::string_view digits) {
  std::uint64_t value = 0;
  for (const char c : digits) {
    unsigned nibble = 0;
    if (c >= '0' && c <= '9')
      nibble = static_cast<unsigned>(c - '0');
    else if (c >= 'a' && c <= 'f')
      nibble = static_cast<unsigned>(c - 'a') + 10;
    else
      return std::nullopt;
    value = value << 4 | nibble;
  }
  return value;
}

} // namespace

std::int64_t now_ns() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

std::string to_text(const stamp& s) {
  char buffer[stamp_bytes + 1];
  std::snprintf(buffer, sizeof buffer, "wsl1%08x%08x%08x%016llx", s.run,
                s.dialog, s.sequence,
                static_cast<unsigned long long>(s.sent_at));
  return {buffer, stamp_bytes};
}

std::optional<stamp> find_stamp(std::string_view frame,
                                std::size_t& offset_hint) {
  if (frame.size() < offset_hint + stamp_bytes
      || frame.substr(offset_hint, marker.size()) != marker) {
    const auto found = frame.find(marker);
    if (found == frame.npos || frame.size() < found + stamp_bytes)
      return std::nullopt;
    offset_hint = found;
  }
  const auto digits = frame.substr(offset_hint + marker.size(), 40);
  const auto run = read_hex(digits.substr(0, 8));
  const auto dialog = read_hex(digits.substr(8, 8));
  const auto sequence = read_hex(digits.substr(16, 8));
  const auto sent_at = read_hex(digits.substr(24, 16));
  if (!run || !dialog || !sequence || !sent_at)
    return std::nullopt;
  return stamp{
    static_cast<std::uint32_t>(*run), static_cast<std::uint32_t>(*dialog),
    static_cast<std::uint32_t>(*sequence), static_cast<std::int64_t>(*sent_at)};
}

event_writer::event_writer(std::size_t payload_bytes) : next_id_(first_id()) {
  const auto overhead = message_json(next_id_, "").size();
  text_bytes_ =
    std::max(stamp_bytes, payload_bytes - std::min(overhead, payload_bytes));
}

std::string event_writer::text(const stamp& s) const {
  auto result = to_text(s);
  result.resize(text_bytes_, '.');
  return result;
}

std::string event_writer::message(const stamp& s) {
  return message_json(next_id_++, text(s));
}

std::string event_writer::event(const stamp& s, std::uint64_t dialog_id) {
  std::string json = R"({"type": "message:new", "message": )";
  json += message(s);
  json += R"(, "timestamp": "2026-01-01T12:00:00.130000", "dialog_id": )";
  json += std::to_string(dialog_id);
  json += R"(, "source": "backend"})";
  return json;
}

} // namespace wsgw::bench
