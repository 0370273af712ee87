#include "actors/event_parser.hpp"

#include "actors/log.hpp"
#include "actors/room_manners.hpp"

#include <utility>

namespace wsgw::actors {

std::optional<protocol::event> parse_counted(hub& shared, shard& home,
                                             const protocol::room_id& room,
                                             std::string_view json) {
  const protocol::parse_options options{shared.config().compat,
                                        manners_of(room.kind()).needs_flat};
  auto parsed = protocol::parse_event(json, options);
  if (parsed)
    return std::move(*parsed);
  home.counters().events_refused.add();
  const auto word = protocol::word_of(parsed.error());
  shared.bad_events.add(word);
  if (const auto trace = protocol::trace_id_in(json); !trace.empty())
    log::repeated_warning(
      word, "dialog", "event skipped",
      {{"room", room.text()}, {"error", word}, {"trace_id", trace}});
  else
    log::repeated_warning(word, "dialog", "event skipped",
                          {{"room", room.text()}, {"error", word}});
  return std::nullopt;
}

} // namespace wsgw::actors
