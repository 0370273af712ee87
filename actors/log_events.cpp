#include "actors/line_limits.hpp"
#include "actors/log.hpp"
#include "actors/log_sink.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <mutex>

namespace wsgw::actors::log {

namespace {

using clock = std::chrono::steady_clock;

/// Attackers choose origins: ten lines per minute show a pattern as well.
constexpr unsigned refusals_per_minute = 10;
constexpr unsigned broadcasts_per_second = 100;

std::string_view component_of(protocol::role as) {
  constexpr std::array<std::string_view, protocol::role_count> names{
    "Admin", "Widget", "Site", "User", "Duel", "Duel"};
  return names[static_cast<std::size_t>(as)];
}

/// `dialog 10`, `user 5`, or `unknown` before the room is known.
std::string words_of(const protocol::room_id* room) {
  if (room == nullptr)
    return "unknown room";
  return std::string{protocol::row_of(room->kind()).name} + ' '
         + std::string{room->name()};
}

std::string marked(protocol::role as, std::string_view what,
                   const protocol::room_id* room) {
  auto text = '[' + std::string{component_of(as)} + "] WebSocket ";
  text += what;
  return text + words_of(room);
}

std::string_view name_of(const protocol::room_id* room) {
  return room == nullptr ? std::string_view{} : room->name();
}

/// One limiter for all threads: these lines are rare by construction.
std::optional<std::uint64_t> admit(lines_per_key& limiter,
                                   std::string_view key) {
  static std::mutex guard;
  std::lock_guard lock{guard};
  return limiter.admit(key, clock::now());
}

/// `['a', 'b']`, as the reference's language prints a list.
std::string quoted_list(std::span<const std::string> items) {
  std::string text{"["};
  for (const auto& item : items) {
    if (text.size() > 1)
      text += ", ";
    text += '\'' + item + '\'';
  }
  return text + ']';
}

bool is_secret_name(std::string_view name) {
  constexpr std::array<std::string_view, 4> words{"token", "ticket", "secret",
                                                  "password"};
  std::string lower{name};
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  // An escaped name may spell any of them.
  return lower.find('%') != std::string::npos
         || std::any_of(words.begin(), words.end(), [&](auto word) {
              return lower.find(word) != std::string::npos;
            });
}

} // namespace

void repeated_warning(std::string_view key, std::string_view component,
                      std::string_view message, fields more) {
  static lines_per_key limiter;
  if (!enabled(log_level::warning))
    return;
  if (const auto suppressed = admit(limiter, key))
    write_counted(log_level::warning, *suppressed, component, message, more);
}

void connected(const peer& who, std::size_t members) {
  if (!enabled(log_level::info))
    return;
  info(component_of(who.as), marked(who.as, "connected to ", who.room),
       {{"dialog", name_of(who.room)},
        {"role", protocol::to_string(who.as)},
        {"conn", who.conn},
        {"address", who.address},
        {"connections", members}});
}

void disconnected(const peer& who, std::uint16_t code, std::string_view reason,
                  std::size_t members) {
  if (!enabled(log_level::info))
    return;
  info(component_of(who.as), marked(who.as, "disconnected from ", who.room),
       {{"dialog", name_of(who.room)},
        {"role", protocol::to_string(who.as)},
        {"conn", who.conn},
        {"address", who.address},
        {"code", code},
        {"reason", reason},
        {"connections", members}});
}

void refused(const peer& who, std::uint16_t code, std::string_view reason,
             std::string_view request_id) {
  static lines_per_key limiter{refusals_per_minute};
  if (!enabled(log_level::warning))
    return;
  const auto key = std::string{who.address} + ' ' + std::to_string(code);
  if (const auto suppressed = admit(limiter, key))
    write_counted(log_level::warning, *suppressed, component_of(who.as),
                  marked(who.as, "refused for ", who.room),
                  {{"dialog", name_of(who.room)},
                   {"role", protocol::to_string(who.as)},
                   {"address", who.address},
                   {"code", code},
                   {"reason", reason},
                   {"request_id", request_id}});
}

void broadcasting(const protocol::room_id& room, std::size_t connections,
                  std::string_view trace_id) {
  // Per thread, so that shards do not share a cache line for every event.
  thread_local lines_per_second limiter{broadcasts_per_second};
  if (!enabled(log_level::info))
    return;
  const auto suppressed = limiter.admit(clock::now());
  if (!suppressed)
    return;
  const auto text = "Broadcasting message to " + words_of(&room) + ": "
                    + std::to_string(connections) + " connections";
  if (trace_id.empty())
    write_counted(log_level::info, *suppressed, "Dialog", text,
                  {{"dialog", room.name()}});
  else
    write_counted(log_level::info, *suppressed, "Dialog", text,
                  {{"dialog", room.name()}, {"trace_id", trace_id}});
}

void forbidden_domain(const forbidden_page& page) {
  static lines_per_key limiter{refusals_per_minute};
  if (!enabled(log_level::error))
    return;
  const auto suppressed = admit(limiter, page.origin);
  if (!suppressed)
    return;
  const std::string origin{page.origin.empty() ? "None" : page.origin};
  if (!page.has_token) {
    write_counted(log_level::warning, *suppressed, "Site",
                  "Forbidden domain: " + origin + " (no token)",
                  {{"code", 4003}});
    return;
  }
  const std::string parent{page.parent_origin.value_or("None")};
  const auto both = "origin=" + origin + ", parent_origin=" + parent;
  write_counted(log_level::warning, *suppressed, "Site",
                "Forbidden domain: " + both + " for site_token",
                {{"code", 4003}});
  write_counted(log_level::error, 0, "Site",
                "WEBSOCKET_4003_ERROR: " + both
                  + ", trusted_hosts=" + quoted_list(page.trusted_hosts),
                {{"code", 4003}});
}

std::string redact(std::string_view target) {
  const auto query = target.find('?');
  if (query == std::string_view::npos)
    return std::string{target};
  std::string result{target.substr(0, query + 1)};
  target.remove_prefix(query + 1);
  while (!target.empty()) {
    const auto end = std::min(target.find('&'), target.size());
    const auto item = target.substr(0, end);
    const auto equals = item.find('=');
    if (equals != std::string_view::npos
        && is_secret_name(item.substr(0, equals)))
      result.append(item.substr(0, equals + 1)).append("***");
    else
      result += item;
    target.remove_prefix(end);
    if (!target.empty()) {
      result += '&';
      target.remove_prefix(1);
    }
  }
  return result;
}

} // namespace wsgw::actors::log
