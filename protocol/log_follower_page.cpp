#include "protocol/log_follower.hpp"
#include "protocol/numbered_event.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace wsgw::protocol {

namespace {

/// False when the last delivered entry is not in the log any more, though
/// younger ones than it were not trimmed, or is another one.
bool has_entry(const log_page& page, std::uint64_t seq,
               const std::string& json) {
  return page.first > seq
         || (!page.events.empty() && page.events.front().seq == seq
             && is_same_event(page.events.front().json, json));
}

} // namespace

void log_follower::on_page(log_page page) {
  const auto was = std::exchange(asked_, std::nullopt);
  if (!was)
    return;
  if (page.epoch.empty()) {
    (was->known == 0 ? must_reopen_ : must_renew_) = true;
    return;
  }
  if (page.epoch != head_.epoch) {
    settle(*was);
    begin_epoch({page.epoch, page.head},
                is_younger(page.epoch) ? page.first - 1 : page.head,
                page.renewed.empty() ? reset_reason::epoch
                                     : reset_reason::broker_lost_tail);
    forget_other(*was);
    return;
  }
  if (page.head < was->known
      || (was->boundary && !has_entry(page, was->head, *was->boundary))) {
    must_renew_ = true;
    return;
  }
  settle(*was);
  forget_other(*was);
  give_history(*was, page);
  if (!may_deliver())
    return;
  absorb(*was, page);
  if (was->why == purpose::heal)
    answer_newer(page.first);
}

/// Moves the events up to the head from the page into the output.
void log_follower::give_history(const question& was, log_page& page) {
  if (was.why == purpose::heal)
    return;
  const auto newer =
    std::find_if(page.events.begin(), page.events.end(),
                 [this](const auto& e) { return e.seq > head_.seq; });
  history older{was.after, page.first, {}};
  older.events.assign(std::make_move_iterator(page.events.begin()),
                      std::make_move_iterator(newer));
  page.events.erase(page.events.begin(), newer);
  const auto is_all = older.events.empty() || !page.events.empty()
                      || older.events.back().seq == head_.seq;
  if (!last_ && !older.events.empty() && older.events.back().seq == head_.seq)
    last_ = older.events.back().json;
  if (was.why != purpose::older)
    return;
  const auto end = is_all ? head_.seq : older.events.back().seq;
  older_.erase(older_.lower_bound(was.after), older_.lower_bound(end));
  outputs_.push_back(std::move(older));
}

/// Delivers what the page has behind the head. A hole in a page that was read
/// to heal is a hole in the log.
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
  for (deliver_waiting(); head_.seq + 1 < seq; deliver_waiting())
    reset_to(std::min(seq, ours_.first().value_or(seq)) - 1,
             reset_reason::trimmed);
}

/// Who wanted to know whether the log is further than head() hears that
/// everything is delivered now.
void log_follower::answer_newer(std::uint64_t first) {
  if (is_behind())
    return;
  for (auto each = newer_.begin(); each != newer_.end();) {
    if (each->second)
      outputs_.push_back(history{each->first, first, {}});
    each = each->second ? newer_.erase(each) : std::next(each);
  }
}

} // namespace wsgw::protocol
