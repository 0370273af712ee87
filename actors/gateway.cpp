#include "actors/gateway.hpp"

#include "actors/authoriser.hpp"
#include "actors/broadcaster.hpp"
#include "actors/drain.hpp"
#include "actors/log.hpp"
#include "actors/router.hpp"
#include "transport/beast_http_client.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_registry.hpp>

#include <algorithm>
#include <csignal>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>

namespace wsgw::actors {

namespace {

/// Descriptors that are not client sockets: listeners, Redis, logs, files.
constexpr std::size_t reserved_descriptors = 128;

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

} // namespace

gateway::gateway(const settings& config) : hub_(config) {
  hub_.on_drain = [] { ::kill(::getpid(), drain_signal); };
  // Nothing of ours runs on CAF's own scheduler; one idle worker suffices.
  caf_config_.set("scheduler.max-threads", 1);
  system_ = std::make_unique<caf::actor_system>(caf_config_);
  const auto files = raise_open_files();
  const auto usable =
    files > reserved_descriptors ? files - reserved_descriptors : 1;
  hub_.descriptor_limit = usable;
  hub_.connection_limit =
    config.max_total_connections == 0 ? usable : config.max_total_connections;
  open_files_ = files;
  if (hub_.connection_limit > usable)
    log::warning(
      "main", "open-file limit below WS_MAX_TOTAL_CONNECTIONS",
      {{"open_files", files}, {"limit", hub_.connection_limit.load()}});
  make_shards();
  spawn_actors();
  choose_source();
  begin_audits();
  api_ = std::make_unique<http_api>(hub_);
  sockets_ = std::make_unique<socket_gateway>(hub_, *api_);
  duel_door_ = std::make_unique<duel_door>(hub_, *api_, sockets_->duels());
}

void gateway::make_shards() {
  const auto wanted = hub_.config().shards != 0
                        ? hub_.config().shards
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
  watch(caf::actor_cast<caf::actor>(hub_.broadcaster), broadcaster_state::name);
  for (const auto& each : hub_.routers)
    watch(caf::actor_cast<caf::actor>(each), router_state::name);
  if (hub_.config().auth_url.empty())
    return;
  backend_ = transport::make_http_client(*loops_.front());
  hub_.authoriser =
    spawn_pinned(first, authoriser, &hub_, &first, backend_.get());
  watch(caf::actor_cast<caf::actor>(hub_.authoriser), authoriser_state::name);
}

void gateway::watch(const caf::actor& actor, std::string_view name) {
  // A gateway without it would look alive and deliver nothing; whoever runs
  // us starts a fresh one.
  actor->attach_functor([this, name](const caf::error& reason) {
    if (reason == caf::exit_reason::user_shutdown)
      return;
    log::error("main", "an actor died that all need", {{"actor", name}});
    hub_.failed = true;
    ::kill(::getpid(), SIGTERM);
  });
}

void gateway::choose_source() {
  std::vector<redis_fleet::place> places;
  for (std::size_t i = 0; i < shards_.size(); ++i)
    places.push_back({shards_[i].get(), loops_[i].get()});
  sources_ = std::make_unique<event_sources>(hub_, places);
  sources_->start();
  duels_ = std::make_unique<duel_sources>(hub_, places);
  duels_->start();
}

void gateway::begin_audits() {
  answer_audits(hub_);
  if (hub_.config().audit_interval.count() == 0)
    return;
  auto& first = *shards_.front();
  auditor_ = spawn_pinned(first, auditor, &hub_, &first);
}

std::unique_ptr<transport::listener>
gateway::listen(const std::string& host, std::uint16_t port,
                transport::request_handler& handler,
                transport::http_limits limits) {
  std::vector<transport::shard_loop*> loops;
  for (auto& loop : loops_)
    loops.push_back(loop.get());
  limits.handshake_timeout = hub_.config().handshake_timeout;
  auto made = std::make_unique<transport::listener>(loops, handler, limits);
  if (const auto error = made->open(host, port)) {
    const auto reason = error.message();
    log::error("main", "cannot listen",
               {{"host", host}, {"port", port}, {"reason", reason}});
    return nullptr;
  }
  made->start();
  return made;
}

bool gateway::open_duels() {
  const auto& config = hub_.config();
  if (config.duel_secret.empty())
    return true;
  transport::http_limits limits;
  limits.head_bytes = duel_door::head_bytes;
  limits.keeps_alive = false; // a refusal ends the connection, as it did
  duel_listener_ =
    listen(config.duel_host, config.duel_port, *duel_door_, limits);
  if (!duel_listener_)
    return false;
  log::info("main", "listening for duels",
            {{"host", config.duel_host}, {"port", duel_listener_->port()}});
  return true;
}

bool gateway::open() {
  if (!open_duels())
    return false;
  const auto& [host, port] = std::pair{hub_.config().host, hub_.config().port};
  listener_ = listen(host, port, *sockets_, {});
  if (!listener_)
    return false;
  log::info("main", "listening",
            {{"host", host},
             {"port", listener_->port()},
             {"shards", hub_.shards.size()},
             {"open_files", open_files_},
             {"max_connections", hub_.connection_limit.load()},
             {"mode", hub_.config().compat ? "compat" : "strict"},
             {"source", sources_->uses_redis() ? "redis" : "embedded"}});
  return true;
}

std::string gateway::address() const {
  return hub_.config().host + ':' + std::to_string(listener_->port());
}

void gateway::run_loops() {
  for (auto& loop : loops_)
    threads_.emplace_back([&loop] { loop->run(); });
}

void gateway::drain() { begin_drain(hub_); }

void gateway::stop_listening() {
  listener_->stop();
  if (duel_listener_)
    duel_listener_->stop();
}

bool gateway::has_sockets() const {
  return hub_.connections + hub_.inbox_connections != 0;
}

bool gateway::has_actors() const { return system_->registry().running() != 0; }

void gateway::end_actors() {
  duels_->stop();
  sources_->stop();
  const auto reason = caf::exit_reason::user_shutdown;
  caf::anon_send_exit(hub_.broadcaster, reason);
  for (const auto& each : hub_.routers)
    caf::anon_send_exit(each, reason);
  if (hub_.authoriser)
    caf::anon_send_exit(hub_.authoriser, reason);
  if (auditor_)
    caf::anon_send_exit(auditor_, reason);
}

gateway::~gateway() {
  for (auto& loop : loops_)
    loop->stop();
  for (auto& thread : threads_)
    thread.join();
  listener_.reset();
  duel_listener_.reset();
  duel_door_.reset();
  sockets_.reset();
  api_.reset();
  duels_.reset();
  sources_.reset();
  backend_.reset();
  hub_.broadcaster = nullptr;
  hub_.routers.clear();
  hub_.authoriser = nullptr;
  auditor_ = nullptr;
  system_.reset();
}

} // namespace wsgw::actors
