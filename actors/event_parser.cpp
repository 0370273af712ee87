#include "actors/event_parser.hpp"

#include "actors/log.hpp"

#include <utility>

namespace wsgw::actors {

std::optional<protocol::event> parse_counted(hub& shared, shard& home,
                                             const protocol::room_id& room,
                                             std::string_view json) {
  const protocol::parse_options options{
    shared.config().compat, room.kind() == protocol::room_kind::user};
  auto parsed = protocol::parse_event(json, options);
  if (parsed)
    return std::move(*parsed);
  home.counters().events_refused.add();
  const auto word = protocol::word_of(parsed.error());
  shared.bad_events.add(word);
  log::repeated_warning(word, "dialog", "event skipped",
                        {{"room", room.text()}, {"error", word}});
  return std::nullopt;
}

} // namespace wsgw::actors
