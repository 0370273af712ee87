#pragma once

#include "protocol/role.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace wsgw::bench {

enum class source_kind : std::uint8_t { redis, http, ws, none };

/// The command line of ws-load; `--help` explains each.
struct options {
  // the server under test
  std::string url = "http://127.0.0.1:8001";
  std::string path; ///< empty: the role's endpoint
  std::vector<protocol::role> roles{protocol::role::admin};
  std::string origin;
  bool v1 = false; ///< sockets speak v1, not legacy
  std::string secret_key;
  std::string site_secret;
  std::string ticket_secret;
  int server_pid = 0; ///< 0: nobody looks at its CPU and memory
  int redis_pid = 0;
  // the scenario
  std::size_t connections = 1000;
  std::size_t dialogs = 1000;
  std::uint64_t first_dialog = 1;
  std::size_t payload_bytes = 200;
  std::size_t window = 100; ///< events in flight
  double rate = 0;          ///< events per second; 0: closed loop
  double warmup_seconds = 1;
  double duration_seconds = 3;
  double settle_seconds = 0.5;
  double stall_seconds = 5;
  std::size_t max_in_flight = 1'000'000;
  std::uint64_t seed = 1;
  // slow readers, beside the connections
  std::size_t slow = 0;
  double slow_rate = 1024;         ///< bytes a second that each reads
  int slow_buffer = 4096;          ///< their SO_RCVBUF
  double slow_settle_seconds = 30; ///< for v1 ones to catch up at the end
  // the publisher
  source_kind source = source_kind::redis;
  std::string redis_url = "redis://127.0.0.1:6379";
  bool publish_log = false; ///< redis: wsgw_publish instead of PUBLISH
  std::string publish_url;  ///< empty: `url`
  std::string publish_path;
  bool publish_raw = false;
  std::size_t publish_connections = 16;
  // the generator itself
  std::size_t connect_concurrency = 256;
  double connect_timeout_seconds = 60;
  int pin_cpu = -1;
  bool spin = false;
  std::string json_file;
};

/// The options, or the exit status of a run that ends here (help, mistakes).
std::variant<options, int> parse_options(int argc, char** argv);

} // namespace wsgw::bench
