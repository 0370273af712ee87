#pragma once

#include "protocol/explain_answer.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Facts that tests of `explain` begin with.
namespace wsgw::protocol::explain {

inline time_point second(int n) {
  return time_point{std::chrono::seconds{1'757'156'400 + n}};
}

inline question asked_for(std::uint64_t seq) {
  question asked{*room_id::parse("dialog:10")};
  asked.seq = seq;
  return asked;
}

/// The durable event 43, published at second 43, for everybody.
inline event_fact event_43(std::string node = "n1") {
  event_fact e;
  e.seq = 43;
  e.epoch = mark_of_epoch("k3x");
  e.audience = role_set::all();
  e.at = second(43);
  e.message_id = "7";
  e.node = std::move(node);
  return e;
}

/// A v1 admin that joined at second 40 behind 40 and has all up to 50.
inline connection_fact reader(std::string node = "n1") {
  connection_fact who;
  who.conn = "7f3a";
  who.speaks = dialect::v1;
  who.user_id = "5";
  who.node = std::move(node);
  stretch at;
  at.from.joined_at = second(40);
  at.from.since = 40;
  at.from.epoch = mark_of_epoch("k3x");
  at.queued = at.written = 50;
  at.is_drained = true;
  who.stretches.push_back(at);
  return who;
}

/// A node whose room is at k3x:50.
inline node_fact node_of(std::string name = "n1") {
  node_fact node;
  node.node = std::move(name);
  node.epoch = "k3x";
  node.head = 50;
  node.since = second(0);
  return node;
}

/// An event and a connection, and what is judged.
struct scene {
  event_fact event = event_43();
  connection_fact who = reader();
  subject what;

  scene() {
    what.now = subject::standing::known;
    what.seq = 43;
    what.epoch = event.epoch;
    what.is_shared = true;
  }

  stretch& at() { return who.stretches.back(); }
  void without_number(fate as) {
    event.what = as;
    event.seq = 42;
  }
  void add_stretch(std::string_view epoch, std::uint64_t since, start how) {
    auto next = at();
    next.from.epoch = mark_of_epoch(epoch);
    next.from.since = since;
    next.from.how = how;
    next.queued = next.written = since;
    who.stretches.push_back(next);
  }
  finding verdict() {
    what.event = &event;
    return judge(what, who);
  }
};

struct row {
  std::string_view name;
  std::function<void(scene&)> change;
  verdict is;
  nuance why = nuance::none;
};

/// Every row's verdict is the one it says.
inline void check_rows(const std::vector<row>& rows) {
  for (const auto& row : rows) {
    scene s;
    row.change(s);
    const auto got = s.verdict();
    CAPTURE(row.name);
    CHECK(to_string(got.is) == to_string(row.is));
    CHECK(static_cast<int>(got.why) == static_cast<int>(row.why));
  }
}

} // namespace wsgw::protocol::explain
