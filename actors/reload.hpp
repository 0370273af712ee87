#pragma once

#include "actors/config.hpp"
#include "actors/hub.hpp"

#include <string>
#include <vector>

namespace wsgw::actors {

/// A setting that was read with another value than the one in force. Secrets
/// have no texts.
struct setting_change {
  std::string name;
  std::string from;
  std::string to;
  bool is_secret = false;
};

/// What reading the configuration again would change.
struct reload_plan {
  settings next; ///< what shall hold: `now` with what may change
  std::vector<setting_change> changed;
  std::vector<setting_change> needs_restart;
};

/// Compares what holds `now` with what was `read`. Settings that neither of
/// them names are left alone: their defaults may be derived or random.
reload_plan plan_reload(const startup& now, const startup& read);

/// Reloads the configuration of a running hub on SIGHUP (design D10): secrets,
/// limits, domains and the log level change, all else is reported to need a
/// restart. A configuration with any error changes nothing. Main thread.
class reloader {
public:
  reloader(hub& shared, startup first, reading read_again);

  void reload();

private:
  void refuse(const std::vector<std::string>& errors);
  void report(const reload_plan& plan, const startup& read);
  void check_limit();

  hub& shared_;
  startup now_; ///< its settings are those of the hub
  reading read_;
};

} // namespace wsgw::actors
