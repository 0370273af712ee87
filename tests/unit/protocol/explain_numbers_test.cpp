#include "protocol/explain.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "explain_world.hpp"

using namespace wsgw::protocol;
using namespace wsgw::protocol::explain;

namespace {

const std::vector<row> numbered{
  {"written", [](scene&) {}, verdict::written},
  {"acknowledged", [](scene& s) { s.at().acked = 43; }, verdict::acked},
  {"acknowledged less", [](scene& s) { s.at().acked = 42; }, verdict::written},
  {"acknowledged, then closed",
   [](scene& s) {
     s.at().acked = 43;
     s.who.closed_at = second(60);
   },
   verdict::acked},
  {"in the outbox",
   [](scene& s) {
     s.at().written = 42;
     s.at().is_drained = false;
   },
   verdict::queued},
  {"in the outbox at the end",
   [](scene& s) {
     s.at().written = 42;
     s.at().is_drained = false;
     s.who.closed_at = second(44);
   },
   verdict::closed_before},
  {"closed first",
   [](scene& s) {
     s.at().queued = s.at().written = 42;
     s.who.closed_at = second(42);
     s.who.close_code = 1001;
   },
   verdict::closed_before},
  {"is being closed",
   [](scene& s) {
     s.at().queued = s.at().written = 42;
     s.at().is_cut = true;
   },
   verdict::closed_before},
  {"lags",
   [](scene& s) {
     s.at().queued = s.at().written = 42;
     s.at().is_lagging = true;
   },
   verdict::lagging},
  {"lags behind it", [](scene& s) { s.at().is_lagging = true; },
   verdict::written},
  {"not read from Redis yet",
   [](scene& s) { s.at().queued = s.at().written = 42; }, verdict::queued,
   nuance::on_its_way},
  {"another audience",
   [](scene& s) { s.event.audience = role_set{role::widget}; },
   verdict::filtered_by_role},
  {"another audience, and it came later",
   [](scene& s) {
     s.event.audience = role_set{role::widget};
     s.at().from.since = 60;
   },
   verdict::filtered_by_role},
  {"joined behind it", [](scene& s) { s.at().from.since = s.at().queued = 43; },
   verdict::joined_later},
  {"joined with it",
   [](scene& s) {
     s.at().from.since = 43;
     s.at().from.how = start::resumed;
   },
   verdict::joined_later, nuance::had_it},
  {"its join is not answered", [](scene& s) { s.who.stretches.clear(); },
   verdict::joined_later, nuance::not_answered},
  {"resumed before it, after it was published",
   [](scene& s) {
     s.at().from.joined_at = second(90);
     s.at().from.how = start::resumed;
   },
   verdict::written},
  {"came back too late",
   [](scene& s) {
     s.at().from.since = 48;
     s.at().from.cursor = 30;
     s.at().from.how = start::trimmed;
   },
   verdict::trimmed},
  {"came back too late, but had it",
   [](scene& s) {
     s.at().from.since = 48;
     s.at().from.cursor = 43;
     s.at().from.how = start::trimmed;
   },
   verdict::joined_later},
  {"a reset was faster",
   [](scene& s) {
     s.at().queued = s.at().written = 42;
     s.add_stretch("m9z", 3, start::reset);
   },
   verdict::trimmed, nuance::by_reset},
  {"written before a reset",
   [](scene& s) { s.add_stretch("m9z", 3, start::reset); }, verdict::written},
  {"queued before a reset that has left",
   [](scene& s) {
     s.at().written = 42;
     s.at().is_drained = false;
     s.add_stretch("m9z", 3, start::reset);
   },
   verdict::written},
  {"queued before a reset that has not left",
   [](scene& s) {
     s.at().written = 42;
     s.at().is_drained = false;
     s.add_stretch("m9z", 3, start::reset);
     s.at().written = 0;
     s.at().is_drained = false;
   },
   verdict::queued},
  {"lost in a hole of the same epoch",
   [](scene& s) {
     s.at().queued = s.at().written = 42;
     s.add_stretch("k3x", 48, start::trimmed);
   },
   verdict::trimmed, nuance::by_reset},
  {"pulled from before its join",
   [](scene& s) {
     s.at().from.since = 48;
     s.at().from.add_pull(40, 45);
   },
   verdict::written},
  {"an epoch that has ended, which it never saw",
   [](scene& s) {
     s.at().from.epoch = mark_of_epoch("m9z");
     s.at().from.joined_at = second(50);
   },
   verdict::joined_later},
  {"an epoch that its node has not reached",
   [](scene& s) { s.at().from.epoch = mark_of_epoch("a1b"); }, verdict::queued,
   nuance::on_its_way},
  {"a node without a log that never got it",
   [](scene& s) {
     s.what.is_shared = false;
     s.event.node = "n2";
     s.at().from.epoch = mark_of_epoch("a1b");
   },
   verdict::not_published, nuance::never_came},
};

} // namespace

TEST_SUITE("protocol/explain") {

  TEST_CASE("an event with a number is judged by positions") {
    check_rows(numbered);
  }
}
