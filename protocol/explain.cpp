#include "protocol/explain.hpp"

#include <algorithm>
#include <array>

namespace wsgw::protocol::explain {

namespace {

/// FNV-1a: the same on all nodes.
std::uint64_t fnv(std::string_view text) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  for (const auto c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1'099'511'628'211U;
  }
  return hash;
}

using stretches = std::vector<stretch>;

/// The stretch that the event `seq` of `epoch` belongs to; `end` when it was
/// in none.
stretches::const_iterator find_stretch(const stretches& all,
                                       const subject& what) {
  auto best = all.end();
  for (auto it = all.begin(); it != all.end(); ++it)
    if (it->from.epoch == what.epoch
        && it->from.covers(what.seq)
        // A later one of the same epoch begins behind what was lost.
        && (best == all.end() || it->from.since < what.seq))
      best = it;
  return best;
}

/// The last stretch of this epoch.
stretches::const_iterator last_of(const stretches& all, std::uint32_t epoch) {
  auto last = all.end();
  for (auto it = all.begin(); it != all.end(); ++it)
    if (it->from.epoch == epoch)
      last = it;
  return last;
}

/// Frames leave in order: when one of a later stretch has left, so has it.
bool is_proven_written(const stretches& all, stretches::const_iterator at) {
  return std::any_of(at + 1, all.end(), [](const stretch& later) {
    return later.written != 0 || later.is_drained;
  });
}

/// An event that its connection's reading began behind.
finding judge_earlier(const subject& what, const connection_fact& who,
                      const stretch& last) {
  const auto& from = last.from;
  if (from.how == start::trimmed && what.seq > from.cursor)
    return {verdict::trimmed};
  const auto joined = who.joined_at();
  for (const auto at : what.repeats)
    if (joined && *joined <= at && (!who.closed_at || at < *who.closed_at))
      return {verdict::deduplicated};
  return {verdict::joined_later,
          from.how == start::resumed ? nuance::had_it : nuance::none};
}

/// An event of which the room of this node kept no trace for `who`.
finding judge_by_time(const subject& what, const connection_fact& who) {
  const auto joined = who.joined_at();
  if (!joined)
    return {verdict::joined_later, nuance::not_answered};
  const auto at = what.event != nullptr ? what.event->at : time_point{};
  if (at != time_point{} && *joined > at)
    return {verdict::joined_later};
  if (who.closed_at)
    return {verdict::closed_before};
  if (!what.is_shared)
    return {verdict::not_published, nuance::never_came};
  if (what.is_present)
    return {verdict::queued, nuance::on_its_way};
  return {verdict::trimmed, nuance::by_reset};
}

finding judge_numbered(const subject& what, const connection_fact& who) {
  const auto& all = who.stretches;
  const auto at = find_stretch(all, what);
  if (at == all.end()) {
    const auto last = last_of(all, what.epoch);
    return last != all.end() ? judge_earlier(what, who, *last)
                             : judge_by_time(what, who);
  }
  if (at->acked >= what.seq && what.seq > at->from.since)
    return {verdict::acked};
  const auto is_queued = at->queued >= what.seq;
  if (is_queued
      && (at->written >= what.seq || at->is_drained
          || is_proven_written(all, at)))
    return {verdict::written};
  if (!is_queued && at + 1 != all.end())
    return {verdict::trimmed, nuance::by_reset};
  if (who.closed_at || at->is_cut)
    return {verdict::closed_before};
  if (is_queued)
    return {verdict::queued};
  if (at->is_lagging)
    return {verdict::lagging};
  return {verdict::queued, nuance::on_its_way};
}

finding judge_unnumbered(const subject& what, const connection_fact& who) {
  const auto& event = *what.event;
  const auto joined = who.joined_at();
  if (!joined)
    return {verdict::joined_later, nuance::not_answered};
  if (*joined > event.at)
    return {verdict::joined_later};
  if (who.closed_at && *who.closed_at < event.at)
    return {verdict::closed_before};
  // Another node's word says nothing about what this one got.
  if (event.node != who.node)
    return {verdict::not_published, nuance::never_came};
  const auto& last = who.stretches.back();
  if (std::find(event.missed.begin(), event.missed.end(), who.conn)
      != event.missed.end())
    return {last.is_cut && who.closed_at ? verdict::closed_before
                                         : verdict::dropped_ephemeral};
  const auto has_passed = last.from.epoch != event.epoch
                            ? last.written != 0
                            : last.written > event.seq;
  if (last.is_drained || has_passed)
    return {verdict::written};
  return {who.closed_at ? verdict::closed_before : verdict::queued};
}

/// Its audience is not known: only what is true for every audience is said.
finding judge_forgotten(const subject& what, const connection_fact& who) {
  const auto last = last_of(who.stretches, what.epoch);
  if (last != who.stretches.end() && !last->from.covers(what.seq)
      && find_stretch(who.stretches, what) == who.stretches.end())
    return judge_earlier(what, who, *last);
  return {verdict::trimmed, nuance::unknown_now};
}

} // namespace

bool question::is_about(std::string_view which, std::string_view user,
                        role member) const {
  return (conn.empty() || conn == which) && (user_id.empty() || user_id == user)
         && (!as || *as == member);
}

std::uint32_t mark_of_epoch(std::string_view epoch) {
  if (epoch.empty())
    return 0;
  const auto hash = fnv(epoch);
  const auto mark = static_cast<std::uint32_t>(hash ^ (hash >> 32U));
  return mark == 0 ? 1 : mark;
}

std::uint64_t mark_of_id(std::string_view json_text) {
  if (json_text.empty())
    return 0;
  const auto hash = fnv(json_text);
  return hash == 0 ? 1 : hash;
}

std::vector<std::uint64_t> marks_of(const question& what) {
  if (what.message_id.empty())
    return {};
  return {mark_of_id(what.message_id), mark_of_id('"' + what.message_id + '"')};
}

std::string_view to_string(fate what) {
  constexpr std::array<std::string_view, 5> words{
    "durable", "unnumbered", "ephemeral", "duplicate", "refused"};
  return words[static_cast<std::size_t>(what)];
}

std::string_view to_string(start how) {
  constexpr std::array<std::string_view, 4> words{"fresh", "resumed", "trimmed",
                                                  "reset"};
  return words[static_cast<std::size_t>(how)];
}

std::string_view to_string(verdict v) {
  constexpr std::array<std::string_view, verdict_count> words{
    "acked",
    "written",
    "queued",
    "lagging",
    "dropped_ephemeral",
    "filtered_by_role",
    "not_connected_then",
    "joined_later",
    "closed_before",
    "not_published",
    "deduplicated",
    "trimmed"};
  return words[static_cast<std::size_t>(v)];
}

void reading::add_pull(std::uint64_t after, std::uint64_t to) {
  if (after >= since || to <= after)
    return;
  if (after >= pulled_after && after <= pulled_to && pulled_to != 0) {
    pulled_to = std::max(pulled_to, to);
  } else {
    pulled_after = after;
    pulled_to = to;
  }
  // It has closed the gap in front of what it was told: now that is one piece.
  if (pulled_to >= since) {
    since = pulled_after;
    pulled_after = pulled_to = 0;
  }
}

std::optional<time_point> connection_fact::joined_at() const {
  if (stretches.empty() || stretches.front().from.joined_at == time_point{})
    return std::nullopt;
  return stretches.front().from.joined_at;
}

finding judge(const subject& what, const connection_fact& who) {
  using standing = subject::standing;
  if (what.now == standing::ahead || what.now == standing::unheard)
    return {verdict::not_published};
  if (what.now == standing::forgotten)
    return judge_forgotten(what, who);
  if (what.event == nullptr)
    return {verdict::deduplicated};
  if (what.event->what == fate::refused)
    return {verdict::not_published, nuance::unparsable};
  if (!what.event->audience.contains(who.as))
    return {verdict::filtered_by_role};
  return what.event->has_number() ? judge_numbered(what, who)
                                  : judge_unnumbered(what, who);
}

finding judge_absent(const subject& what, const question& asked) {
  using standing = subject::standing;
  if (what.now == standing::ahead || what.now == standing::unheard)
    return {verdict::not_published};
  if (what.now == standing::forgotten)
    return {verdict::trimmed, nuance::unknown_now};
  if (what.event == nullptr)
    return {verdict::deduplicated};
  if (what.event->what == fate::refused)
    return {verdict::not_published, nuance::unparsable};
  if (asked.as && !what.event->audience.contains(*asked.as))
    return {verdict::filtered_by_role};
  return {verdict::not_connected_then};
}

} // namespace wsgw::protocol::explain
