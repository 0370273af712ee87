#include "protocol/explain_answer.hpp"

#include "protocol/timestamp.hpp"

#include <algorithm>

namespace wsgw::protocol::explain {

namespace {

bool is_delivered(const event_fact& e) { return e.what != fate::duplicate; }

/// The event that is meant: a number, or an arrival without one.
struct target {
  std::uint32_t epoch = 0;
  std::uint64_t seq = 0;
  bool has_number = true;
};

class judge_of_all {
public:
  explicit judge_of_all(findings from)
      : from_(std::move(from)), result_{from_.asked} {
    result_.silent = from_.silent;
    for (const auto& node : from_.nodes)
      result_.nodes.emplace_back(node.node, node.since);
    if (!from_.asked.seq)
      choose_latest();
  }

  answer run() {
    for (const auto& node : from_.nodes) {
      const auto what = subject_for(node);
      is_ahead_ = is_ahead_ && what.now == subject::standing::ahead;
      show(what.event);
      for (const auto& who : node.connections)
        add(judge(what, who), who, what.event);
    }
    if (from_.log)
      show(log_event());
    if (result_.lines.empty())
      add_absent();
    add_others();
    add_doubts();
    return std::move(result_);
  }

private:
  bool is_shared() const { return from_.log || !from_.log_error.empty(); }

  // -- which event ------------------------------------------------------------

  /// By id: the latest of all that were delivered.
  void choose_latest() {
    const event_fact* best = nullptr;
    const auto consider = [&](const event_fact& e) {
      if (is_delivered(e) && (best == nullptr || is_later(e, *best)))
        best = &e;
    };
    for (const auto& node : from_.nodes)
      for (const auto& e : node.events)
        consider(e);
    if (from_.log)
      for (const auto& e : from_.log->events)
        consider(e);
    latest_ = best;
  }

  bool is_later(const event_fact& a, const event_fact& b) const {
    if (a.epoch != b.epoch && from_.log
        && mark_of_epoch(from_.log->epoch) == a.epoch)
      return true;
    if (a.epoch == b.epoch && a.has_number() && b.has_number())
      return a.seq > b.seq;
    return a.at > b.at;
  }

  std::optional<target> target_for(const node_fact& node) const {
    const auto& asked = from_.asked;
    if (asked.seq)
      return target{epoch_for(node), *asked.seq};
    if (latest_ != nullptr && is_shared() && latest_->has_number())
      return target{latest_->epoch, latest_->seq};
    // Every node has numbers of its own, if any.
    for (auto it = node.events.rbegin(); it != node.events.rend(); ++it)
      if (is_delivered(*it))
        return target{it->epoch, it->seq, it->has_number()};
    if (latest_ == nullptr)
      return std::nullopt;
    return target{latest_->epoch, latest_->seq, latest_->has_number()};
  }

  /// The epoch that a number without one means at this node.
  std::uint32_t epoch_for(const node_fact& node) const {
    if (!from_.asked.epoch.empty())
      return mark_of_epoch(from_.asked.epoch);
    if (from_.log && !from_.log->epoch.empty())
      return mark_of_epoch(from_.log->epoch);
    if (!node.epoch.empty())
      return mark_of_epoch(node.epoch);
    if (!node.events.empty())
      return node.events.back().epoch;
    std::uint32_t latest = 0;
    for (const auto& who : node.connections)
      if (!who.stretches.empty())
        latest = who.stretches.back().from.epoch;
    return latest;
  }

  static const event_fact* find(const std::vector<event_fact>& in,
                                const target& which, bool is_repeat = false) {
    for (auto it = in.rbegin(); it != in.rend(); ++it)
      if (is_delivered(*it) != is_repeat && it->epoch == which.epoch
          && it->seq == which.seq && it->has_number() == which.has_number)
        return &*it;
    return nullptr;
  }

  /// As `node` knows it, else the log, else anybody.
  const event_fact* event_for(const node_fact& node,
                              const target& which) const {
    if (const auto* own = find(node.events, which))
      return own;
    // Elsewhere its arrival is known, in the log only its place.
    for (const auto& other : from_.nodes)
      if (const auto* theirs = find(other.events, which))
        return theirs;
    return from_.log ? find(from_.log->events, which) : nullptr;
  }

  const event_fact* log_event() const {
    if (from_.nodes.empty())
      return nullptr;
    const auto which = target_for(from_.nodes.front());
    return which ? find(from_.log->events, *which) : nullptr;
  }

  // -- what is known of it ----------------------------------------------------

  subject subject_for(const node_fact& node) const {
    subject what;
    what.is_shared = is_shared();
    for (const auto& e : node.events)
      if (e.what == fate::duplicate)
        what.repeats.push_back(e.at);
    const auto which = target_for(node);
    if (!which) {
      if (!what.repeats.empty())
        what.now = subject::standing::known;
      return what;
    }
    what.seq = which->seq;
    what.epoch = which->epoch;
    if (find(node.events, *which, true) != nullptr) {
      what.now = subject::standing::known;
      return what;
    }
    what.event = event_for(node, *which);
    const auto [head, is_present] = head_of(node, which->epoch);
    what.is_present = is_present;
    if (what.event != nullptr)
      what.now = subject::standing::known;
    else if (which->epoch != 0 && (!is_present || what.seq <= head))
      what.now = subject::standing::forgotten;
    else if (which->epoch != 0)
      what.now = subject::standing::ahead;
    return what;
  }

  /// The highest number seen in an epoch, and whether it goes on.
  std::pair<std::uint64_t, bool> head_of(const node_fact& node,
                                         std::uint32_t epoch) const {
    std::uint64_t head = 0;
    bool is_present = false;
    const auto hear = [&](const std::string& of, std::uint64_t at) {
      if (mark_of_epoch(of) != epoch)
        return;
      head = std::max(head, at);
      is_present = true;
    };
    if (from_.log)
      hear(from_.log->epoch, from_.log->head);
    else if (!is_shared())
      hear(node.epoch, node.head);
    if (!from_.log && is_shared())
      for (const auto& each : from_.nodes)
        hear(each.epoch, each.head);
    return {head, is_present};
  }

  // -- the answer -------------------------------------------------------------

  void show(const event_fact* e) {
    if (e == nullptr)
      return;
    const auto is_known = std::any_of(
      result_.events.begin(), result_.events.end(),
      [e](const event_fact& known) { return known.node == e->node; });
    if (!is_known)
      result_.events.push_back(*e);
  }

  void add(finding what, const std::optional<connection_fact>& who,
           const event_fact* event) {
    ++result_.counts[static_cast<std::size_t>(what.is)];
    line fresh{what, who, std::nullopt};
    if (event != nullptr)
      fresh.event = *event;
    result_.lines.push_back(std::move(fresh));
  }

  void add_absent() {
    const node_fact nobody{};
    const auto& node = from_.nodes.empty() ? nobody : from_.nodes.front();
    auto what = subject_for(node);
    // Another node may know what this one never heard of.
    for (const auto& other : from_.nodes)
      if (what.event == nullptr)
        what = subject_for(other);
    add(judge_absent(what, from_.asked), std::nullopt, what.event);
  }

  void add_others() {
    const auto note = [this](const event_fact& e) {
      const auto is_meant = std::any_of(
        result_.events.begin(), result_.events.end(), [&](const event_fact& m) {
          return m.epoch == e.epoch && m.seq == e.seq;
        });
      if (e.has_number() && !is_meant
          && std::find(result_.also.begin(), result_.also.end(), e.seq)
               == result_.also.end())
        result_.also.push_back(e.seq);
    };
    for (const auto& node : from_.nodes)
      for (const auto& e : node.events)
        note(e);
    if (from_.log)
      for (const auto& e : from_.log->events)
        note(e);
    std::sort(result_.also.begin(), result_.also.end());
  }

  // -- doubts -----------------------------------------------------------------

  void doubt(std::string why) { result_.doubts.push_back(std::move(why)); }

  std::optional<time_point> arrival() const {
    std::optional<time_point> first;
    for (const auto& e : result_.events)
      if (e.at != time_point{})
        first = first ? std::min(*first, e.at) : e.at;
    return first;
  }

  void add_doubts() {
    for (const auto& node : from_.silent)
      doubt("Node " + node + " did not answer.");
    if (!from_.bus_error.empty())
      doubt("Other nodes could not be asked: " + from_.bus_error + ".");
    if (!from_.log_error.empty())
      doubt("The log could not be read: " + from_.log_error + ".");
    if (result_.events.empty() && !from_.asked.seq && from_.log
        && !from_.log->is_searched)
      doubt("Only the latest events of the log were searched.");
    const auto at = arrival();
    for (const auto& node : from_.nodes) {
      if (node.is_truncated)
        doubt("Node " + node.node + " has more connections than are listed.");
      // Not even the log has all: it never knew what had no number.
      const auto is_missing = !at && !is_ahead_;
      if (is_missing || (at && node.since > *at))
        doubt("Node " + node.node + " remembers nothing before "
              + rfc3339(node.since) + ".");
    }
    for (const auto& e : result_.events)
      if (!e.knows_missed)
        doubt("Node " + e.node
              + " has forgotten which connections the event was not sent to.");
  }

  findings from_;
  answer result_;
  const event_fact* latest_ = nullptr;
  bool is_ahead_ = true; ///< no node's room has got so far
};

} // namespace

answer make_answer(findings from) {
  return judge_of_all{std::move(from)}.run();
}

} // namespace wsgw::protocol::explain
