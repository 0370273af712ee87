#include "actors/duel_poll.hpp"

#include <utility>

namespace wsgw::actors {

duel_poll::duel_poll(hub& shared, transport::event_loop& loop,
                     duel_updates& updates)
    : shared_(shared), loop_(loop), updates_(updates) {}

void duel_poll::start() {
  is_running_ = true;
  next_sync_ = loop_.now() + shared_.config().duel_full_sync_interval;
  tick();
}

void duel_poll::stop() {
  is_running_ = false;
  timer_.reset();
}

void duel_poll::tick() {
  const auto& config = shared_.config();
  timer_ = loop_.after(config.duel_sync_interval, [this] { tick(); });
  for (const auto& [id, fingerprint] : suspects_)
    look(id);
  if (loop_.now() < next_sync_)
    return;
  next_sync_ = loop_.now() + config.duel_full_sync_interval;
  look_at_next();
}

void duel_poll::look_at_next() {
  const auto most = shared_.config().duel_full_sync_batch;
  const auto rows = shared_.duels->board().rows(last_, most);
  for (const auto& row : rows)
    if (!suspects_.contains(row.duel_id))
      look(row.duel_id);
  last_ = rows.size() < most ? 0 : rows.back().duel_id;
}

void duel_poll::look(std::int64_t duel_id) {
  shared_.duels->state(duel_id, [this, duel_id](auto answer) {
    loop_.post([this, duel_id, answer = std::move(answer)] {
      if (is_running_)
        compare(duel_id, answer);
    });
  });
}

void duel_poll::compare(std::int64_t duel_id,
                        const duel_desk::state_answer& answer) {
  auto& board = shared_.duels->board();
  if (answer.what == duel_desk::state_answer::result::found)
    board.seen(answer.state); // what is read first is no change
  const auto row = board.find(duel_id);
  const auto now = answer.what == duel_desk::state_answer::result::found
                     ? protocol::fingerprint_of(answer.state.payload)
                     : std::string{};
  if (!row || now.empty() || now == row->fingerprint) {
    suspects_.erase(duel_id);
    return;
  }
  const auto known = suspects_.find(duel_id);
  if (known == suspects_.end() || known->second != now) {
    suspects_[duel_id] = now;
    return;
  }
  suspects_.erase(known);
  auto& polls = board.counts.polls;
  updates_.noticed(answer.state, [&polls](duel_updates::outcome what) {
    // What failed still differs at the next look.
    if (what == duel_updates::outcome::settled)
      polls.fetch_add(1, std::memory_order_relaxed);
  });
}

} // namespace wsgw::actors
