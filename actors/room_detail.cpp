#include "actors/room_detail.hpp"

#include "actors/dialog.hpp"

#include <algorithm>

namespace wsgw::actors {

namespace {

constexpr std::size_t most_shown = 50;
/// Larger events are named, not shown: a page must stay small.
constexpr std::size_t most_bytes = 8192;

std::string shown(std::string_view message, std::uint64_t seq) {
  if (message.size() <= most_bytes)
    return std::string{message};
  return R"({"type":"event","seq":)" + std::to_string(seq) + R"(,"cut":)"
         + std::to_string(message.size()) + '}';
}

} // namespace

bool dialog_state::detail(room_detail& out) const {
  if (!has)
    return false;
  const auto& head = has->sequence->head();
  out.room = room->text();
  out.head = protocol::to_string(head);
  out.order = shared->log == nullptr ? "local" : "log";
  out.history_from = head.seq + 1;
  out.history_to = head.seq;
  if (!has->history.is_kept())
    return true;
  const auto& ring = has->history.ring();
  out.history_from = ring.first();
  out.history_to = ring.head().seq;
  out.history_bytes = ring.bytes();
  const auto first = std::max(
    ring.first(),
    out.history_to + 1 - std::min<std::uint64_t>(most_shown, out.history_to));
  for (auto seq = first; seq <= out.history_to; ++seq)
    if (const auto& entry = ring.at(seq); entry.live)
      out.tail.push_back(shown(protocol::payload_of(entry.live), seq));
  return true;
}

} // namespace wsgw::actors
