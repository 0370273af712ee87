#include "tests/bench/storm.hpp"

#include "tests/bench/process_stats.hpp"
#include "tests/bench/v1_text.hpp"
#include "tests/bench/ws_wire.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/http_exchange.hpp"

#include <algorithm>
#include <csignal>
#include <stdexcept>

namespace wsgw::bench {

namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t patience_ns = 2'000'000; ///< longest sleep in a turn
constexpr double patience_seconds = 60;
constexpr std::string_view secret = "secret-of-a-storm-in-a-benchmark";

options credential_options(const storm_options& o) {
  options result;
  result.dialogs = o.dialogs;
  result.v1 = true;
  result.secret_key = secret;
  return result;
}

} // namespace

storm::storm(const storm_options& o)
    : options_(o), secrets_(credential_options(o)),
      ledger_(o.clients, o.dialogs), clients_(o.clients),
      run_id_(static_cast<std::uint32_t>(now_ns() / 1000)) {}

storm_result storm::execute() {
  start_gateway();
  source_config config;
  config.peer = resolve(redis_.url(), 6379);
  config.payload_bytes = options_.payload_bytes;
  config.to_log = true;
  source_ = make_redis_source(events_, config);
  first_visit();
  if (!options_.keeps_gateway)
    kill_gateway();
  fleet_.reset();
  miss_events();
  if (!options_.keeps_gateway)
    start_gateway();
  come_back();
  return result_;
}

// -- processes ----------------------------------------------------------------

void storm::start_gateway() {
  port_ = tests::free_port();
  host_ = "127.0.0.1:" + std::to_string(port_);
  const tests::environment_map environment{
    {"WS_HOST", "127.0.0.1"},
    {"WS_PORT", std::to_string(port_)},
    {"WS_SHARDS", std::to_string(options_.shards)},
    {"REDIS_URL", redis_.url()},
    {"WS_LOG", "on"},
    {"SECRET_KEY", std::string{secret}},
    {"WS_RATE_LIMIT_PER_IP", "0"},
    {"WS_MAX_CONNECTIONS_PER_DIALOG", std::to_string(options_.clients)},
    {"WS_LOG_FORMAT", "console"},
  };
  gateway_.emplace(std::vector<std::string>{options_.gateway}, environment);
  const auto is_ready = tests::eventually([this] {
    return !gateway_->is_running()
           || tests::http_get(port_, "/ready").status == 200;
  });
  if (!is_ready || !gateway_->is_running())
    throw std::runtime_error("the gateway is not ready:\n"
                             + gateway_->standard_output()
                             + gateway_->standard_error());
}

void storm::kill_gateway() {
  gateway_->signal(SIGKILL);
  gateway_->wait_exit(tests::patience);
}

/// wsgw_read is the only function that gateways call read-only again and
/// again. Redis's own count: the gateway is not asked about itself.
std::uint64_t storm::reads_of_redis() {
  const auto info = redis_.cli("INFO", "commandstats");
  constexpr std::string_view key = "cmdstat_fcall_ro:calls=";
  const auto at = info.find(key);
  return at == info.npos
           ? 0
           : v1_number_at(std::string_view{info}.substr(at + key.size()));
}

// -- clients ------------------------------------------------------------------

void storm::connect(double rate) {
  greeted_ = 0;
  for (auto& c : clients_)
    c.is_greeted = false;
  fleet_config config;
  config.address = resolve(host_, 80).address;
  config.size = options_.clients;
  config.rate = rate;
  config.request = [this](std::size_t index) { return request_of(index); };
  config.on_text = [this](std::size_t index, std::string_view text) {
    on_text(index, text);
  };
  fleet_ = std::make_unique<fleet>(events_, std::move(config));
}

std::string storm::request_of(std::size_t index) {
  auto& c = clients_[index];
  auto target = secrets_.target_of(index);
  if (!c.cursor.empty())
    target += "&cursor=" + c.cursor;
  c.asked_at = now_ns();
  return upgrade_request(target, host_, {});
}

void storm::on_text(std::size_t index, std::string_view text) {
  auto& c = clients_[index];
  const auto is_hello = v1_type_of(text) == "hello";
  if (is_hello)
    on_hello(c, text);
  else if (const auto s = find_stamp(text, offset_hint_))
    ledger_.received(index, *s);
  // The hello's cursor is where its replay will end.
  if (const auto cursor = v1_cursor_of(text); !is_hello && !cursor.empty()) {
    c.cursor = cursor;
    c.seq = v1_seq_of(cursor);
  }
  if (!is_storm_ || c.is_caught_up || !c.is_greeted || c.seq < c.head)
    return;
  c.is_caught_up = true;
  ++caught_up_;
  result_.catch_up.record(now_ns() - c.asked_at);
}

void storm::on_hello(client& c, std::string_view text) {
  c.is_greeted = true;
  ++greeted_;
  const auto cursor = v1_cursor_of(text);
  c.head = v1_seq_of(cursor);
  const auto is_fresh = v1_has(text, "resume", "fresh");
  const auto is_reset = v1_has(text, "resume", "reset");
  if (is_storm_) {
    result_.fresh += is_fresh ? 1 : 0;
    result_.resets += is_reset ? 1 : 0;
    constexpr std::string_view key = R"("replay":)";
    if (const auto at = text.find(key); at != text.npos)
      result_.replayed += v1_number_at(text.substr(at + key.size()));
  }
  if (is_fresh || is_reset) {
    c.cursor = cursor;
    c.seq = c.head;
  }
}

// -- phases -------------------------------------------------------------------

void storm::first_visit() {
  connect(0);
  if (!turn_until([this] { return greeted_ == clients_.size(); },
                  patience_seconds))
    throw std::runtime_error("not all clients were greeted: "
                             + fleet_->counts().first_refusal);
  const auto stay = options_.events_before
                    - std::min(options_.leave_in, options_.events_before);
  std::uint64_t due = 0;
  std::size_t present = clients_.size();
  for (std::size_t round = 1; round <= options_.events_before; ++round) {
    publish_round(1);
    due += present;
    if (!turn_until([&] { return ledger_.delivered() == due; },
                    patience_seconds))
      throw std::runtime_error("events before the storm got lost");
    if (round <= stay)
      continue;
    // Who comes back first has left last: every cursor is older than those
    // before it.
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      const auto turn = i / options_.dialogs % options_.leave_in;
      const auto leaves_in = options_.events_before - turn;
      if (leaves_in == round && round < options_.events_before) {
        fleet_->drop(i);
        --present;
      }
    }
  }
}

void storm::publish_round(std::size_t events) {
  for (std::size_t n = 0; n < events; ++n)
    for (std::uint32_t d = 0; d < options_.dialogs; ++d)
      source_->publish(d + 1, {run_id_, d, ledger_.sent(d), now_ns()});
}

void storm::miss_events() {
  publish_round(options_.events_missed);
  const auto last = std::to_string(options_.dialogs);
  const auto total = options_.events_before + options_.events_missed;
  const auto is_done = [&] {
    return v1_seq_of(redis_.cli("FCALL", "wsgw_cursor", "1", last)) == total;
  };
  if (!turn_until(is_done, patience_seconds))
    throw std::runtime_error("publishing failed: " + source_->error());
}

void storm::publish_live(std::int64_t now) {
  if (options_.live_rate <= 0)
    return;
  const auto interval =
    static_cast<std::int64_t>(static_cast<double>(second) / options_.live_rate);
  for (; next_live_ <= now; next_live_ += interval) {
    random_state_ = random_state_ * 6364136223846793005U + 1442695040888963407U;
    const auto d =
      static_cast<std::uint32_t>((random_state_ >> 33) % options_.dialogs);
    source_->publish(d + 1, {run_id_, d, ledger_.sent(d), now});
  }
}

void storm::come_back() {
  redis_.cli("CONFIG", "RESETSTAT");
  const auto before = cpu_of(gateway_->pid());
  is_storm_ = true;
  const auto began = now_ns();
  next_live_ = began;
  connect(static_cast<double>(clients_.size()) / options_.seconds);
  const auto is_done = [this] {
    if (caught_up_ + fleet_->failures() < clients_.size())
      publish_live(now_ns());
    return caught_up_ + fleet_->failures() >= clients_.size();
  };
  turn_until(is_done, options_.seconds + patience_seconds / 2);
  result_.seconds = static_cast<double>(now_ns() - began) / 1e9;
  result_.behind = clients_.size() - caught_up_;
  // The replay and what is live from now on must fit together.
  publish_round(1);
  turn_until([this] { return ledger_.missing() == 0; }, 10);
  turn_until([] { return false; }, options_.linger_seconds);
  result_.reads = reads_of_redis();
  const auto after = cpu_of(gateway_->pid());
  if (before && after)
    result_.gateway_cpu_seconds =
      static_cast<double>(after->total_ns - before->total_ns) / 1e9;
  result_.faults = ledger_.faults();
  result_.refused = fleet_->counts().refused;
  result_.closed = fleet_->counts().closed;
}

void storm::turn() {
  source_->flush();
  if (!source_->error().empty())
    throw std::runtime_error("publishing failed: " + source_->error());
  if (fleet_)
    fleet_->pump();
  events_.wait(patience_ns);
}

template <class Condition>
bool storm::turn_until(Condition is_done, double seconds) {
  const auto deadline =
    now_ns() + static_cast<std::int64_t>(seconds * static_cast<double>(second));
  while (!is_done()) {
    if (now_ns() >= deadline)
      return false;
    turn();
  }
  return true;
}

} // namespace wsgw::bench
