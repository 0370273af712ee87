#include "actors/replay.hpp"

#include "protocol/v1_message.hpp"

#include <algorithm>
#include <utility>

namespace wsgw::actors {

namespace {

namespace v1 = protocol::v1;

/// Adds items while they fit.
class planner {
public:
  planner(const protocol::event_log& source, const replay_reader& reader,
          std::uint64_t after)
      : source_(source), reader_(reader) {
    plan_.to = after;
  }

  bool add_skip(std::uint64_t to) {
    return add(v1::skip_frame(reader_.speaks, plan_.to, at(to)), to, false);
  }

  bool add_event(const protocol::frame& replay, std::uint64_t seq) {
    if (plan_.events == reader_.events)
      return false;
    const auto fits =
      add(reader_.speaks == protocol::dialect::sse ? v1::as_sse(replay, at(seq))
                                                   : replay,
          seq, true);
    plan_.events += fits ? 1 : 0;
    return fits;
  }

  replay_plan take() { return std::move(plan_); }

private:
  protocol::cursor at(std::uint64_t seq) const {
    return {source_.head().epoch, seq};
  }

  bool add(protocol::frame what, std::uint64_t seq, bool is_event) {
    const auto size = what->size();
    if (size > reader_.bytes - used_
        && !(reader_.takes_one && plan_.items.empty()))
      return false;
    used_ = std::min(reader_.bytes, used_ + size);
    plan_.items.push_back({std::move(what), seq, is_event});
    plan_.to = seq;
    return true;
  }

  const protocol::event_log& source_;
  const replay_reader& reader_;
  replay_plan plan_;
  std::size_t used_ = 0;
};

} // namespace

replay_plan plan_replay(protocol::event_log& source, std::uint64_t after,
                        const replay_reader& reader) {
  planner plan{source, reader, after};
  const auto head = source.head().seq;
  std::uint64_t skipped = 0; // up to here nothing is for this reader
  for (auto seq = after + 1; seq <= head; ++seq) {
    const auto& entry = source.at(seq);
    if (!entry.live || !entry.audience.contains(reader.as)) {
      skipped = seq;
      continue;
    }
    if (skipped != 0 && !plan.add_skip(skipped))
      return plan.take();
    skipped = 0;
    if (!plan.add_event(source.replay_of(seq), seq))
      return plan.take();
  }
  if (skipped != 0)
    plan.add_skip(skipped);
  return plan.take();
}

} // namespace wsgw::actors
