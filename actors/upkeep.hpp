#pragma once

#include "actors/hub.hpp"
#include "actors/pulse.hpp"
#include "actors/reload.hpp"
#include "actors/supervisor.hpp"

#include <chrono>
#include <csignal>
#include <string>

namespace wsgw::actors {

/// What the main thread does while the gateway serves: it reloads on SIGHUP,
/// tells the service manager how things stand, and feeds its watchdog as long
/// as every loop and the broadcaster turn.
class upkeep {
public:
  /// `address` is where clients are served, for people.
  upkeep(hub& shared, const supervisor& service, reloader& configuration,
         std::string address);

  /// Waits for `signals`; returns the first one that is not SIGHUP.
  int run(const sigset_t& signals);

private:
  using clock = std::chrono::steady_clock;

  void reload();
  void tick(clock::time_point now);
  void say_ready(clock::time_point now);
  void say_status(clock::time_point now);
  void beat(clock::time_point now);
  std::string status() const;

  hub& shared_;
  const supervisor& service_;
  reloader& configuration_;
  std::string address_;
  pulse pulse_;
  bool is_ready_ = false; ///< READY=1 has been said
  bool is_silent_ = false;
  std::string said_; ///< the latest status
  clock::time_point next_status_;
  clock::time_point next_beat_;
};

} // namespace wsgw::actors
