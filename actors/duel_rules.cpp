#include "actors/duel_rules.hpp"

#include "actors/log.hpp"
#include "protocol/duel_text.hpp"
#include "protocol/errc.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace wsgw::actors {

namespace {

constexpr std::string_view update_type = "duel_update";

std::int64_t number_of(const protocol::room_id& room) {
  std::int64_t number = 0;
  const auto name = room.name();
  std::from_chars(name.data(), name.data() + name.size(), number);
  return number;
}

} // namespace

duel_rules::duel_rules(const parts& with)
    : with_(with), duel_(number_of(with.context.room)),
      alive_(std::make_shared<duel_rules*>(this)) {
  with.context.home.counters().duel_rooms.add();
}

duel_rules::~duel_rules() {
  with_.context.home.counters().duel_rooms.sub();
  if (auto* const at = desk())
    at->board().attended(duel_, {});
}

void duel_rules::tell_board() {
  if (auto* const at = desk())
    at->board().attended(duel_, with_.all.counts());
}

// -- members ------------------------------------------------------------------

void duel_rules::arrived(std::uint64_t who, protocol::resume_outcome how) {
  tell_board();
  const auto* where = with_.all.find(who);
  if (where == nullptr)
    return;
  limit_sockets(where->as);
  const auto has_all = how == protocol::resume_outcome::replayed;
  if (has_all && last_ && last_->is_over())
    return end(who);
  await_state(who, has_all ? want::if_over : want::always);
}

void duel_rules::caught_up(std::uint64_t who) {
  if (last_ && last_->is_over())
    end(who);
}

void duel_rules::left(std::uint64_t who) {
  std::erase_if(guests_, [who](const guest& g) { return g.who == who; });
  ahead_.erase(who);
  tell_board();
}

void duel_rules::limit_sockets(protocol::role as) {
  const auto most = with_.context.shared.config().duel_max_per_player;
  std::vector<member> mine;
  with_.all.for_each([&](const member& each, const members::place& where) {
    if (where.as == as && where.now != standing::cut)
      mine.push_back(each);
  });
  if (mine.size() <= most)
    return;
  // Numbers of connections grow, over their end if need be.
  std::sort(mine.begin(), mine.end(), [](const member& a, const member& b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a.conn)
                                     - static_cast<std::uint64_t>(b.conn))
           < 0;
  });
  mine.resize(mine.size() - most);
  for (const auto& each : mine) {
    const auto speaks = with_.all.find(each.who.id())->speaks;
    with_.live.cut(each.who.id(), false);
    each.socket->close(protocol::status_of(
      speaks == protocol::dialect::legacy ? protocol::close_reason::normal
                                          : protocol::close_reason::replaced));
  }
}

// -- events -------------------------------------------------------------------

room_rules::reception duel_rules::receive(const protocol::event& e) {
  if (e.type != update_type)
    return reception::passed;
  auto read = protocol::read_duel_update(e.flat);
  if (!read) {
    const auto word = protocol::word_of(protocol::errc::event_without_payload);
    with_.context.home.counters().events_refused.add();
    with_.context.shared.bad_events.add(word);
    log::repeated_warning(
      word, "dialog", "event skipped",
      {{"room", with_.context.room.text()}, {"error", word}});
    return reception::refused;
  }
  if (auto* const at = desk())
    ++at->board().counts.updates;
  if (is_known(*read)) {
    if (auto* const at = desk())
      ++at->board().counts.suppressed;
    return reception::repeated;
  }
  next_ = std::move(read);
  step_aside();
  return reception::passed;
}

void duel_rules::passed(const protocol::event& e,
                        const protocol::cursor* head) {
  if (!next_ || e.type != update_type)
    return;
  step_back(head);
  ++passed_;
  last_ = std::exchange(next_, std::nullopt);
  if (auto* const at = desk())
    at->board().told(duel_, *last_, std::chrono::system_clock::now());
  if (last_->is_over())
    end_all();
}

bool duel_rules::read_old(const protocol::event& e, std::uint64_t seq) {
  if (seq != std::exchange(old_to_, seq) + 1)
    old_.reset(); // what came before this one was not read
  if (e.type != update_type)
    return true;
  auto read = protocol::read_duel_update(e.flat);
  if (!read)
    return false;
  const auto is_repeated = old_ && read->repeats(*old_);
  // Pages end at the head, unless later events were heard live.
  if (passed_ == 0)
    last_ = *read;
  old_ = std::move(read);
  return !is_repeated;
}

void duel_rules::step_aside() {
  for (const auto& [who, known] : ahead_) {
    const auto* where = with_.all.find(who);
    if (where == nullptr || where->now != standing::live
        || !next_->repeats(known))
      continue;
    with_.live.flush_skips(where->as);
    where = with_.all.find(who);
    if (where->now != standing::live)
      continue;
    with_.all.move(who, standing::waiting);
    aside_.push_back(who);
  }
  ahead_.clear();
}

void duel_rules::step_back(const protocol::cursor* head) {
  for (const auto who : std::exchange(aside_, {})) {
    with_.all.move(who, standing::live);
    if (head != nullptr)
      with_.live.pass_over(who);
  }
}

void duel_rules::lost_track() {
  old_to_ = 0; // numbers begin anew
  old_.reset();
  with_.all.for_each([&](const member& each, const members::place& where) {
    const auto who = each.who.id();
    const auto is_guest =
      std::any_of(guests_.begin(), guests_.end(),
                  [who](const guest& g) { return g.who == who; });
    if (where.now == standing::live && !is_guest)
      guests_.push_back({who, want::if_new, question_ + 1});
  });
  ask();
}

// -- the state ----------------------------------------------------------------

void duel_rules::await_state(std::uint64_t who, want what) {
  guests_.push_back({who, what, question_ + 1});
  ask();
}

void duel_rules::ask() {
  if (is_asking_ || desk() == nullptr || guests_.empty())
    return;
  is_asking_ = true;
  ++question_;
  passed_at_ask_ = passed_;
  retry_.reset();
  desk()->state(duel_, [weak = std::weak_ptr{alive_},
                        &loop = with_.context.home.loop()](auto answer) {
    // It comes on any thread, maybe after the room's end.
    loop.post([weak, answer = std::move(answer)] {
      if (const auto alive = weak.lock())
        (*alive)->answered(answer);
    });
  });
}

void duel_rules::answered(const duel_desk::state_answer& answer) {
  using result = duel_desk::state_answer::result;
  is_asking_ = false;
  if (answer.what == result::found)
    serve(answer.state);
  else if (answer.what == result::unknown)
    std::erase_if(guests_,
                  [this](const guest& g) { return g.question <= question_; });
  if (answer.what == result::found || answer.what == result::unknown)
    return ask();
  retry_ = with_.context.home.loop().after(retry, [this] { ask(); });
}

void duel_rules::serve(const duel_state& state) {
  const auto text = protocol::duel_update_text(state.payload);
  const auto news = protocol::read_duel_update(text);
  const auto event = protocol::parse_event(text, {false, true});
  if (!news || !event)
    return guests_.clear();
  const auto is_late = passed_ != passed_at_ask_;
  for (const auto& each : std::exchange(guests_, {})) {
    if (each.question > question_) {
      guests_.push_back(each);
    } else if (!is_late) {
      show(each, *event, *news);
      if (news->is_over())
        end(each.who);
    } else if (!is_known(*news)) {
      // It has heard an event in between, which may be later or not.
      const auto what = std::max(each.what, want::if_new);
      guests_.push_back({each.who, what, question_ + 1});
    }
  }
}

void duel_rules::show(const guest& to, const protocol::event& e,
                      const update& news) {
  const auto* where = with_.all.find(to.who);
  const auto shown = ahead_.find(to.who);
  const auto has_it =
    is_known(news) || (shown != ahead_.end() && news.repeats(shown->second));
  const auto is_wanted =
    to.what == want::always
    || (!has_it && (to.what == want::if_new || news.is_over()));
  if (where == nullptr || where->now != standing::live || !is_wanted)
    return;
  const auto frame =
    where->speaks == protocol::dialect::legacy
      ? protocol::text_frame(protocol::duel_update_text(news.payload))
      : protocol::v1::event_frame(where->speaks, e, nullptr,
                                  std::chrono::system_clock::now());
  if (with_.live.push(to.who, frame) && !is_known(news))
    ahead_.insert_or_assign(to.who, news);
}

// -- the end ------------------------------------------------------------------

void duel_rules::end_all() {
  std::vector<std::uint64_t> live;
  with_.all.for_each([&](const member& each, const members::place& where) {
    if (where.now == standing::live)
      live.push_back(each.who.id());
  });
  for (const auto who : live)
    end(who);
}

void duel_rules::end(std::uint64_t who) {
  const auto* where = with_.all.find(who);
  if (where == nullptr || where->now != standing::live)
    return;
  const auto socket = with_.all.at(*where).socket;
  if (where->speaks == protocol::dialect::legacy)
    socket->send_anyway(
      protocol::text_frame(protocol::duel_closed(with_.context.room.name())));
  with_.live.cut(who, false);
  socket->close(protocol::status_of(protocol::close_reason::normal));
}

std::unique_ptr<room_rules> make_duel_rules(const room_rules::parts& with) {
  return std::make_unique<duel_rules>(with);
}

} // namespace wsgw::actors
