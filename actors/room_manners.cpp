#include "actors/room_manners.hpp"

#include "actors/duel_rules.hpp"
#include "protocol/command.hpp"
#include "protocol/duel_state.hpp"
#include "protocol/duel_text.hpp"
#include "protocol/inbox_text.hpp"

#include <array>

namespace wsgw::actors {

namespace {

using protocol::frame;
using protocol::room_kind;
using protocol::text_frame;
using time_point = room_manners::time_point;

// -- dialogs ------------------------------------------------------------------

frame dialog_frame(const protocol::event& e) {
  return text_frame(protocol::legacy_payload(e, protocol::role::admin));
}

frame dialog_answer(std::string_view text, time_point) {
  static const auto pong = text_frame(protocol::legacy_pong_text);
  const auto said = protocol::parse_legacy_command(text);
  return said == protocol::legacy_command::ping ? pong : nullptr;
}

frame dialog_ping(time_point) {
  static const auto ping = text_frame(protocol::legacy_ping_text);
  return ping;
}

// -- inboxes ------------------------------------------------------------------

frame inbox_frame(const protocol::event& e) {
  return text_frame(protocol::legacy_payload(e, protocol::role::user));
}

frame inbox_greeting(const protocol::room_id& room, time_point) {
  return text_frame(protocol::inbox_greeting(room.name()));
}

frame inbox_ping(time_point now) {
  return text_frame(protocol::inbox_ping(now));
}

// -- duels --------------------------------------------------------------------

frame duel_frame(const protocol::event& e) {
  const auto update = protocol::read_duel_update(e.flat);
  return text_frame(update ? protocol::duel_update_text(update->payload)
                           : e.flat);
}

frame duel_greeting(const protocol::room_id& room, time_point now) {
  return text_frame(protocol::duel_connected(room.name(), now));
}

frame duel_answer(std::string_view text, time_point now) {
  return protocol::is_duel_ping(text) ? text_frame(protocol::duel_pong(now))
                                      : nullptr;
}

frame duel_silent() {
  return text_frame(protocol::duel_error(protocol::duel_connection_timeout));
}

frame duel_too_large() {
  return text_frame(protocol::duel_error(protocol::duel_message_too_large));
}

/// In enumeration order.
constexpr std::array table{
  room_manners{
    .kind = room_kind::dialog,
    .legacy_frame = dialog_frame,
    .tells_inboxes = true,
    .has_presence = true,
    .takes_client_events = true,
    .answer = dialog_answer,
    .ping = dialog_ping,
  },
  room_manners{
    .kind = room_kind::user,
    .hears_all = true,
    .legacy_frame = inbox_frame,
    .needs_flat = true,
    .greeting = inbox_greeting,
    .ping = inbox_ping,
    .pings_twice = true,
  },
  room_manners{
    .kind = room_kind::duel,
    .legacy_frame = duel_frame,
    .needs_flat = true,
    .rules = make_duel_rules,
    .greeting = duel_greeting,
    .answer = duel_answer,
    .patience = [](const settings& s) { return s.duel_client_timeout; },
    .silent = duel_silent,
    .too_large = duel_too_large,
    .most_bytes = [](const settings& s) { return s.duel_max_message_bytes; },
    .takes_binary = true,
  },
};

} // namespace

const room_manners& manners_of(protocol::room_kind kind) {
  return table[static_cast<std::size_t>(kind)];
}

} // namespace wsgw::actors
