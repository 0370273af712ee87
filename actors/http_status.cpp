#include "actors/http_status.hpp"

#include "actors/build_info.hpp"
#include "actors/metrics.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace wsgw::actors {

namespace {

using namespace std::chrono_literals;

/// A loop that has not run a posted function for so long is stuck. Much more
/// than any turn takes: `/live` must fail slowly.
constexpr auto stuck_after = 10s;

std::string_view word_of(source_status::state state) {
  switch (state) {
  case source_status::state::connecting:
    return "connecting";
  case source_status::state::ready:
    return "ready";
  case source_status::state::down:
    break;
  }
  return "down";
}

/// Replies are copied into callbacks; the request must survive until then.
template <class F>
auto sharing(page_request request, F answer) {
  return [kept = std::make_shared<page_request>(std::move(request)),
          answer](const protocol::census& people) {
    kept->respond(json_response(answer(people)));
  };
}

} // namespace

protocol::source_facts source_facts_of(const hub& shared) {
  const auto status = shared.source();
  return {status.source == source_status::kind::redis, word_of(status.now),
          status.reason, status.reconnects};
}

protocol::stats_facts
stats_facts_of(hub& shared, const protocol::census& people,
               std::chrono::system_clock::time_point now) {
  const auto attempts = shared.attempts();
  protocol::stats_facts facts;
  facts.now = now;
  facts.people = people;
  facts.connection_limit = shared.connection_limit;
  facts.limited_addresses = attempts.limited;
  facts.tracked_addresses = attempts.addresses;
  facts.attempts_per_address = shared.config().rate_limit_per_ip;
  facts.attempt_window = shared.config().rate_limit_window;
  facts.pending_events = shared.inflight_events.load();
  for (auto* one : shared.shards)
    facts.processed_events += one->counters().events_in.get();
  return facts;
}

bool is_ready(const hub& shared) {
  return source_facts_of(shared).is_ready() && !shared.draining.load();
}

status_pages::status_pages(hub& shared, const clocks& time)
    : shared_(shared), time_(time), census_(shared) {}

void status_pages::health(page_request request) {
  census_.take(time_.steady(),
               sharing(std::move(request), [this](const auto& people) {
                 return protocol::encode_health(
                   {time_.wall(), shared_.started_at, build_info::version,
                    source_facts_of(shared_), people});
               }));
}

void status_pages::send_probe(std::size_t i,
                              std::chrono::steady_clock::time_point now) {
  probes_[i] = {true, now};
  shared_.shards[i]->loop().post([this, i] {
    std::lock_guard lock{mutex_};
    probes_[i].is_out = false;
  });
}

std::vector<protocol::shard_pulse> status_pages::take_pulse() {
  const auto now = time_.steady();
  std::vector<protocol::shard_pulse> pulses;
  std::lock_guard lock{mutex_};
  probes_.resize(shared_.shards.size());
  for (std::size_t i = 0; i < probes_.size(); ++i) {
    protocol::shard_pulse pulse;
    if (probes_[i].is_out) {
      const auto age = now - probes_[i].sent;
      pulse.waiting = std::chrono::floor<std::chrono::milliseconds>(age);
      pulse.is_stuck = age >= stuck_after;
    } else {
      send_probe(i, now);
    }
    pulses.push_back(pulse);
  }
  return pulses;
}

void status_pages::live(page_request request) {
  const auto pulses = take_pulse();
  const auto stuck = std::any_of(pulses.begin(), pulses.end(),
                                 [](const auto& p) { return p.is_stuck; });
  request.respond(
    json_response(protocol::encode_liveness(pulses), stuck ? 503 : 200));
}

void status_pages::ready(page_request request) {
  request.respond(
    json_response(protocol::encode_readiness(source_facts_of(shared_),
                                             shared_.draining.load()),
                  is_ready(shared_) ? 200 : 503));
}

void status_pages::stats(page_request request) {
  census_.take(time_.steady(),
               sharing(std::move(request), [this](const auto& people) {
                 return protocol::encode_stats(
                   stats_facts_of(shared_, people, time_.wall()));
               }));
}

void status_pages::websocket_health(page_request request) {
  census_.take(time_.steady(),
               sharing(std::move(request), [this](const auto& people) {
                 return protocol::encode_websocket_health(
                   stats_facts_of(shared_, people, time_.wall()));
               }));
}

void status_pages::bridge_health(page_request request) {
  request.respond(json_response(
    protocol::encode_bridge_health(source_facts_of(shared_), time_.wall())));
}

void status_pages::metrics(page_request request) {
  auto response = json_response(metrics_text(shared_, time_.steady()));
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  request.respond(std::move(response));
}

} // namespace wsgw::actors
