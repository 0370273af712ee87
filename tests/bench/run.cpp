#include "tests/bench/run.hpp"

#include "tests/bench/v1_text.hpp"
#include "tests/bench/ws_wire.hpp"

#include <algorithm>
#include <stdexcept>
#include <unistd.h>

namespace wsgw::bench {

namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t patience = 10'000'000; ///< longest sleep in a turn
constexpr std::int64_t probe_interval = 200'000'000;
constexpr std::int64_t probe_limit = 20 * second;

std::int64_t to_ns(double seconds) {
  return static_cast<std::int64_t>(seconds * static_cast<double>(second));
}

std::unique_ptr<source> make_source(poller& events, const options& o,
                                    const credentials& secrets) {
  source_config config;
  config.payload_bytes = o.payload_bytes;
  config.target = o.publish_path;
  config.connections = o.publish_connections;
  config.raw_body = o.publish_raw;
  switch (o.source) {
  case source_kind::redis:
    config.peer = resolve(o.redis_url, 6379);
    config.to_log = o.publish_log;
    return make_redis_source(events, config);
  case source_kind::http:
    config.peer = resolve(o.publish_url, 80);
    config.bearer = secrets.admin_token();
    return make_http_source(events, config);
  case source_kind::ws:
    config.peer = resolve(o.publish_url, 80);
    return make_ws_source(events, config);
  case source_kind::none:
    return nullptr;
  }
  return nullptr;
}

std::unique_ptr<slow_readers>
make_slow_readers(const options& o, std::shared_ptr<const credentials> secrets,
                  const endpoint_address& server) {
  slow_config config;
  config.address = server.address;
  config.size = o.slow;
  config.v1 = o.v1;
  config.bytes_per_second = o.slow_rate;
  config.receive_buffer = o.slow_buffer;
  config.request = [secrets, host = server.host_header, origin = o.origin](
                     std::size_t index, const std::string& cursor) {
    auto target = secrets->target_of(index);
    if (!cursor.empty())
      target += "&cursor=" + cursor;
    return upgrade_request(target, host, origin);
  };
  return std::make_unique<slow_readers>(std::move(config));
}

/// Why sockets are missing, as far as the server said.
std::string reason_of(const fleet_counts& counts) {
  if (!counts.first_refusal.empty())
    return ": " + counts.first_refusal;
  if (counts.close_codes.empty())
    return {};
  const auto [code, sockets] = *counts.close_codes.begin();
  return ": " + std::to_string(sockets) + " were closed with "
         + std::to_string(code);
}

} // namespace

bench_run::bench_run(const options& o)
    : options_(o), secrets_(std::make_shared<credentials>(o)),
      ledger_(o.connections, o.dialogs),
      run_id_(static_cast<std::uint32_t>(now_ns() / 1000)),
      hears_(o.connections), random_state_(o.seed * 2 + 1) {
  const auto server = resolve(o.url, 80);
  fleet_config config;
  config.address = server.address;
  config.size = o.connections;
  config.concurrency = o.connect_concurrency;
  config.request = [secrets = secrets_, server,
                    origin = o.origin](std::size_t index) {
    return upgrade_request(secrets->target_of(index), server.host_header,
                           origin);
  };
  config.on_text = [this](std::size_t receiver, std::string_view text) {
    on_text(receiver, text);
  };
  fleet_ = std::make_unique<fleet>(events_, std::move(config));
  if (o.slow == 0)
    return;
  slow_ = make_slow_readers(o, secrets_, server);
  heads_.resize(o.dialogs);
}

outcome bench_run::execute() {
  outcome_.before = look();
  connect();
  outcome_.connected = look();
  source_ = make_source(events_, options_, *secrets_);
  if (!source_) {
    outcome_.start = outcome_.connected;
    idle_until(now_ns() + to_ns(options_.duration_seconds));
  } else {
    probe();
    next_due_ = progress_at_ = now_ns();
    load_until(now_ns() + to_ns(options_.warmup_seconds));
    outcome_.start = look();
    measuring_ = true;
    load_until(now_ns() + to_ns(options_.duration_seconds));
    measuring_ = false;
  }
  outcome_.end = look();
  if (source_)
    drain();
  let_slow_catch_up();
  outcome_.faults = ledger_.faults();
  outcome_.sockets = fleet_->counts();
  outcome_.deaf = source_ ? options_.connections - hearing_ : 0;
  return outcome_;
}

void bench_run::connect() {
  const auto deadline = now_ns() + to_ns(options_.connect_timeout_seconds);
  while (!fleet_->is_settled() && now_ns() < deadline)
    turn(patience);
  outcome_.connected_at = now_ns();
  const auto& counts = fleet_->counts();
  if (counts.open < options_.connections)
    throw std::runtime_error("only " + std::to_string(counts.open) + " of "
                             + std::to_string(options_.connections)
                             + " sockets connected" + reason_of(counts));
  idle_until(now_ns() + to_ns(options_.settle_seconds));
}

/// A 101 does not say that the dialog has the socket yet, nor that the hub is
/// subscribed at Redis: publish until every socket has heard something.
void bench_run::probe() {
  const auto deadline = now_ns() + probe_limit;
  while (hearing_ < options_.connections && now_ns() < deadline
         && source_->error().empty()) {
    std::vector<bool> wanted(options_.dialogs);
    for (std::size_t r = 0; r < hears_.size(); ++r)
      if (!hears_[r])
        wanted[ledger_.dialog_of(r)] = true;
    for (std::uint32_t d = 0; d < options_.dialogs; ++d)
      if (wanted[d])
        source_->publish(options_.first_dialog + d,
                         {run_id_, d, probe_sequence, now_ns()});
    const auto again = now_ns() + probe_interval;
    while (hearing_ < options_.connections && now_ns() < again)
      turn(patience);
  }
  if (!source_->error().empty())
    throw std::runtime_error("publishing failed: " + source_->error());
  if (hearing_ < options_.connections)
    throw std::runtime_error(std::to_string(options_.connections - hearing_)
                             + " sockets are connected, but hear no event");
}

void bench_run::load_until(std::int64_t deadline) {
  for (auto now = now_ns(); now < deadline && outcome_.abort_reason.empty();
       now = now_ns()) {
    const auto sleep = std::min(publish_due(now), deadline - now);
    turn(options_.spin ? 0 : sleep);
    look_for_trouble(now_ns());
  }
}

/// Publishes what is due; returns how long nothing more will be.
std::int64_t bench_run::publish_due(std::int64_t now) {
  if (options_.rate <= 0) {
    while (ledger_.in_flight() < options_.window)
      publish_one(now);
    return patience;
  }
  const auto interval =
    static_cast<std::int64_t>(static_cast<double>(second) / options_.rate);
  for (; next_due_ <= now; next_due_ += interval)
    publish_one(next_due_);
  return std::min(patience, next_due_ - now);
}

void bench_run::publish_one(std::int64_t stamp_at) {
  // xorshift64: good enough to pick dialogs, and the same in every run.
  random_state_ ^= random_state_ << 13;
  random_state_ ^= random_state_ >> 7;
  random_state_ ^= random_state_ << 17;
  const auto d = static_cast<std::uint32_t>(random_state_ % options_.dialogs);
  const auto sequence = ledger_.sent(d);
  source_->publish(options_.first_dialog + d, {run_id_, d, sequence, stamp_at});
  if (measuring_)
    ++outcome_.events;
}

void bench_run::drain() {
  progress_at_ = now_ns();
  while (ledger_.missing() > 0 && !is_stalled(now_ns()))
    turn(patience);
  // A doubled delivery would come after the one that was awaited.
  idle_until(now_ns() + second / 5);
}

void bench_run::let_slow_catch_up() {
  if (!slow_)
    return;
  slow_->hurry();
  const auto deadline = now_ns() + to_ns(options_.slow_settle_seconds);
  while (options_.v1 && !slow_->have_all(heads_) && now_ns() < deadline)
    turn(patience);
  outcome_.has_slow_behind = options_.v1 && !slow_->have_all(heads_);
  outcome_.slow = slow_->counts();
}

void bench_run::idle_until(std::int64_t deadline) {
  for (auto now = now_ns(); now < deadline; now = now_ns())
    turn(std::min(patience, deadline - now));
}

void bench_run::turn(std::int64_t timeout_ns) {
  if (source_)
    source_->flush();
  fleet_->pump();
  events_.wait(timeout_ns);
  if (!slow_ || !fleet_->is_settled())
    return;
  slow_->tick(now_ns());
  watch_memory();
}

bool bench_run::is_stalled(std::int64_t now) {
  if (ledger_.delivered() != progress_ || ledger_.missing() == 0) {
    progress_ = ledger_.delivered();
    progress_at_ = now;
  }
  return now - progress_at_ > to_ns(options_.stall_seconds);
}

void bench_run::look_for_trouble(std::int64_t now) {
  if (!source_->error().empty())
    outcome_.abort_reason = "publishing failed: " + source_->error();
  else if (is_stalled(now))
    outcome_.abort_reason = "stalled: deliveries are due, none came";
  else if (options_.rate > 0 && ledger_.in_flight() > options_.max_in_flight)
    outcome_.abort_reason = "overloaded: too many events in flight";
}

void bench_run::on_text(std::size_t receiver, std::string_view text) {
  const auto found = find_stamp(text, offset_hint_);
  if (!found || found->run != run_id_) {
    ++outcome_.other_frames;
    return;
  }
  if (found->sequence == probe_sequence) {
    if (!hears_[receiver])
      ++hearing_;
    hears_[receiver] = true;
    return;
  }
  if (slow_)
    heads_[ledger_.dialog_of(receiver)] = v1_seq_of(v1_cursor_of(text));
  if (ledger_.received(receiver, *found) && measuring_) {
    ++outcome_.deliveries;
    outcome_.latency.record(now_ns() - found->sent_at);
  }
}

void bench_run::watch_memory() {
  if (options_.server_pid <= 0 || now_ns() - memory_seen_at_ < second)
    return;
  memory_seen_at_ = now_ns();
  const auto bytes = resident_bytes(options_.server_pid).value_or(0);
  outcome_.peak_server_bytes = std::max(outcome_.peak_server_bytes, bytes);
}

usage bench_run::look() {
  usage u;
  u.at = now_ns();
  u.server =
    options_.server_pid > 0 ? cpu_of(options_.server_pid) : std::nullopt;
  u.redis = options_.redis_pid > 0 ? cpu_of(options_.redis_pid) : std::nullopt;
  u.self = cpu_of(getpid());
  u.machine = cpu_of_machine();
  if (options_.server_pid > 0)
    u.server_bytes = resident_bytes(options_.server_pid);
  outcome_.peak_server_bytes =
    std::max(outcome_.peak_server_bytes, u.server_bytes.value_or(0));
  return u;
}

} // namespace wsgw::bench
