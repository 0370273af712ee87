#include "protocol/log_follower.hpp"

#include <algorithm>
#include <utility>

namespace wsgw::protocol {

/// Epochs are made of the time, and one that replaces another sorts behind it
/// (protocol-v1 6.2). Of a younger one everything is new to those who are
/// connected; one that is not was resurrected.
bool is_younger_epoch(const std::string& epoch, const std::string& than) {
  return epoch.size() != than.size() ? epoch.size() > than.size()
                                     : epoch > than;
}

// -- inputs -------------------------------------------------------------------

void log_follower::live(const cursor& at, std::string json) {
  if (!is_open_ || at.epoch != head_.epoch) {
    // Old or new, Redis will say. What arrives last is the likelier one.
    if (other_epoch_ != at.epoch)
      other_ = waiting_events{max_waiting};
    other_epoch_ = at.epoch;
    other_.add(at.seq, std::move(json));
    return;
  }
  if (at.seq <= head_.seq)
    return;
  if (at.seq != head_.seq + 1 || !may_deliver()) {
    ours_.add(at.seq, std::move(json));
    return;
  }
  deliver(std::move(json));
  deliver_waiting();
}

void log_follower::want(std::uint64_t after) {
  if (is_open_ && after < head_.seq)
    older_.insert(after);
  else
    newer_[after] = false;
}

void log_follower::hint(const cursor& at) {
  if (!is_open_)
    return;
  if (at.epoch == head_.epoch)
    ours_.note(at.seq);
  else if (other_epoch_.empty())
    other_epoch_ = at.epoch;
}

void log_follower::learn() {
  must_learn_ = is_open_ && !last_ && head_.seq != 0;
}

void log_follower::link_lost() {
  is_suspect_ = is_suspect_ || (is_open_ && !last_ && head_.seq != 0);
  if (asked_)
    asked_->is_recent = false;
}

void log_follower::link_restored() {
  if (is_suspect_ && to_renew_.empty())
    to_renew_ = head_.epoch;
  must_compare_ = true;
  is_bare_ = false;
  // They may be of a tail that was lost, and are read again.
  ours_.forget_texts();
  other_.forget_texts();
  if (asked_)
    asked_->is_recent = false;
}

void log_follower::retry() { is_stalled_ = false; }

void log_follower::on_failed() {
  must_learn_ = must_learn_ || (asked_ && asked_->why == purpose::learn);
  asked_.reset();
  is_stalled_ = true;
}

void log_follower::on_opened(const cursor& at) {
  const auto was = std::exchange(asked_, std::nullopt);
  if (!was)
    return;
  settle(*was);
  if (is_open_) {
    must_reopen_ = false;
    if (at.epoch == head_.epoch)
      ours_.note(at.seq);
    else if (is_younger_epoch(at.epoch, head_.epoch))
      begin_epoch(at, 0, reset_reason::epoch);
    else
      to_renew_ = at.epoch;
    return;
  }
  if (!was->is_recent)
    return; // it may be of a tail that was lost since: asked again
  is_open_ = true;
  head_ = at;
  if (other_epoch_ == at.epoch) {
    // Who is a member already has not got what came before this answer.
    ours_ = std::exchange(other_, waiting_events{max_waiting});
    other_epoch_.clear();
    head_.seq = std::min(at.seq, ours_.lowest().value_or(at.seq + 1) - 1);
    ours_.note(at.seq);
  }
  forget_other(*was);
  outputs_.push_back(opened{head_});
  deliver_waiting();
}

void log_follower::on_renewed(const cursor& at) {
  const auto was = std::exchange(asked_, std::nullopt);
  if (!was)
    return;
  settle(*was);
  if (at.epoch == head_.epoch || !is_younger_epoch(at.epoch, to_renew_)) {
    // Nobody began it now: Redis went back once more.
    to_renew_ = at.epoch;
    return;
  }
  begin_epoch(at, 0, reset_reason::broker_lost_tail);
  forget_other(*was);
}

// -- requests -----------------------------------------------------------------

std::optional<log_follower::request> log_follower::next_request() {
  if (asked_ || is_stalled_)
    return std::nullopt;
  if (!is_open_ || must_reopen_) {
    ask(purpose::open);
    return open_request{};
  }
  if (!to_renew_.empty()) {
    ask(purpose::renew);
    return renew_request{to_renew_};
  }
  if (must_compare_ || is_behind() || !newer_.empty())
    return ask_healing();
  if (!older_.empty()) {
    ask(purpose::older, *older_.begin());
    asked_->boundary = last_;
    return read_request{asked_->after, page_size};
  }
  if (std::exchange(must_learn_, false) && !last_ && head_.seq != 0) {
    ask(purpose::learn, head_.seq - 1);
    return read_request{asked_->after, 1};
  }
  return std::nullopt;
}

void log_follower::ask(purpose why, std::uint64_t after) {
  const auto known = std::max(head_.seq, ours_.known());
  asked_ = question{why, after, head_.seq, known, {}, other_epoch_, true};
}

log_follower::read_request log_follower::ask_healing() {
  const auto compares = last_ && !is_bare_;
  ask(purpose::heal, compares ? head_.seq - 1 : head_.seq);
  if (compares)
    asked_->boundary = last_;
  for (auto& want : newer_)
    want.second = true;
  return {asked_->after, page_size};
}

std::vector<log_follower::output> log_follower::take() {
  return std::exchange(outputs_, {});
}

// -- epochs -------------------------------------------------------------------

/// Goes on in another epoch behind `from`, or earlier, when an earlier event
/// of it is here. The log's head is `at`.
void log_follower::begin_epoch(const cursor& at, std::uint64_t from,
                               reset_reason why) {
  head_.epoch = at.epoch;
  ours_ = waiting_events{max_waiting};
  if (other_epoch_ == at.epoch) {
    std::swap(ours_, other_);
    other_epoch_.clear();
  }
  to_renew_.clear();
  must_reopen_ = false;
  from = std::min(from, at.seq);
  reset_to(std::min(from, ours_.lowest().value_or(from + 1) - 1), why);
  ours_.note(at.seq);
  deliver_waiting();
}

void log_follower::reset_to(std::uint64_t seq, reset_reason why) {
  head_.seq = seq;
  last_.reset();
  is_bare_ = false;
  must_learn_ = false;
  is_suspect_ = false;
  older_.clear();
  newer_.clear();
  ours_.drop_through(seq);
  outputs_.push_back(reset{why, head_});
}

/// An answer that was asked for after the link came back makes sure.
void log_follower::settle(const question& was) {
  if (was.is_recent)
    must_compare_ = false;
}

/// Drops an epoch that was seen before Redis was asked and said otherwise.
void log_follower::forget_other(const question& was) {
  if (other_epoch_.empty() || other_epoch_ != was.other_epoch)
    return;
  other_epoch_.clear();
  other_ = waiting_events{max_waiting};
}

// -- deliveries ---------------------------------------------------------------

void log_follower::deliver(std::string json) {
  ++head_.seq;
  if (!last_)
    last_.emplace();
  last_->assign(json);
  outputs_.push_back(delivery{{head_.seq, std::move(json)}});
}

/// Delivers the events that wait next in order and are before `end`.
void log_follower::deliver_waiting(std::uint64_t end) {
  if (!may_deliver())
    return;
  ours_.drop_through(head_.seq);
  while (head_.seq + 1 < end) {
    auto json = ours_.take(head_.seq + 1);
    if (!json)
      return;
    deliver(*std::move(json));
  }
}

} // namespace wsgw::protocol
