#pragma once

#include "protocol/log_follower.hpp"
#include "tests/support/model_log.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <variant>

namespace wsgw::tests {

/// A log, its follower, and what the follower put out, as words: `open k:2`,
/// `3` (a delivery), `reset trimmed k:4`, `history 0 1-3`.
struct followed {
  model_log log;
  protocol::log_follower follower;
  std::string said;
  std::size_t reads = 0;

  std::string publish(int count = 1) {
    std::string last;
    for (; count != 0; --count)
      last = log.publish(R"({"n":)" + std::to_string(++published) + "}");
    return last;
  }

  void hear(const std::string& text) { follower.live(log.head(), text); }
  void publish_live(int count = 1) {
    for (; count != 0; --count)
      hear(publish());
  }

  /// Redis answers until nothing more is asked.
  void settle() {
    while (const auto request = follower.next_request())
      answer(*request);
  }

  void answer(const protocol::log_follower::request& request) {
    if (std::holds_alternative<protocol::log_follower::open_request>(request))
      return follower.on_opened(log.head());
    if (const auto* renew =
          std::get_if<protocol::log_follower::renew_request>(&request))
      return follower.on_renewed(log.renew(renew->epoch));
    const auto& read = std::get<protocol::log_follower::read_request>(request);
    ++reads;
    follower.on_page(log.read(read.after, read.count));
  }

  /// What was said since the last time, without the epoch's number.
  std::string news() {
    settle();
    for (auto& each : follower.take())
      std::visit([this](const auto& what) { say(what); }, each);
    return std::exchange(said, {});
  }

  void open_at(int seq) {
    publish(seq);
    news();
  }

private:
  void add(const std::string& words) {
    said += (said.empty() ? "" : ", ") + words;
  }
  void say(const protocol::log_follower::opened& o) {
    add("open " + std::to_string(o.at.seq));
  }
  void say(const protocol::log_follower::delivery& d) {
    add(std::to_string(d.what.seq));
  }
  void say(const protocol::log_follower::reset& r) {
    add("reset " + std::string{to_string(r.why)} + ' '
        + std::to_string(r.at.seq));
  }
  void say(const protocol::log_follower::history& h) {
    add("history " + std::to_string(h.after));
    if (!h.events.empty())
      said += ' ' + std::to_string(h.events.front().seq) + '-'
              + std::to_string(h.events.back().seq);
  }

  int published = 0;
};

} // namespace wsgw::tests
