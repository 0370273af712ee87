#include "protocol/ticket.hpp"

#include "protocol/base64.hpp"
#include "protocol/digest.hpp"
#include "protocol/json_object.hpp"
#include "protocol/json_writer.hpp"

#include <array>
#include <charconv>

namespace wsgw::protocol {

namespace {

using std::chrono::seconds;
using std::chrono::system_clock;

constexpr std::size_t max_ticket_bytes = 4096;
std::optional<role> parse_role(std::string_view word) {
  for (const role r : {role::admin, role::widget, role::site})
    if (to_string(r) == word)
      return r;
  return std::nullopt;
}

std::optional<dialog_ticket> read_ticket(const json_object& json) {
  const auto dialog_id = json.id("dialog_id");
  const auto as = json.string("role");
  const auto issued_at = json.date("iat");
  const auto expires_at = json.date("exp");
  const auto jti = json.string("jti");
  if (!dialog_id || !as || !issued_at || !expires_at || !jti || jti->empty())
    return std::nullopt;
  const auto who = parse_role(*as);
  const auto optional = [&json](std::string_view name, bool is_well_typed) {
    return is_well_typed || !json.has(name) || json.is_null(name);
  };
  const auto assistant_id = json.integer("assistant_id");
  const auto user_id = json.id("user_id");
  if (!who || !optional("assistant_id", assistant_id.has_value())
      || !optional("user_id", user_id.has_value()))
    return std::nullopt;
  dialog_ticket ticket;
  ticket.dialog_id = *dialog_id;
  ticket.assistant_id = assistant_id;
  ticket.user_id = user_id.value_or(std::string{});
  ticket.as = *who;
  ticket.issued_at = *issued_at;
  ticket.expires_at = *expires_at;
  ticket.jti = *jti;
  return ticket;
}

std::int64_t unix_seconds(system_clock::time_point t) {
  return std::chrono::floor<seconds>(t).time_since_epoch().count();
}

/// Ids are numbers on the wire where they are numbers (duels.md section 3).
void write_id(json_writer& out, const std::string& id) {
  std::int64_t number = 0;
  const auto* end = id.data() + id.size();
  const auto [stop, error] = std::from_chars(id.data(), end, number);
  if (error == std::errc{} && stop == end && std::to_string(number) == id)
    out.signed_number(number);
  else
    out.text(id);
}

} // namespace

std::string sign_ticket(std::string_view json, std::string_view secret) {
  return base64url_encode(json) + '.' + hmac_sha256_hex(secret, json);
}

std::string_view to_string(ticket_error why) {
  constexpr std::array<std::string_view, 4> words{"malformed", "forged",
                                                  "expired", "future"};
  return words[static_cast<std::size_t>(why)];
}

std::variant<std::string, ticket_error> open_envelope(std::string_view ticket,
                                                      std::string_view secret) {
  const auto dot = ticket.find('.');
  if (ticket.size() > max_ticket_bytes || dot == std::string_view::npos)
    return ticket_error::malformed;
  auto json = base64url_decode(ticket.substr(0, dot), base64_padding::accepted);
  if (!json)
    return ticket_error::malformed;
  // An empty secret would make forging trivial: it opens nothing.
  if (secret.empty()
      || !equal_in_constant_time(hmac_sha256_hex(secret, *json),
                                 ticket.substr(dot + 1)))
    return ticket_error::forged;
  return std::move(*json);
}

std::optional<ticket_error> check_times(system_clock::time_point issued_at,
                                        system_clock::time_point expires_at,
                                        system_clock::time_point now) {
  if (issued_at > now + ticket_clock_skew)
    return ticket_error::future;
  if (expires_at < std::chrono::floor<seconds>(now))
    return ticket_error::expired;
  return std::nullopt;
}

std::optional<std::string> open_ticket(std::string_view ticket,
                                       std::string_view secret) {
  auto opened = open_envelope(ticket, secret);
  if (auto* json = std::get_if<std::string>(&opened))
    return std::move(*json);
  return std::nullopt;
}

std::variant<dialog_ticket, ticket_error>
verify_dialog_ticket(std::string_view ticket, std::string_view secret,
                     system_clock::time_point now) {
  auto opened = open_envelope(ticket, secret);
  if (const auto* error = std::get_if<ticket_error>(&opened))
    return *error;
  auto& text = std::get<std::string>(opened);
  const auto json = json_object::parse(text);
  auto read = json ? read_ticket(*json) : std::nullopt;
  if (!read)
    return ticket_error::malformed;
  if (const auto error = check_times(read->issued_at, read->expires_at, now))
    return *error;
  // Compact, so that it can go into the authoriser's question as it is.
  read->json = json->compact();
  return std::move(*read);
}

std::string mint_dialog_ticket(const dialog_ticket& order,
                               std::string_view secret) {
  json_writer out;
  out.begin_object().key("dialog_id");
  write_id(out, order.dialog_id);
  if (order.assistant_id)
    out.key("assistant_id").signed_number(*order.assistant_id);
  if (!order.user_id.empty()) {
    out.key("user_id");
    write_id(out, order.user_id);
  }
  out.key("role").text(to_string(order.as));
  out.key("iat").signed_number(unix_seconds(order.issued_at));
  out.key("exp").signed_number(unix_seconds(order.expires_at));
  out.key("jti").text(order.jti).end_object();
  return sign_ticket(out.take(), secret);
}

} // namespace wsgw::protocol
