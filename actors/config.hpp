#pragma once

#include "actors/settings.hpp"
#include "protocol/admission.hpp"
#include "protocol/role.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgw::actors {

/// Exit status for an invalid configuration (EX_CONFIG of sysexits.h), so that
/// systemd can refrain from restarting.
inline constexpr int exit_config = 78;
/// Exit status for a malformed command line.
inline constexpr int exit_usage = 2;

/// The sub-commands (protocol-v1 7.11).
enum class action : std::uint8_t {
  serve,
  check_config,
  print_config,
  healthcheck,
  mint_access,
  mint_site,
  mint_ticket,
  mint_duel_ticket,
  check_ticket,
  redis_functions,
  redis_shard,
};

/// What the command line asks for besides settings.
struct command {
  action what = action::serve;
  bool markdown = false; ///< print-config as the documentation's table
  // -- token and ticket -----------------------------------------------------
  std::string sub;
  std::string email;
  std::optional<std::int64_t> user_id;
  std::optional<std::int64_t> assistant_id;
  std::vector<std::string> domains;
  std::string dialog_id;
  std::optional<std::int64_t> duel_id;
  std::string ticket; ///< to be checked
  protocol::role as = protocol::role::widget;
  std::optional<std::chrono::seconds> ttl;
  // -- healthcheck ----------------------------------------------------------
  std::string url; ///< empty: what the settings say
  // -- redis-shard ------------------------------------------------------------
  std::string room; ///< valid, as `dialog:10`
};

/// The program should print `text` and end. Text goes to stdout when `code` is
/// 0, else to stderr.
struct early_exit {
  int code = 0;
  std::string text;
};

/// Everything that start-up knows.
struct startup {
  settings config;
  command what;
  std::vector<std::string> warnings;          ///< to be logged by serve
  std::vector<std::string> errors;            ///< what `stop` says, one each
  std::map<std::string, std::string> sources; ///< name → flag, environment, …
  std::optional<early_exit> stop;
};

using environment_map = std::map<std::string, std::string>;

/// A copy of the process's environment.
environment_map process_environment();

/// Empty when `urls` is a list of Redis URLs that can be used, else what is
/// wrong; main passes the transport layer's parser.
using redis_url_check = std::function<std::string(std::string_view urls)>;

/// Reads everything anew; a running program's environment stays what it was.
using reading = std::function<startup()>;

/// Reads flags, environment, files and defaults, in this order of precedence
/// (design D10). Never throws; problems are in `startup::stop` with the names
/// of all settings that are wrong. Secrets never appear in any text.
startup parse_startup(int argc, const char* const* argv,
                      const environment_map& environment,
                      const redis_url_check& check_redis);

/// What admission needs to know of the configuration.
protocol::admission_policy admission_policy_of(const settings& config);

} // namespace wsgw::actors
