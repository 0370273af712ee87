#include "actors/commands.hpp"

#include "actors/settings_table.hpp"
#include "protocol/log_library.hpp"
#include "protocol/room.hpp"
#include "protocol/token.hpp"

#include <ostream>

namespace wsgw::actors {

namespace {

constexpr std::chrono::milliseconds health_timeout{3000};

/// The setting that holds the key of what is minted.
const char* key_name(action what) {
  switch (what) {
  case action::mint_access:
    return "SECRET_KEY";
  case action::mint_site:
    return "SITE_SECRET";
  case action::mint_duel_ticket:
    return "WEBSOCKET_TICKET_SECRET";
  default:
    return "WS_TICKET_SECRET";
  }
}

int print_minted(const startup& order, std::ostream& out, std::ostream& err) {
  const auto text = mint(order, std::chrono::system_clock::now());
  if (text.empty()) {
    err << "ws-gateway: " << key_name(order.what.what)
        << " is not set or cannot sign\n";
    return exit_config;
  }
  out << text << '\n';
  return 0;
}

int check_config(const startup& order, std::ostream& out, std::ostream& err) {
  for (const auto& warning : order.warnings)
    err << "warning: " << warning << '\n';
  out << "configuration is valid\n";
  return 0;
}

int check_health(const startup& order, std::ostream& out, std::ostream& err) {
  const auto wrong = ask_liveness(order.config, order.what.url, health_timeout);
  if (wrong.empty()) {
    out << "alive\n";
    return 0;
  }
  err << "ws-gateway: " << wrong << '\n';
  return 1;
}

int print_shard(const startup& order, std::ostream& out, std::ostream& err,
                const redis_placing& place) {
  const auto room = protocol::room_id::parse(order.what.room);
  if (order.config.redis_url.empty() || !place || !room) {
    err << "ws-gateway: REDIS_URL is not set\n";
    return exit_config;
  }
  out << place(order.config.redis_url, room->text()) << '\n';
  return 0;
}

std::string escaped_cell(std::string_view text) {
  std::string cell;
  for (const auto c : text) {
    if (c == '|')
      cell += '\\';
    cell += c;
  }
  return cell;
}

} // namespace

std::string settings_as_text(const startup& order) {
  std::string text;
  for (const auto& row : settings_table()) {
    const auto source = order.sources.find(std::string{row.name});
    text.append(row.name).append("=").append(masked_value(row, order.config));
    text +=
      source == order.sources.end() ? "  # default" : "  # " + source->second;
    text += '\n';
  }
  return text;
}

std::string settings_as_markdown() {
  const settings defaults;
  std::string text =
    "| setting | flag | default | accepted | SIGHUP | meaning |\n"
    "| --- | --- | --- | --- | --- | --- |\n";
  for (const auto& row : settings_table()) {
    const auto value = value_text(row, defaults);
    text += "| `" + std::string{row.name} + '`';
    if (!row.alias.empty())
      text += ", `" + std::string{row.alias} + '`';
    if (row.hides != secrecy::nothing)
      text += ", `" + std::string{row.name} + "_FILE`";
    text += " | `" + flag_of(row) + "` | "
            + (value.empty() ? std::string{} : '`' + value + '`') + " | "
            + escaped_cell(accepted_values(row)) + " | "
            + (row.reloads ? "yes" : "") + " | " + escaped_cell(row.help)
            + " |\n";
  }
  return text;
}

std::string mint(const startup& order,
                 std::chrono::system_clock::time_point now) {
  const auto& what = order.what;
  if (what.what == action::mint_ticket || what.what == action::mint_duel_ticket)
    return mint_ticket(order, now);
  if (what.what == action::mint_site) {
    protocol::site_token_order token;
    token.user_id = what.user_id.value_or(0);
    token.assistant_id = what.assistant_id;
    token.domains = what.domains;
    token.now = now;
    token.ttl = what.ttl;
    return protocol::mint_site_token(token, order.config.site_secret);
  }
  protocol::access_token_order token;
  token.subject = what.sub;
  token.email = what.email;
  token.now = now;
  token.ttl = what.ttl.value_or(token.ttl);
  return protocol::mint_access_token(token, order.config.secret_key);
}

int run_command(const startup& order, std::ostream& out, std::ostream& err,
                const redis_placing& place) {
  if (order.stop) {
    (order.stop->code == 0 ? out : err) << order.stop->text;
    return order.stop->code;
  }
  switch (order.what.what) {
  case action::serve:
    return 0;
  case action::check_config:
    return check_config(order, out, err);
  case action::print_config:
    out << (order.what.markdown ? settings_as_markdown()
                                : settings_as_text(order));
    return 0;
  case action::healthcheck:
    return check_health(order, out, err);
  case action::redis_functions:
    out << protocol::log_library();
    return 0;
  case action::redis_shard:
    return print_shard(order, out, err, place);
  case action::check_ticket:
    return check_ticket(order, std::chrono::system_clock::now(), out, err);
  case action::mint_access:
  case action::mint_site:
  case action::mint_ticket:
  case action::mint_duel_ticket:
    break;
  }
  return print_minted(order, out, err);
}

} // namespace wsgw::actors
