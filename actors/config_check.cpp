#include "actors/config_sources.hpp"
#include "protocol/client_address.hpp"
#include "protocol/token.hpp"

namespace wsgw::actors {

namespace {

/// Where findings go.
struct findings {
  std::vector<std::string>& errors;
  std::vector<std::string>& warnings;

  /// Refuses in production, warns elsewhere.
  void judge(const settings& config, std::string text) const {
    auto& where = config.env == environment::production ? errors : warnings;
    where.push_back(std::move(text));
  }
};

void check_secrets(const settings& config, const findings& found) {
  if (config.secret_key.empty() && config.jwt_public_key_pem.empty())
    found.judge(config, "SECRET_KEY is not set: no access token is valid on "
                        "/ws/dialogs and /ws/dialogs/{id} (4002)");
  if (config.site_secret.empty())
    found.judge(config, "SITE_SECRET is not set: no site token is valid on "
                        "/ws/site/dialogs/{id} (4002)");
  if (config.ticket_secret.empty())
    found.warnings.push_back("WS_TICKET_SECRET is not set: tickets are not "
                             "accepted on /ws/widget/dialogs/{id}");
  if (!config.jwt_public_key_pem.empty())
    if (const auto wrong =
          protocol::check_public_key(config.jwt_public_key_pem);
        !wrong.empty())
      found.errors.push_back("WS_JWT_PUBLIC_KEY_FILE: " + wrong);
}

/// Without a backend's word a token would open every dialog (design D6).
void check_authoriser(const settings& config, const findings& found) {
  if (!config.auth_url.empty() && !config.auth_url.starts_with("http://")
      && !config.auth_url.starts_with("https://"))
    found.errors.push_back("WS_AUTH_URL: not an http:// or https:// URL");
  if (config.compat || !config.auth_url.empty() || config.allow_any_dialog
      || config.demo)
    return;
  found.judge(config, "WS_AUTH_URL is not set: whoever holds a valid token may "
                      "read any dialog; set WS_AUTH_URL or "
                      "WS_ALLOW_ANY_DIALOG=true");
}

void check_redis(const settings& config, const redis_url_check& check,
                 const findings& found) {
  const auto& urls = config.redis_url;
  if (urls.empty()) {
    // WS_LOG=on promises durability, which must not be lost in silence.
    if (config.log != log_mode::off)
      found.errors.push_back("WS_LOG: the log needs Redis: set REDIS_URL");
    return;
  }
  if (urls.find("rediss://") != std::string::npos)
    found.errors.push_back("REDIS_URL: TLS (rediss://) is not supported; use "
                           "redis:// through a tunnel or unix://");
  else if (!urls.starts_with("redis://") && !urls.starts_with("unix://"))
    found.errors.push_back("REDIS_URL: not a redis:// or unix:// URL");
  else if (check)
    if (const auto wrong = check(urls); !wrong.empty())
      found.errors.push_back("REDIS_URL: " + wrong);
}

void check_duels(const settings& config, const findings& found) {
  const auto& url = config.duel_state_url;
  if (!url.empty() && !url.starts_with("http://")
      && !url.starts_with("https://"))
    found.errors.push_back("WEBSOCKET_STATE_URL: not an http:// or https:// "
                           "URL");
  if (config.duel_secret.empty()) {
    if (!url.empty() || !config.duel_events_path.empty())
      found.warnings.push_back("WEBSOCKET_TICKET_SECRET is not set: there are "
                               "no duels");
    return;
  }
  if (config.duel_port == config.port && config.port != 0)
    found.errors.push_back("WEBSOCKET_PORT: the same as WS_PORT");
}

void check_modes(const settings& config, const findings& found) {
  const auto production = config.env == environment::production;
  if (config.demo && production)
    found.errors.push_back("WS_DEMO: the demo hands out tokens to everybody "
                           "and is refused with ENVIRONMENT=production");
  if (config.demo && config.host != "localhost"
      && !protocol::is_loopback(config.host))
    found.warnings.push_back("WS_DEMO with WS_HOST: everybody who reaches "
                             + config.host + " gets tokens for any dialog");
  if (config.compat && production)
    found.warnings.push_back("WS_COMPAT: as in the reference, anybody can read "
                             "any dialog");
  if (config.echo && production)
    found.warnings.push_back("WS_ECHO: /ws/echo is open to everybody");
}

} // namespace

void check_settings(const settings& config, const redis_url_check& check,
                    std::vector<std::string>& errors,
                    std::vector<std::string>& warnings) {
  const findings found{errors, warnings};
  check_secrets(config, found);
  check_authoriser(config, found);
  check_redis(config, check, found);
  check_duels(config, found);
  check_modes(config, found);
  if (!protocol::cidr_set::parse(config.trusted_proxies))
    errors.push_back("WS_TRUSTED_PROXIES: \"" + config.trusted_proxies
                     + "\" is not a comma-separated list of address[/bits]");
  if (config.pong_timeout < config.ping_interval)
    warnings.push_back("WS_PONG_TIMEOUT_SECONDS is shorter than "
                       "WS_PING_INTERVAL_SECONDS: clients that answer every "
                       "ping may be closed");
}

} // namespace wsgw::actors
