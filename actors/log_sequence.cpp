#include "actors/log_sequence.hpp"

#include "actors/event_parser.hpp"
#include "actors/log.hpp"
#include "protocol/adoption_key.hpp"
#include "protocol/numbered_event.hpp"

#include <algorithm>
#include <utility>

namespace wsgw::actors {

namespace {

/// Passes an answer of the store on to `to`, which may be gone by then.
template <class T>
auto to_dialog(dialog_actor to, messages::store_answer with) {
  return [to = std::move(to), with = std::move(with)](store_result<T> result) {
    auto answer = with;
    answer.what = std::move(result);
    caf::anon_send(to, std::move(answer));
  };
}

} // namespace

log_sequence::log_sequence(hub& shared, shard& home,
                           const protocol::room_id& room,
                           sequence_listener& listener,
                           dialog_actor::pointer self)
    : shared_(shared), home_(home), room_(room), listener_(listener),
      self_(self) {
  ask();
}

// -- events -------------------------------------------------------------------

void log_sequence::take(messages::event& incoming) {
  // What a dialog forwards to an inbox has the number of the dialog's log.
  const auto at =
    incoming.origin.empty() ? protocol::number_of(incoming.json) : std::nullopt;
  if (!at)
    return take_plain(incoming);
  note(*at);
  held_.push_back(std::move(incoming.held));
  follower_.live(*at, std::move(incoming.json));
  pump();
}

/// Counts what was known already, and each hole in what is new.
void log_sequence::note(const protocol::cursor& at) {
  if (!is_open_ || at.epoch != head_.epoch)
    return;
  auto& counters = home_.counters();
  if (at.seq <= head_.seq)
    counters.events_known.add();
  else if (at.seq != head_.seq + 1 && follower_.waiting() == 0)
    counters.gaps[static_cast<std::size_t>(gap_seen_by::subscription)].add();
}

void log_sequence::take_plain(messages::event& incoming) {
  const auto e = parse_counted(shared_, home_, room_, incoming.json);
  if (!e)
    return;
  if (e->kind == protocol::durability::durable && incoming.origin.empty()
      && shared_.config().log == log_mode::adopt)
    return adopt(*e, incoming);
  listener_.on_unnumbered(*e, std::move(incoming.json));
}

/// Every node that has the room open tries; one wins, and its numbered event
/// is the one that is delivered.
void log_sequence::adopt(const protocol::event& e, messages::event& incoming) {
  auto key = protocol::adoption_key(e, incoming.json);
  auto done =
    [to = dialog_actor{self_}, json = incoming.json,
     held = std::move(incoming.held)](const store_result<appended>& result) {
      messages::store_answer answer;
      answer.what = result;
      if (std::holds_alternative<store_error>(result))
        answer.json = json;
      caf::anon_send(to, std::move(answer));
    };
  shared_.log->publish(room_, std::move(incoming.json), std::move(key),
                       std::move(done));
}

void log_sequence::adopt_again() {
  adopting_.reset();
  unadopted_bytes_ = 0;
  for (auto& json : std::exchange(unadopted_, {})) {
    messages::event again{std::move(json), {}, {}};
    take_plain(again);
  }
}

bool log_sequence::may_wait(const std::string& json) const {
  return unadopted_.size() < follower::max_waiting
         && json.size() <= max_unadopted_bytes - unadopted_bytes_;
}

// -- answers ------------------------------------------------------------------

void log_sequence::answered(messages::store_answer& incoming) {
  std::visit([&](auto& result) { answer(result, incoming); }, incoming.what);
  pump();
}

void log_sequence::answer(store_result<protocol::cursor>& result,
                          const messages::store_answer& of) {
  const auto* at = std::get_if<protocol::cursor>(&result);
  if (of.is_upkeep) {
    if (at != nullptr)
      follower_.hint(*at);
  } else if (at == nullptr) {
    failed();
  } else if (of.is_renewal) {
    follower_.on_renewed(*at);
  } else {
    follower_.on_opened(*at);
  }
}

void log_sequence::answer(store_result<protocol::log_page>& result,
                          const messages::store_answer&) {
  if (auto* page = std::get_if<protocol::log_page>(&result))
    follower_.on_page(std::move(*page));
  else
    failed();
}

void log_sequence::answer(store_result<appended>& result,
                          const messages::store_answer& of) {
  const auto* problem = std::get_if<store_error>(&result);
  if (problem == nullptr) {
    if (std::get<appended>(result).is_duplicate)
      home_.counters().events_adopted.add();
    return;
  }
  if (problem->is_link_down && may_wait(of.json)) {
    unadopted_bytes_ += of.json.size();
    unadopted_.push_back(of.json);
    if (!adopting_)
      adopting_ =
        home_.loop().after(jittered(retry_after), [this] { adopt_again(); });
    return;
  }
  // Better delivered without a number than lost.
  home_.counters().adoptions_failed.add();
  log::repeated_warning("adopt", "dialog", "event not added to the log",
                        {{"room", room_.text()}, {"error", problem->text}});
  if (const auto e = parse_counted(shared_, home_, room_, of.json))
    listener_.on_unnumbered(*e, of.json);
}

void log_sequence::failed() {
  follower_.on_failed();
  retry_ = home_.loop().after(jittered(retry_after), [this] {
    follower_.retry();
    pump();
  });
}

void log_sequence::link_changed(const messages::link_state& state) {
  using news = messages::link_state::news;
  if (state.what == news::lost)
    follower_.link_lost();
  else if (state.what == news::restored)
    follower_.link_restored();
  else if (state.what == news::commands_ready)
    follower_.retry();
  pump();
}

bool log_sequence::fetch(std::uint64_t after) {
  follower_.want(after);
  pump();
  return true;
}

// -- what the dialog is told --------------------------------------------------

void log_sequence::pump() {
  // The dialog may ask for more while it is told something.
  if (is_telling_)
    return;
  is_telling_ = true;
  for (auto news = follower_.take(); !news.empty(); news = follower_.take())
    for (auto& each : news)
      std::visit([this](auto& what) { tell(what); }, each);
  is_telling_ = false;
  // Credits are alike: there are as many as events that still wait.
  held_.resize(std::min(held_.size(), follower_.waiting()));
  ask();
}

void log_sequence::tell(follower::opened& what) {
  head_ = std::move(what.at);
  is_open_ = true;
  learning_ = home_.loop().after(jittered(learn_after), [this] {
    follower_.learn();
    pump();
  });
  keep_alive();
  listener_.on_open();
}

void log_sequence::tell(follower::delivery& what) {
  head_.seq = what.what.seq;
  auto& json = what.what.json;
  const auto e = parse_counted(shared_, home_, room_, json);
  listener_.on_event(e ? &*e : nullptr, e ? std::move(json) : std::string{});
}

void log_sequence::tell(follower::reset& what) {
  if (what.why == protocol::reset_reason::trimmed) {
    home_.counters().gaps[static_cast<std::size_t>(gap_seen_by::log)].add();
    home_.counters().events_trimmed.add(what.at.seq - head_.seq);
  }
  head_ = std::move(what.at);
  home_.counters().log_resets.add();
  const auto word = protocol::to_string(what.why);
  log::repeated_warning(word, "dialog", "the room's log cannot be continued",
                        {{"room", room_.text()}, {"reason", word}});
  listener_.on_reset(what.why);
}

void log_sequence::tell(follower::history& what) { listener_.on_history(what); }

// -- what Redis is asked ------------------------------------------------------

void log_sequence::ask() {
  if (const auto request = follower_.next_request())
    std::visit([this](const auto& what) { send(what); }, *request);
}

void log_sequence::send(const follower::open_request&) {
  shared_.log->open(room_,
                    to_dialog<protocol::cursor>(dialog_actor{self_}, {}));
}

void log_sequence::send(const follower::read_request& what) {
  shared_.log->read(room_, what.after, what.count,
                    to_dialog<protocol::log_page>(dialog_actor{self_}, {}));
}

void log_sequence::send(const follower::renew_request& what) {
  messages::store_answer form;
  form.is_renewal = true;
  shared_.log->renew(room_, what.epoch,
                     to_dialog<protocol::cursor>(dialog_actor{self_}, form));
}

/// While a room is open its keys in Redis do not expire.
void log_sequence::keep_alive() {
  keeping_ = home_.loop().after(jittered(shared_.config().log_ttl / 3), [this] {
    messages::store_answer form;
    form.is_upkeep = true;
    shared_.log->open(room_,
                      to_dialog<protocol::cursor>(dialog_actor{self_}, form));
    keep_alive();
  });
}

/// 75-100 % of `delay`, different from room to room.
std::chrono::milliseconds
log_sequence::jittered(std::chrono::milliseconds delay) const {
  return delay - delay * static_cast<int>(room_.hash() % 250) / 1000;
}

std::unique_ptr<room_sequence> make_log_sequence(hub& shared, shard& home,
                                                 const protocol::room_id& room,
                                                 sequence_listener& listener,
                                                 dialog_actor::pointer self) {
  return std::make_unique<log_sequence>(shared, home, room, listener, self);
}

} // namespace wsgw::actors
