#include "actors/build_info.hpp"
#include "actors/config_sources.hpp"
#include "protocol/room.hpp"

#include <CLI/CLI.hpp>
#include <caf/config.hpp>

#include <algorithm>
#include <memory>
#include <variant>

namespace wsgw::actors {

namespace {

/// Empty, or what is wrong with the id of a dialog.
std::string is_dialog_id(const std::string& text) {
  return protocol::room_id::make(protocol::room_kind::dialog, text)
           ? std::string{}
           : "not a dialog id (1 to 9223372036854775807): " + text;
}

/// Ids of duels and their players.
std::string is_positive(const std::string& text) {
  const auto is_number =
    !text.empty() && text.size() < 19
    && text.find_first_not_of("0123456789") == std::string::npos
    && text.find_first_not_of('0') != std::string::npos;
  return is_number ? std::string{} : "not a positive number: " + text;
}

std::string is_room(const std::string& text) {
  return protocol::room_id::parse(text) ? std::string{}
                                        : "not a room (dialog:10): " + text;
}

bool is_switch(const setting_row& row) {
  return std::holds_alternative<bool settings::*>(row.field);
}

/// Where CLI11 writes to; lives until parsing is over.
struct targets {
  std::map<std::string, std::string> values;
  std::string config_file;
  std::string ttl;
  std::string role = "widget";
  command what;
};

std::string help_of(const setting_row& row) {
  const settings defaults;
  std::string text{row.help};
  text += " [" + accepted_values(row);
  if (const auto value = value_text(row, defaults); !value.empty())
    text += "; default " + value;
  return text + "]";
}

void finish(CLI::Option* option, const setting_row& row) {
  option->group(std::string{row.group})
    ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

/// `--port`, or `--demo` that needs no value.
void add_plain(CLI::App& app, targets& into, const setting_row& row) {
  auto& value = into.values[std::string{row.name}];
  const auto flag = flag_of(row);
  if (is_switch(row))
    finish(app.add_flag(flag, value, help_of(row)), row);
  else
    finish(app.add_option(flag, value, help_of(row))->type_name("VALUE"), row);
}

/// `--secret-key-file`.
void add_file(CLI::App& app, targets& into, const setting_row& row) {
  auto flag = flag_of(row);
  if (!flag.ends_with("-file"))
    flag += "-file";
  const std::string name{row.name};
  auto* option =
    app.add_option(flag, into.values[name + "_FILE"],
                   "File that holds " + name + ": " + std::string{row.help});
  finish(option->type_name("FILE"), row);
}

void add_settings(CLI::App& app, targets& into) {
  for (const auto& row : settings_table()) {
    if (row.hides != secrecy::everything)
      add_plain(app, into, row);
    if (row.hides != secrecy::nothing)
      add_file(app, into, row);
  }
}

void choose(CLI::App* sub, targets& into, action what) {
  sub->fallthrough();
  sub->callback([&into, what] { into.what.what = what; });
}

void add_tokens(CLI::App& app, targets& into) {
  auto& order = into.what;
  auto* token = app.add_subcommand("token", "Print a JWT for tests");
  token->require_subcommand(1);
  token->fallthrough();
  auto* access = token->add_subcommand("access", "A user's access token");
  choose(access, into, action::mint_access);
  access->add_option("--sub", order.sub, "User id")->required();
  access->add_option("--email", order.email, "E-mail claim");
  access->add_option("--ttl", into.ttl, "Life, default 1h");
  auto* site = token->add_subcommand("site", "A site token");
  choose(site, into, action::mint_site);
  site->add_option("--user-id", order.user_id, "Owner of the site")->required();
  site->add_option("--assistant-id", order.assistant_id, "Assistant");
  site->add_option("--domains", order.domains, "Allowed domains")
    ->delimiter(',');
  site->add_option("--ttl", into.ttl, "Life, default unlimited");
}

/// What a ticket is for decides what else may be said of it.
void choose_ticket(const CLI::App& sub, targets& into) {
  const auto given = [&](const char* name) { return sub.count(name) != 0; };
  if (int{given("--dialog-id")} + int{given("--duel-id")}
        + int{given("--check")}
      != 1)
    throw CLI::ValidationError("ticket",
                               "one of --dialog-id, --duel-id and --check");
  if (given("--dialog-id")) {
    into.what.what = action::mint_ticket;
    return;
  }
  const auto is_check = given("--check");
  into.what.what = is_check ? action::check_ticket : action::mint_duel_ticket;
  for (const auto* name : {"--role", "--assistant-id"})
    if (given(name))
      throw CLI::ValidationError(name, "goes with --dialog-id only");
  for (const auto* name : {"--user-id", "--ttl"})
    if (is_check && given(name))
      throw CLI::ValidationError(name, "does not go with --check");
  if (!is_check && !given("--user-id"))
    throw CLI::ValidationError("--duel-id", "needs --user-id");
  if (!is_check)
    for (const auto* name : {"--user-id", "--duel-id"})
      if (auto wrong = is_positive(sub[name]->results().front());
          !wrong.empty())
        throw CLI::ValidationError(name, wrong);
}

void add_ticket(CLI::App& app, targets& into) {
  auto& order = into.what;
  auto* ticket = app.add_subcommand(
    "ticket", "Print or check a ticket for a dialog or a duel");
  ticket->fallthrough();
  ticket->add_option("--dialog-id", order.dialog_id, "Dialog")
    ->check(is_dialog_id);
  ticket->add_option("--duel-id", order.duel_id, "Duel");
  ticket->add_option("--check", order.ticket, "Say what this ticket is worth")
    ->type_name("TICKET");
  ticket->add_option("--role", into.role, "Role, default widget")
    ->check(CLI::IsMember({"admin", "widget", "site"}));
  ticket->add_option("--assistant-id", order.assistant_id, "Assistant");
  ticket->add_option("--user-id", order.user_id, "User, or player of the duel");
  ticket->add_option("--ttl", into.ttl,
                     "Life, default 5m or WEBSOCKET_TICKET_TTL_SECONDS");
  ticket->callback([ticket, &into] { choose_ticket(*ticket, into); });
}

void add_commands(CLI::App& app, targets& into) {
  choose(app.add_subcommand("serve", "Run the gateway (default)"), into,
         action::serve);
  choose(app.add_subcommand("check-config", "Check the configuration"), into,
         action::check_config);
  auto* print = app.add_subcommand("print-config", "Print the configuration");
  choose(print, into, action::print_config);
  print->add_flag("--markdown", into.what.markdown, "As a table for the docs");
  auto* health =
    app.add_subcommand("healthcheck", "Ask a running gateway's /live");
  choose(health, into, action::healthcheck);
  health->add_option("--url", into.what.url,
                     "http://HOST:PORT[/PATH] instead of the settings'");
  add_tokens(app, into);
  add_ticket(app, into);
  choose(app.add_subcommand("redis-functions",
                            "Print the function library for FUNCTION LOAD"),
         into, action::redis_functions);
  auto* shard =
    app.add_subcommand("redis-shard", "Print which Redis server keeps a room");
  choose(shard, into, action::redis_shard);
  shard->add_option("room", into.what.room, "dialog:10, user:5 or a dialog id")
    ->required()
    ->check(is_room);
  app.require_subcommand(0, 1);
}

/// Reads `--role` and `--ttl`, whose texts CLI11 leaves to us; returns what is
/// wrong.
std::string finish_order(targets& into) {
  for (const auto r : protocol::all_roles)
    if (into.role == protocol::to_string(r))
      into.what.as = r;
  if (into.ttl.empty())
    return {};
  constexpr std::int64_t century = 100LL * 365 * 24 * 3600 * 1000;
  const setting_row row{"", "ttl", &settings::history_ttl, "", 1000, century};
  settings scratch;
  if (!apply_text(row, into.ttl, scratch))
    return "--ttl: not a duration of at least 1s";
  into.what.ttl =
    std::chrono::duration_cast<std::chrono::seconds>(scratch.history_ttl);
  return {};
}

} // namespace

std::string version_text() {
  std::string text = "ws-gateway ";
  text += build_info::version;
  text += "\ncommit ";
  text += build_info::commit;
  text += "\ncompiler ";
  text += build_info::compiler;
  text += "\nCAF " + std::to_string(CAF_VERSION / 10000) + '.'
          + std::to_string(CAF_VERSION / 100 % 100) + '.'
          + std::to_string(CAF_VERSION % 100);
  text += ", Boost ";
  text += build_info::boost;
  text += ", hiredis ";
  text += build_info::hiredis;
  return text + "\n";
}

command_line parse_command_line(int argc, const char* const* argv) {
  command_line result;
  targets into;
  CLI::App app{"WebSocket gateway between Redis and chat clients",
               "ws-gateway"};
  app.set_help_flag("-h,--help", "Print this text");
  app.set_version_flag("--version", version_text());
  app.add_option("--config", into.config_file,
                 "File of KEY=VALUE lines; environment and flags override it");
  add_settings(app, into);
  add_commands(app, into);
  try {
    app.parse(argc, argv);
    if (auto wrong = finish_order(into); !wrong.empty())
      result.stop = {exit_usage, "ws-gateway: " + wrong + "\n"};
  } catch (const CLI::CallForHelp&) {
    result.stop = {0, app.help()};
  } catch (const CLI::CallForAllHelp&) {
    result.stop = {0, app.help("", CLI::AppFormatMode::All)};
  } catch (const CLI::CallForVersion&) {
    result.stop = {0, version_text()};
  } catch (const CLI::ParseError& error) {
    result.stop = {exit_usage, std::string{"ws-gateway: "} + error.what()
                                 + "\nTry: ws-gateway --help\n"};
  }
  std::erase_if(into.values, [](const auto& v) { return v.second.empty(); });
  result.values = std::move(into.values);
  result.config_file = std::move(into.config_file);
  result.what = std::move(into.what);
  return result;
}

} // namespace wsgw::actors
