#include "actors/live_settings.hpp"

#include "actors/config.hpp"

#include <utility>

namespace wsgw::actors {

namespace {

protocol::cidr_set proxies_of(const settings& s) {
  // The configuration refuses a malformed list.
  auto parsed = protocol::cidr_set::parse(s.trusted_proxies);
  return parsed ? std::move(*parsed) : protocol::cidr_set{};
}

} // namespace

settings_version::settings_version(settings s)
    : config(std::move(s)), policy(admission_policy_of(config)),
      trusted_proxies(proxies_of(config)) {}

live_settings::live_settings(settings first) { replace(std::move(first)); }

void live_settings::replace(settings next) {
  std::lock_guard lock{mutex_};
  versions_.push_back(
    std::make_unique<const settings_version>(std::move(next)));
  now_.store(versions_.back().get(), std::memory_order_release);
}

} // namespace wsgw::actors
