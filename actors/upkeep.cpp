#include "actors/upkeep.hpp"

#include "actors/log.hpp"

#include <caf/send.hpp>

#include <utility>

namespace wsgw::actors {

namespace {

using namespace std::chrono_literals;

/// Between two looks at what may have to be said.
constexpr auto pause_at_start = 20ms;
constexpr auto longest_pause = 250ms;
/// Between two lines of status.
constexpr auto status_interval = 5s;

std::string source_text(const source_status& source) {
  if (source.source == source_status::kind::embedded)
    return "events of this process only";
  switch (source.now) {
  case source_status::state::connecting:
    return "connecting to Redis";
  case source_status::state::ready:
    return "Redis is connected";
  case source_status::state::down:
    break;
  }
  return "Redis is away: " + source.reason;
}

} // namespace

upkeep::upkeep(hub& shared, const supervisor& service, reloader& configuration,
               std::string address)
    : shared_(shared), service_(service), configuration_(configuration),
      address_(std::move(address)) {
  for (auto* each : shared.shards)
    pulse_.watch("shard " + std::to_string(each->index()),
                 [each](auto answer) { each->loop().post(std::move(answer)); });
  pulse_.watch("broadcaster", [this](auto answer) {
    caf::anon_send(shared_.broadcaster, messages::pulse{std::move(answer)});
  });
}

int upkeep::run(const sigset_t& signals) {
  for (;;) {
    // Without a service manager there is nothing to do between signals.
    const auto pause = std::chrono::duration_cast<std::chrono::nanoseconds>(
      is_ready_ ? longest_pause : pause_at_start);
    const timespec most{0, pause.count()};
    const auto signal = service_.is_there()
                          ? sigtimedwait(&signals, nullptr, &most)
                          : sigwaitinfo(&signals, nullptr);
    if (signal == SIGHUP)
      reload();
    else if (signal > 0)
      return signal;
    if (service_.is_there())
      tick(clock::now());
  }
}

void upkeep::reload() {
  if (is_ready_)
    service_.reloading();
  configuration_.reload();
  if (is_ready_)
    service_.ready(said_ = status());
}

void upkeep::tick(clock::time_point now) {
  if (!is_ready_)
    say_ready(now);
  else
    say_status(now);
  if (service_.watchdog() && now >= next_beat_)
    beat(now);
}

/// Clients are served from the start; but whoever waits for us wants to know
/// whether events come, or why not.
void upkeep::say_ready(clock::time_point now) {
  if (shared_.source().now == source_status::state::connecting)
    return;
  is_ready_ = true;
  next_status_ = now + status_interval;
  service_.ready(said_ = status());
}

void upkeep::say_status(clock::time_point now) {
  if (now < next_status_)
    return;
  next_status_ = now + status_interval;
  auto text = status();
  if (text == said_)
    return;
  said_ = std::move(text);
  service_.status(said_);
}

void upkeep::beat(clock::time_point now) {
  next_beat_ = now + *service_.watchdog() / 4;
  const auto turns = pulse_.beat();
  if (turns)
    service_.alive();
  if (turns == is_silent_) {
    is_silent_ = !turns;
    if (is_silent_)
      log::error("main", "no answer, the watchdog is not fed",
                 {{"from", pulse_.silent()}});
    else
      log::warning("main", "all answer again, the watchdog is fed");
  }
}

std::string upkeep::status() const {
  const auto connections =
    shared_.connections.load() + shared_.inbox_connections.load();
  return "Serving " + std::to_string(connections) + " connections on "
         + address_ + "; " + source_text(shared_.source());
}

} // namespace wsgw::actors
