#include "actors/config.hpp"

#include "actors/config_sources.hpp"
#include "actors/random_text.hpp"

#include <cctype>
#include <unistd.h>
#include <utility>

extern char** environ;

namespace wsgw::actors {

namespace {

struct given {
  std::string text;
  std::string source;
};

/// The layers that a value may come from, and what went wrong on the way.
struct layers {
  const command_line& line;
  const environment_map& environment;
  std::map<std::string, std::string> file;
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
  std::vector<std::string> kubernetes; ///< ignored service variables
};

bool has_our_prefix(std::string_view name) {
  return name.starts_with("WS_") || name.starts_with("WEBSOCKET_");
}

/// Kubernetes sets variables like `WS_PORT=tcp://10.0.0.1:80` in every pod
/// when a service is called `ws`.
bool is_service_variable(std::string_view name, std::string_view value) {
  if (value.starts_with("tcp://") || value.starts_with("udp://"))
    return true;
  if (name.ends_with("_SERVICE_HOST")
      || name.find("_SERVICE_PORT") != std::string_view::npos)
    return true;
  const auto port = name.rfind("_PORT_");
  return port != std::string_view::npos && port + 6 < name.size()
         && std::isdigit(static_cast<unsigned char>(name[port + 6])) != 0;
}

/// Finds `name` in the layers, the strongest first. Empty means unset.
std::optional<given> look_up(layers& from, const std::string& name) {
  if (const auto it = from.line.values.find(name);
      it != from.line.values.end() && !it->second.empty())
    return given{it->second, "flag"};
  if (const auto it = from.environment.find(name);
      it != from.environment.end() && !it->second.empty()
      && !(has_our_prefix(name) && is_service_variable(name, it->second)))
    return given{it->second, "environment"};
  if (const auto it = from.file.find(name);
      it != from.file.end() && !it->second.empty())
    return given{it->second, "file"};
  return std::nullopt;
}

/// What hides something: `NAME_FILE` wins over NAME, and the secret itself must
/// be neither on the command line nor in a config file.
std::optional<given> look_up_secret(layers& from, const setting_row& row) {
  const std::string name{row.name};
  if (const auto path = look_up(from, name + "_FILE")) {
    if (auto text = read_text_file(path->text))
      return given{std::move(*text), path->source + " " + name + "_FILE"};
    from.errors.push_back(name + "_FILE: cannot read " + path->text);
    return std::nullopt;
  }
  auto value = look_up(from, name);
  if (!value || value->source == "environment"
      || !holds_secret(row, value->text))
    return value;
  from.errors.push_back(name + " (" + value->source
                        + "): a secret may only come from the environment or "
                        + name + "_FILE");
  return std::nullopt;
}

void apply_row(layers& from, const setting_row& row, startup& into) {
  const std::string name{row.name};
  const auto hides = row.hides != secrecy::nothing;
  auto value = hides ? look_up_secret(from, row) : look_up(from, name);
  if (!value && !row.alias.empty())
    value = look_up(from, std::string{row.alias});
  if (!value)
    return;
  if (auto least = clamped_text(row, value->text)) {
    from.warnings.push_back(name + " (" + value->source + "): \"" + value->text
                            + "\" is too small, " + *least
                            + " is used instead");
    value->text = std::move(*least);
  }
  if (!apply_text(row, value->text, into.config)) {
    from.errors.push_back(name + " (" + value->source
                          + "): " + (hides ? "" : "\"" + value->text + "\" is ")
                          + "not acceptable, allowed: " + accepted_values(row));
    return;
  }
  into.sources[name] = value->source;
}

bool is_known(std::string_view name) {
  auto stem = name;
  if (stem.ends_with("_FILE"))
    stem.remove_suffix(5);
  for (const auto& row : settings_table())
    if (row.name == name || row.alias == name
        || (row.hides != secrecy::nothing && row.name == stem))
      return true;
  return false;
}

/// Warns about names that nobody reads; true for a reserved one.
void warn_about(layers& from, const std::string& name,
                const std::string& value) {
  if (has_our_prefix(name) && is_service_variable(name, value)) {
    from.kubernetes.push_back(name);
    return;
  }
  if (is_known(name))
    return;
  for (const auto& row : reserved_names())
    if (row.name == name) {
      if (row.warn && !value.empty())
        from.warnings.push_back(name + " has no effect in this version");
      return;
    }
  from.warnings.push_back("unknown setting " + name + " is ignored");
}

void warn_about_names(layers& from) {
  for (const auto& [name, value] : from.environment)
    if (has_our_prefix(name))
      warn_about(from, name, value);
  for (const auto& [name, value] : from.file)
    warn_about(from, name, value);
  if (from.kubernetes.empty())
    return;
  std::string names;
  for (const auto& name : from.kubernetes)
    names += (names.empty() ? "" : ", ") + name;
  from.warnings.push_back("Kubernetes service variables are ignored: " + names);
}

/// What the replaced gateway could switch off.
void warn_about_bridge(layers& from) {
  const auto bridge = look_up(from, "ENABLE_WS_BRIDGE");
  if (bridge && bridge->text == "false" && look_up(from, "REDIS_URL"))
    from.warnings.push_back("ENABLE_WS_BRIDGE=false has no effect: Redis is "
                            "used whenever REDIS_URL is set");
}

/// Defaults that depend on other settings (contract/replyx.md 7, design Doors).
void derive_defaults(startup& into) {
  auto& config = into.config;
  const auto is_set = [&](const char* name) {
    return into.sources.count(name) != 0;
  };
  if (config.compat && !is_set("WS_TRUSTED_IFRAME_HOSTS"))
    config.trusted_iframe_hosts = {"replyx.ru", "www.replyx.ru",
                                   "localhost:3000"};
  if (config.compat && !is_set("WS_MAX_TOTAL_CONNECTIONS"))
    config.max_total_connections = 1000;
  if (!config.demo)
    return;
  if (!is_set("WS_HOST"))
    config.host = "127.0.0.1";
  if (!is_set("WEBSOCKET_HOST"))
    config.duel_host = "127.0.0.1";
  if (!is_set("WEBSOCKET_PORT"))
    config.duel_port = 0;
  for (auto* secret : {&config.secret_key, &config.site_secret,
                       &config.ticket_secret, &config.duel_secret})
    if (secret->empty())
      *secret = random_hex(32);
}

void read_public_key(layers& from, settings& config) {
  if (config.jwt_public_key_file.empty())
    return;
  if (auto pem = read_text_file(config.jwt_public_key_file))
    config.jwt_public_key_pem = std::move(*pem) + "\n";
  else
    from.errors.push_back("WS_JWT_PUBLIC_KEY_FILE: cannot read "
                          + config.jwt_public_key_file);
}

early_exit refuse(const std::vector<std::string>& errors) {
  early_exit result{exit_config, {}};
  for (const auto& error : errors)
    result.text += "ws-gateway: " + error + "\n";
  return result;
}

} // namespace

environment_map process_environment() {
  environment_map result;
  for (auto** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    if (const auto equals = text.find('='); equals != std::string_view::npos)
      result.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

startup parse_startup(int argc, const char* const* argv,
                      const environment_map& environment,
                      const redis_url_check& check_redis) {
  startup result;
  auto line = parse_command_line(argc, argv);
  result.what = line.what;
  if (line.stop) {
    result.stop = std::move(line.stop);
    return result;
  }
  layers from{line, environment, {}, {}, {}, {}};
  if (!line.config_file.empty())
    from.file = read_config_file(line.config_file, from.errors);
  for (const auto& row : settings_table())
    apply_row(from, row, result);
  read_public_key(from, result.config);
  derive_defaults(result);
  warn_about_names(from);
  warn_about_bridge(from);
  const auto what = result.what.what;
  if (what == action::serve || what == action::check_config
      || what == action::print_config)
    check_settings(result.config, check_redis, from.errors, from.warnings);
  if (what == action::redis_shard && !result.config.redis_url.empty()
      && check_redis)
    if (const auto wrong = check_redis(result.config.redis_url); !wrong.empty())
      from.errors.push_back("REDIS_URL: " + wrong);
  if (!from.errors.empty())
    result.stop = refuse(from.errors);
  result.warnings = std::move(from.warnings);
  result.errors = std::move(from.errors);
  return result;
}

protocol::admission_policy admission_policy_of(const settings& config) {
  protocol::admission_policy policy;
  policy.compat = config.compat;
  policy.production = config.env == environment::production;
  policy.has_authoriser = !config.auth_url.empty();
  policy.secret_key = config.secret_key;
  policy.jwt_public_key_pem = config.jwt_public_key_pem;
  policy.site_secret = config.site_secret;
  policy.ticket_secret = config.ticket_secret;
  policy.trusted_iframe_hosts = config.trusted_iframe_hosts;
  return policy;
}

} // namespace wsgw::actors
