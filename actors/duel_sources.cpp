#include "actors/duel_sources.hpp"

#include "actors/backend_duels.hpp"
#include "actors/log.hpp"
#include "actors/memory_duels.hpp"
#include "transport/beast_http_client.hpp"
#include "transport/shard_loop.hpp"

#include <algorithm>
#include <future>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace wsgw::actors {

namespace {

/// WEBSOCKET_EVENTS_PATH, a comma-separated list.
std::vector<std::string> folders_of(std::string_view list) {
  std::vector<std::string> folders;
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    auto one = list.substr(0, end);
    one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
    one = one.substr(0, one.find_last_not_of(' ') + 1);
    if (!one.empty())
      folders.emplace_back(one);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return folders;
}

} // namespace

duel_sources::duel_sources(hub& shared,
                           const std::vector<redis_fleet::place>& places)
    : shared_(shared), loop_(*places.front().loop), updates_(shared) {
  const auto& config = shared.config();
  if (config.duel_secret.empty())
    return;
  if (config.redis_url.empty())
    memory_ = std::make_unique<memory_duels>(loop_);
  else
    // The configuration has refused a malformed list already.
    redis_ = std::make_unique<redis_duels>(
      std::get<std::vector<transport::redis_endpoint>>(
        transport::parse_redis_urls(config.redis_url)),
      places);
  shared.duels = memory_.get();
  if (redis_)
    shared.duels = redis_.get();
  if (!config.duel_state_url.empty()) {
    client_ = transport::make_http_client(loop_);
    backend_ =
      std::make_unique<backend_duels>(shared, loop_, *client_, *shared.duels);
    shared.duels = backend_.get();
  }
  watch_folders();
}

duel_sources::~duel_sources() { shared_.duels = nullptr; }

void duel_sources::watch_folders() {
  const auto& config = shared_.config();
  transport::signal_watch::options wanted;
  wanted.folders = folders_of(config.duel_events_path);
  wanted.rescan = config.duel_poll_interval;
  wanted.min_interval = config.duel_forced_min_interval;
  // A backend that publishes by itself needs nobody to look.
  if (!wanted.folders.empty() || backend_)
    poll_ = std::make_unique<duel_poll>(shared_, loop_, updates_);
  if (wanted.folders.empty())
    return;
  watch_ = std::make_unique<transport::signal_watch>(
    std::move(wanted),
    transport::signal_watch::callbacks{
      [this](auto file) { on_signal(std::move(file)); },
      [](const auto& folder, const auto& problem) {
        if (problem.empty())
          log::info("duels", "signals are taken", {{"folder", folder}});
        else
          log::warning("duels", "signals cannot be taken",
                       {{"folder", folder}, {"reason", problem}});
      }});
}

void duel_sources::on_signal(transport::signal_file file) {
  const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(
    std::chrono::system_clock::now() - file.written);
  updates_.signalled(file.id, std::move(file.version), std::move(file.key), age,
                     [this, id = file.id](duel_updates::outcome what) {
                       if (what == duel_updates::outcome::settled)
                         watch_->done(id);
                       else
                         watch_->failed(id);
                     });
}

void duel_sources::start() {
  if (redis_)
    redis_->start();
  if (poll_)
    loop_.post([this] { poll_->start(); });
  if (watch_)
    watch_->start();
}

void duel_sources::stop() {
  if (watch_)
    watch_->stop();
  if (poll_) {
    std::promise<void> stopped;
    loop_.post([this, &stopped] {
      poll_->stop();
      stopped.set_value();
    });
    stopped.get_future().wait();
  }
  if (redis_)
    redis_->stop();
}

} // namespace wsgw::actors
