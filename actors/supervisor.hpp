#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace wsgw::actors {

/// The service manager that started this process, spoken to by sd_notify(3).
/// Without one (NOTIFY_SOCKET is not set) nothing is said. Any thread.
class supervisor {
public:
  supervisor();

  bool is_there() const { return is_there_; }
  /// How often it wants to hear `alive`; empty: it does not watch.
  std::optional<std::chrono::microseconds> watchdog() const {
    return watchdog_;
  }

  /// The start is over, or a reload is.
  void ready(std::string_view status) const;
  void status(std::string_view text) const;
  void reloading() const;
  /// The end begins. It may take `at_least` from now on; say it again while it
  /// lasts.
  void stopping(std::string_view status,
                std::chrono::microseconds at_least) const;
  void alive() const;

private:
  void say(const std::string& news) const;

  bool is_there_ = false;
  std::optional<std::chrono::microseconds> watchdog_;
};

} // namespace wsgw::actors
