#pragma once

#include "actors/settings.hpp"
#include "protocol/admission.hpp"
#include "protocol/client_address.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace wsgw::actors {

/// One version of what the program runs with, and what is made from it once.
/// Immutable.
struct settings_version {
  explicit settings_version(settings s);

  const settings config;
  const protocol::admission_policy policy;
  const protocol::cidr_set trusted_proxies;
};

/// The settings that hold now. A reload puts a new version in place; older
/// ones are kept, since any thread may hold a reference to them, and reloads
/// are rare. Thread-safe.
class live_settings {
public:
  explicit live_settings(settings first);

  /// The latest version; the reference stays good for the program's life. Ask
  /// again for every decision.
  const settings_version& now() const {
    return *now_.load(std::memory_order_acquire);
  }
  void replace(settings next);

private:
  std::mutex mutex_; ///< for `versions_`
  std::vector<std::unique_ptr<const settings_version>> versions_;
  std::atomic<const settings_version*> now_;
};

} // namespace wsgw::actors
