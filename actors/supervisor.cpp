#include "actors/supervisor.hpp"

#include <cstdint>
#include <cstdlib>
#include <systemd/sd-daemon.h>

namespace wsgw::actors {

namespace {

/// One line: a line break would begin another assignment.
std::string status_line(std::string_view text) {
  std::string line = "STATUS=";
  for (const auto c : text)
    line += c == '\n' || c == '\r' ? ' ' : c;
  return line;
}

std::chrono::microseconds monotonic_time() {
  // libstdc++'s steady clock is CLOCK_MONOTONIC, which is what is asked for.
  return std::chrono::duration_cast<std::chrono::microseconds>(
    std::chrono::steady_clock::now().time_since_epoch());
}

} // namespace

supervisor::supervisor() {
  const auto* address = std::getenv("NOTIFY_SOCKET");
  is_there_ = address != nullptr && *address != '\0';
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) > 0)
    watchdog_ = std::chrono::microseconds{microseconds};
}

void supervisor::ready(std::string_view text) const {
  say("READY=1\n" + status_line(text));
}

void supervisor::status(std::string_view text) const { say(status_line(text)); }

void supervisor::reloading() const {
  say("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_time().count())
      + "\nSTATUS=Reading the configuration again");
}

void supervisor::stopping(std::string_view text,
                          std::chrono::microseconds at_least) const {
  say("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + std::to_string(at_least.count())
      + '\n' + status_line(text));
}

void supervisor::alive() const { say("WATCHDOG=1"); }

void supervisor::say(const std::string& news) const {
  if (is_there_)
    sd_notify(0, news.c_str());
}

} // namespace wsgw::actors
