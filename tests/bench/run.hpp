#pragma once

#include "tests/bench/credentials.hpp"
#include "tests/bench/fleet.hpp"
#include "tests/bench/latency_histogram.hpp"
#include "tests/bench/ledger.hpp"
#include "tests/bench/options.hpp"
#include "tests/bench/process_stats.hpp"
#include "tests/bench/slow_readers.hpp"
#include "tests/bench/source.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wsgw::bench {

/// Everybody's resources at one moment.
struct usage {
  std::int64_t at = 0; ///< now_ns()
  std::optional<cpu_time> server;
  std::optional<cpu_time> redis;
  std::optional<cpu_time> self;
  machine_time machine;
  std::optional<std::int64_t> server_bytes;
};

/// What a run saw; report.hpp makes figures of it.
struct outcome {
  usage before;    ///< nobody connected
  usage connected; ///< everybody connected and settled
  usage start;     ///< of the measured time
  usage end;
  std::int64_t connected_at = 0; ///< the last handshake was done
  std::uint64_t events = 0;      ///< published while measuring
  std::uint64_t deliveries = 0;  ///< arrived while measuring
  latency_histogram latency;
  delivery_faults faults; ///< of the whole run
  fleet_counts sockets;
  std::size_t deaf = 0;           ///< sockets that no probe reached
  std::uint64_t other_frames = 0; ///< text that is no event of this run
  std::int64_t peak_server_bytes = 0;
  slow_counts slow;
  bool has_slow_behind = false; ///< v1 ones that did not catch up in the end
  std::string abort_reason;     ///< empty: the run took its course
};

/// One run: connect, probe until everybody hears, warm up, measure, drain.
/// Throws std::runtime_error when it cannot begin.
class bench_run {
public:
  explicit bench_run(const options& o);
  outcome execute();

private:
  void connect();
  void probe();
  void load_until(std::int64_t deadline);
  void drain();
  void let_slow_catch_up();
  void idle_until(std::int64_t deadline);

  void turn(std::int64_t timeout_ns);
  std::int64_t publish_due(std::int64_t now);
  void publish_one(std::int64_t stamp_at);
  void on_text(std::size_t receiver, std::string_view text);
  bool is_stalled(std::int64_t now);
  void look_for_trouble(std::int64_t now);
  usage look();
  void watch_memory();

  options options_;
  std::shared_ptr<const credentials> secrets_;
  poller events_;
  std::unique_ptr<source> source_;
  ledger ledger_;
  std::unique_ptr<fleet> fleet_;
  std::unique_ptr<slow_readers> slow_;
  std::vector<std::uint64_t> heads_; ///< of the dialogs' logs, for `slow_`
  std::int64_t memory_seen_at_ = 0;
  outcome outcome_;
  std::uint32_t run_id_;
  std::vector<bool> hears_;
  std::size_t hearing_ = 0;
  bool measuring_ = false;
  std::int64_t next_due_ = 0; ///< open loop: intended time of the next event
  std::uint64_t random_state_;
  std::size_t offset_hint_ = 0;
  std::int64_t progress_at_ = 0;
  std::uint64_t progress_ = 0; ///< deliveries at `progress_at_`
};

} // namespace wsgw::bench
