#pragma once

#include "tests/bench/credentials.hpp"
#include "tests/bench/fleet.hpp"
#include "tests/bench/latency_histogram.hpp"
#include "tests/bench/ledger.hpp"
#include "tests/bench/source.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/redis_server.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgw::bench {

/// The command line of resume-storm; `--help` explains each.
struct storm_options {
  std::string gateway;
  std::size_t clients = 10'000;
  std::size_t dialogs = 1'000;
  std::size_t events_before = 5;  ///< of each dialog, before the clients go
  std::size_t events_missed = 10; ///< of each dialog, while they are away
  std::size_t leave_in = 1;       ///< the last events before the end over which
                                  ///< the clients of a dialog leave
  double seconds = 5;             ///< over which they come back
  double live_rate = 100;      ///< events a second meanwhile, of random dialogs
  double linger_seconds = 0.2; ///< for doubled events and late reads
  std::size_t shards = 2;
  std::size_t payload_bytes = 200;
  bool keeps_gateway = false; ///< only the clients go
  // what makes the run a failure
  std::uint64_t most_reads = 1'100;
  double most_p99_ms = 500;
};

struct storm_result {
  latency_histogram catch_up;
  std::uint64_t reads = 0; ///< FCALL_RO, as Redis counts them
  std::uint64_t fresh = 0; ///< hello without a replay, though there was one
  std::uint64_t resets = 0;
  std::uint64_t replayed = 0; ///< events that the hellos promised
  delivery_faults faults;
  std::size_t refused = 0;
  std::size_t closed = 0;
  std::size_t behind = 0; ///< clients that never reached their head
  double seconds = 0;     ///< from the first handshake to the last catch-up
  double gateway_cpu_seconds = 0;
};

/// Many clients lose their gateway (kill -9) or their connections, miss events
/// in log mode and come back with their cursors within seconds. Starts Redis
/// and the gateway itself. Throws std::runtime_error when it cannot go on.
class storm {
public:
  explicit storm(const storm_options& o);
  storm_result execute();

private:
  struct client {
    std::string cursor;
    std::uint64_t seq = 0;  ///< the number in `cursor`
    std::uint64_t head = 0; ///< of the hello
    std::int64_t asked_at = 0;
    bool is_greeted = false;
    bool is_caught_up = false;
  };

  void start_gateway();
  void kill_gateway();
  void connect(double rate);
  std::string request_of(std::size_t index);
  void on_text(std::size_t index, std::string_view text);
  void on_hello(client& c, std::string_view text);

  void first_visit();
  void miss_events();
  void come_back();
  void publish_round(std::size_t events);
  void publish_live(std::int64_t now);
  std::uint64_t reads_of_redis();

  void turn();
  /// Turns until `is_done`; false when that takes longer than `seconds`.
  template <class Condition>
  bool turn_until(Condition is_done, double seconds);

  storm_options options_;
  tests::redis_server redis_;
  std::uint16_t port_ = 0;
  std::optional<tests::child_process> gateway_;
  credentials secrets_;
  std::string host_;
  poller events_;
  std::unique_ptr<source> source_;
  ledger ledger_;
  std::unique_ptr<fleet> fleet_;
  std::vector<client> clients_;
  storm_result result_;
  std::uint32_t run_id_;
  bool is_storm_ = false; ///< clients are coming back
  std::size_t greeted_ = 0;
  std::size_t caught_up_ = 0;
  std::int64_t next_live_ = 0;
  std::uint64_t random_state_ = 1;
  std::size_t offset_hint_ = 0;
};

} // namespace wsgw::bench
