#include "protocol/log_follower.hpp"
#include "protocol/numbered_event.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace wsgw::protocol {

namespace {

/// False when the last delivered entry is not in the log any more, though
/// younger ones than it were not trimmed, or is another one. A page that ends
/// before it says nothing.
bool agrees(const log_page& page, std::uint64_t seq, const std::string& json) {
  if (page.first > seq)
    return true;
  const auto found =
    std::lower_bound(page.events.begin(), page.events.end(), seq,
                     [](const auto& e, std::uint64_t n) { return e.seq < n; });
  if (found == page.events.end())
    return !page.events.empty();
  return found->seq == seq && is_same_event(found->json, json);
}

} // namespace

void log_follower::on_page(log_page page) {
  const auto was = std::exchange(asked_, std::nullopt);
  if (!was)
    return;
  if (page.epoch.empty()) {
    if (was->known == 0)
      must_reopen_ = true;
    else
      to_renew_ = head_.epoch;
    return;
  }
  if (page.epoch != head_.epoch && !is_younger_epoch(page.epoch, head_.epoch)) {
    // The renewal that ended it was lost, with all that it gave numbers to.
    to_renew_ = page.epoch;
    return;
  }
  if (page.epoch != head_.epoch) {
    settle(*was);
    begin_epoch({page.epoch, page.head}, page.first - 1,
                page.renewed.empty() ? reset_reason::epoch
                                     : reset_reason::broker_lost_tail);
    forget_other(*was);
    return;
  }
  if (page.head < was->known
      || (was->boundary && !agrees(page, was->head, *was->boundary))
      // Also with what was delivered while the page was on its way.
      || (last_ && head_.seq > was->after && !page.events.empty()
          && !agrees(page, head_.seq, *last_))) {
    to_renew_ = head_.epoch;
    return;
  }
  settle(*was);
  forget_other(*was);
  auto older = take_history(*was, page);
  if (may_deliver())
    absorb(*was, page);
  if (older)
    outputs_.push_back(*std::move(older));
  if (was->why == purpose::heal)
    answer_newer(page);
}

/// Takes the events up to the head out of a page that was not read to heal.
std::optional<log_follower::history>
log_follower::take_history(const question& was, log_page& page) {
  if (was.why == purpose::heal)
    return std::nullopt;
  const auto newer =
    std::find_if(page.events.begin(), page.events.end(),
                 [this](const auto& e) { return e.seq > head_.seq; });
  history older{was.after, page.first, page.head, {}};
  older.events.assign(std::make_move_iterator(page.events.begin()),
                      std::make_move_iterator(newer));
  const auto is_cut = newer == page.events.end() && !older.events.empty();
  page.events.erase(page.events.begin(), newer);
  const auto last = older.events.empty() ? 0 : older.events.back().seq;
  if (!last_ && last != 0 && last == head_.seq)
    last_ = older.events.back().json;
  if (was.why != purpose::older)
    return std::nullopt;
  older_.erase(older_.lower_bound(was.after),
               older_.lower_bound(is_cut ? last : head_.seq));
  return older;
}

/// Delivers what the page has behind the head, also instead of what waits: that
/// may be of a tail that was lost. A hole in a page that was read to heal is a
/// hole in the log.
void log_follower::absorb(const question& was, log_page& page) {
  const auto heals = was.why == purpose::heal;
  for (auto& each : page.events) {
    if (heals && each.seq > head_.seq)
      skip_to(each.seq);
    if (each.seq == head_.seq + 1)
      deliver(std::move(each.json));
  }
  deliver_waiting();
  if (!heals)
    return;
  if (page.events.empty())
    skip_to(page.head + 1);
  is_bare_ = head_.seq < page.head && page.events.back().seq <= was.head;
  ours_.note(page.head);
}

/// Reaches `seq - 1`: over the events that wait, and over those that the log
/// does not have any more.
void log_follower::skip_to(std::uint64_t seq) {
  for (deliver_waiting(seq); head_.seq + 1 < seq; deliver_waiting(seq))
    reset_to(std::min(seq, ours_.first().value_or(seq)) - 1,
             reset_reason::trimmed);
}

/// Who wanted to know whether the log is further than head() hears that
/// everything is delivered now.
void log_follower::answer_newer(const log_page& page) {
  if (!is_sure())
    return;
  for (auto each = newer_.begin(); each != newer_.end();) {
    if (each->second)
      outputs_.push_back(history{each->first, page.first, page.head, {}});
    each = each->second ? newer_.erase(each) : std::next(each);
  }
}

} // namespace wsgw::protocol
