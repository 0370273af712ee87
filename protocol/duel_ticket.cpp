#include "protocol/duel_ticket.hpp"

#include "protocol/json_object.hpp"
#include "protocol/json_writer.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace wsgw::protocol {

namespace {

using std::chrono::seconds;
using std::chrono::system_clock;

/// The largest second that a time_point can hold with room for arithmetic.
constexpr std::int64_t last_second = 7'258'118'400; // the year 2200

std::optional<std::int64_t> read_decimal(const std::string& text) {
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end)
    return std::nullopt;
  return value;
}

/// What the original's cast to an integer makes of a member, without its
/// surprises: no text behind the digits, no booleans.
std::optional<std::int64_t> whole(const json_object& json,
                                  std::string_view name) {
  constexpr double exact = 9'007'199'254'740'992.0; // 2^53
  if (const auto value = json.integer(name))
    return value;
  if (const auto text = json.string(name))
    return read_decimal(*text);
  if (const auto real = json.number(name); real && std::abs(*real) < exact)
    return static_cast<std::int64_t>(*real);
  return std::nullopt;
}

std::optional<system_clock::time_point> second(const json_object& json,
                                               std::string_view name) {
  const auto value = whole(json, name);
  if (!value)
    return std::nullopt;
  return system_clock::time_point{
    seconds{std::clamp<std::int64_t>(*value, 0, last_second)}};
}

std::optional<duel_ticket> read_ticket(const json_object& json) {
  const auto duel_id = whole(json, "duel_id");
  const auto user_id = whole(json, "user_id");
  const auto issued_at = second(json, "iat");
  const auto expires_at = second(json, "exp");
  auto jti = json.string("jti");
  if (!duel_id || *duel_id <= 0 || !user_id || *user_id <= 0 || !issued_at
      || !expires_at || !jti || jti->empty())
    return std::nullopt;
  return duel_ticket{*duel_id, *user_id, *issued_at, *expires_at,
                     std::move(*jti)};
}

std::int64_t unix_seconds(system_clock::time_point t) {
  return std::chrono::floor<seconds>(t).time_since_epoch().count();
}

} // namespace

std::variant<duel_ticket, ticket_error>
verify_duel_ticket(std::string_view ticket, std::string_view secret,
                   system_clock::time_point now) {
  auto opened = open_envelope(ticket, secret);
  if (const auto* error = std::get_if<ticket_error>(&opened))
    return *error;
  const auto json = json_object::parse(std::get<std::string>(opened));
  auto read = json ? read_ticket(*json) : std::nullopt;
  if (!read)
    return ticket_error::malformed;
  if (const auto error = check_times(read->issued_at, read->expires_at, now))
    return *error;
  return std::move(*read);
}

std::string mint_duel_ticket(const duel_ticket& order,
                             std::string_view secret) {
  json_writer out;
  out.begin_object();
  out.key("duel_id").signed_number(order.duel_id);
  out.key("user_id").signed_number(order.user_id);
  out.key("iat").signed_number(unix_seconds(order.issued_at));
  out.key("exp").signed_number(unix_seconds(order.expires_at));
  out.key("jti").text(order.jti).end_object();
  return sign_ticket(out.take(), secret);
}

} // namespace wsgw::protocol
