#include "actors/serve.hpp"

#include "actors/authoriser.hpp"
#include "actors/broadcaster.hpp"
#include "actors/http_api.hpp"
#include "actors/log.hpp"
#include "actors/redis_source.hpp"
#include "actors/router.hpp"
#include "actors/socket_gateway.hpp"
#include "transport/beast_http_client.hpp"
#include "transport/listener.hpp"
#include "transport/shard_loop.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <future>
#include <sys/resource.h>
#include <thread>
#include <utility>

namespace wsgw::actors {

namespace {

using namespace std::chrono_literals;

/// Descriptors that are not client sockets: listeners, Redis, logs, files.
constexpr std::size_t reserved_descriptors = 128;

/// Actors without sockets have nothing to wait for: this, or half of
/// WS_SHUTDOWN_TIMEOUT if that is less.
constexpr std::chrono::milliseconds actors_end_within{2'000};
constexpr std::chrono::milliseconds least_time_for_actors{100};

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

/// Raises the open-file limit as far as the system allows; returns it.
std::size_t raise_open_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

std::string what_of(const std::exception_ptr& why) {
  try {
    std::rethrow_exception(why);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "unknown exception";
  }
}

/// The whole running program, in the order in which it has to be destroyed
/// (last member first; the actor system goes before the shards it runs on, and
/// the hub outlives what unfinished work of the loops still holds).
class gateway {
public:
  explicit gateway(const settings& config);
  ~gateway();

  void run_loops();
  /// Binds the port and accepts; false (and a log line) when that fails.
  bool open();
  /// Closes every socket with 1012.
  void close_sockets(const sigset_t& signals);
  /// Ends all actors. Call it last, in any case.
  void end_actors();

private:
  void make_shards();
  void spawn_actors();
  void choose_source();
  void ask_to_close();

  std::chrono::milliseconds time_for_actors() const;

  hub hub_;
  caf::actor_system_config caf_config_;
  std::vector<std::unique_ptr<transport::shard_loop>> loops_;
  std::vector<std::unique_ptr<shard>> shards_;
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<transport::http_client> backend_;
  std::unique_ptr<redis_source> redis_;
  std::unique_ptr<http_api> api_;
  std::unique_ptr<socket_gateway> sockets_;
  std::unique_ptr<transport::listener> listener_;
  std::vector<std::thread> threads_;
};

gateway::gateway(const settings& config) : hub_(config) {
  // Nothing of ours runs on CAF's own scheduler; one idle worker suffices.
  caf_config_.set("scheduler.max-threads", 1);
  system_ = std::make_unique<caf::actor_system>(caf_config_);
  const auto files = raise_open_files();
  const auto usable =
    files > reserved_descriptors ? files - reserved_descriptors : 1;
  hub_.connection_limit =
    config.max_total_connections == 0 ? usable : config.max_total_connections;
  if (hub_.connection_limit > usable)
    log::warning("main", "open-file limit below WS_MAX_TOTAL_CONNECTIONS",
                 {{"open_files", files}, {"limit", hub_.connection_limit}});
  make_shards();
  spawn_actors();
  choose_source();
  api_ = std::make_unique<http_api>(hub_);
  sockets_ = std::make_unique<socket_gateway>(hub_, *api_);
}

void gateway::make_shards() {
  const auto wanted = hub_.config.shards != 0
                        ? hub_.config.shards
                        : std::max(1U, std::thread::hardware_concurrency());
  for (std::size_t i = 0; i < wanted; ++i) {
    loops_.push_back(std::make_unique<transport::shard_loop>());
    shards_.push_back(std::make_unique<shard>(*system_, *loops_[i], i));
    hub_.shards.push_back(shards_[i].get());
    loops_[i]->on_failure([home = shards_[i].get()](std::exception_ptr why) {
      home->counters().exceptions.add();
      log::repeated_warning("exception", "loop", "callback threw",
                            {{"what", what_of(why)}});
    });
  }
}

void gateway::spawn_actors() {
  auto& first = *shards_.front();
  hub_.broadcaster = spawn_pinned(first, broadcaster, &hub_, &first);
  for (auto& home : shards_)
    hub_.routers.push_back(spawn_pinned(*home, router, &hub_, home.get()));
  if (hub_.config.auth_url.empty())
    return;
  backend_ = transport::make_http_client(*loops_.front());
  hub_.authoriser =
    spawn_pinned(first, authoriser, &hub_, &first, backend_.get());
}

void gateway::choose_source() {
  const auto& url = hub_.config.redis_url;
  if (url.empty()) {
    hub_.set_source({source_status::kind::embedded,
                     source_status::state::ready,
                     {},
                     0,
                     std::chrono::system_clock::now()});
    hub_.publish = [this](const protocol::room_id& room, std::string json,
                          hub::published done) {
      messages::ingest batch;
      batch.events.push_back(
        {room, std::move(json), {}, credit{hub_.inflight_events}});
      caf::anon_send(hub_.broadcaster, std::move(batch));
      done({});
    };
    return;
  }
  // The configuration has refused a malformed URL already.
  redis_ = std::make_unique<redis_source>(
    hub_, *shards_.front(), *loops_.front(),
    std::get<transport::redis_endpoint>(transport::parse_redis_url(url)));
  hub_.publish = [this](const protocol::room_id& room, std::string json,
                        hub::published done) {
    loops_.front()->post(
      [this, room, json = std::move(json), done = std::move(done)]() mutable {
        redis_->publish(room, std::move(json), std::move(done));
      });
  };
  loops_.front()->post([this] { redis_->start(); });
}

bool gateway::open() {
  std::vector<transport::shard_loop*> loops;
  for (auto& loop : loops_)
    loops.push_back(loop.get());
  transport::http_limits limits;
  limits.handshake_timeout = hub_.config.handshake_timeout;
  listener_ = std::make_unique<transport::listener>(loops, *sockets_, limits);
  const auto& [host, port] = std::pair{hub_.config.host, hub_.config.port};
  if (const auto error = listener_->open(host, port)) {
    const auto reason = error.message();
    log::error("main", "cannot listen",
               {{"host", host}, {"port", port}, {"reason", reason}});
    return false;
  }
  listener_->start();
  log::info("main", "listening",
            {{"host", host},
             {"port", listener_->port()},
             {"shards", hub_.shards.size()},
             {"mode", hub_.config.compat ? "compat" : "strict"},
             {"source", redis_ ? "redis" : "embedded"}});
  return true;
}

void gateway::run_loops() {
  for (auto& loop : loops_)
    threads_.emplace_back([&loop] { loop->run(); });
}

void gateway::ask_to_close() {
  const auto status =
    protocol::status_of(protocol::close_reason::service_restarting);
  for (auto& home : shards_)
    home->loop().post([&home, status] {
      home->actors().for_each(
        [&status](describable& actor) { actor.request_close(status); });
    });
}

void gateway::close_sockets(const sigset_t& signals) {
  const auto deadline = std::chrono::steady_clock::now()
                        + hub_.config.shutdown_timeout - time_for_actors();
  hub_.draining = true;
  listener_->stop();
  // A handshake that was decided before may still become a subscriber.
  while (hub_.connections + hub_.inbox_connections != 0
         && std::chrono::steady_clock::now() < deadline) {
    ask_to_close();
    const timespec pause{0, 50'000'000};
    if (sigtimedwait(&signals, nullptr, &pause) > 0)
      std::_Exit(EXIT_FAILURE);
  }
}

std::chrono::milliseconds gateway::time_for_actors() const {
  return std::clamp(hub_.config.shutdown_timeout / 2, least_time_for_actors,
                    actors_end_within);
}

void gateway::end_actors() {
  if (redis_) {
    std::promise<void> stopped;
    loops_.front()->post([this, &stopped] {
      redis_->stop();
      stopped.set_value();
    });
    stopped.get_future().wait();
  }
  const auto reason = caf::exit_reason::user_shutdown;
  caf::anon_send_exit(hub_.broadcaster, reason);
  for (const auto& each : hub_.routers)
    caf::anon_send_exit(each, reason);
  if (hub_.authoriser)
    caf::anon_send_exit(hub_.authoriser, reason);
  const auto deadline = std::chrono::steady_clock::now() + time_for_actors();
  while (system_->registry().running() != 0
         && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(5ms);
  if (system_->registry().running() != 0) {
    // ~actor_system would wait for ever for them.
    log::warning("main", "actors still running",
                 {{"actors", system_->registry().running()}});
    std::quick_exit(EXIT_SUCCESS);
  }
}

gateway::~gateway() {
  for (auto& loop : loops_)
    loop->stop();
  for (auto& thread : threads_)
    thread.join();
  listener_.reset();
  sockets_.reset();
  api_.reset();
  redis_.reset();
  backend_.reset();
  hub_.broadcaster = nullptr;
  hub_.routers.clear();
  hub_.authoriser = nullptr;
  system_.reset();
}

} // namespace

void block_signals() {
  const auto set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int serve(const settings& config) {
  const auto signals = stop_signals();
  gateway program{config};
  program.run_loops();
  if (!program.open()) {
    program.end_actors();
    return EXIT_FAILURE;
  }
  int signal = 0;
  sigwait(&signals, &signal);
  log::info("main", "stopping", {{"signal", signal}});
  program.close_sockets(signals);
  program.end_actors();
  log::info("main", "stopped");
  return EXIT_SUCCESS;
}

} // namespace wsgw::actors
