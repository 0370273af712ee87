#pragma once

#include "tests/support/child_process.hpp"
#include "tests/support/http_exchange.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgw::tests {

/// The secrets that every gateway started by a test uses.
inline constexpr std::string_view secret_key = "secret-key-of-the-tests-0001";
inline constexpr std::string_view site_secret = "site-secret-of-the-tests-002";
inline constexpr std::string_view ticket_secret = "ticket-secret-of-tests-0003";
inline constexpr std::string_view debug_token = "debug-token-of-the-tests-004";

/// Sanitizers keep freed memory for a while and pad all other.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr std::size_t memory_factor = 16;
#else
inline constexpr std::size_t memory_factor = 1;
#endif

/// What a gateway gets when a test says nothing else: loopback, two shards,
/// the secrets above, no attempt window (all clients share one address).
environment_map default_environment();

/// `base` with the settings of `changes`; an empty value removes the name.
environment_map with(environment_map base, const environment_map& changes);

/// The path of the ws-gateway that was built with these tests.
std::string gateway_binary();

enum class awaited : std::uint8_t {
  live,  ///< it answers HTTP
  ready, ///< and its source of events is connected
};

/// The real ws-gateway on a free loopback port, ended by its pid. A test fails
/// when the gateway has died by itself or a sanitizer has complained.
class gateway_process {
public:
  /// Starts it with `changes` to default_environment(). Throws
  /// std::runtime_error with the gateway's output when it does not get so far.
  explicit gateway_process(const environment_map& changes = {},
                           const std::vector<std::string>& flags = {},
                           awaited state = awaited::ready);
  ~gateway_process();

  std::uint16_t port() const { return port_; }
  pid_t pid() const { return process_->pid(); }
  void signal(int number) { process_->signal(number); }
  std::optional<int> wait_exit(std::chrono::milliseconds deadline = patience);

  /// stdout and stderr so far.
  std::string output() const;
  /// True when `text` appears in the output before the deadline.
  bool wait_output(std::string_view text,
                   std::chrono::milliseconds deadline = patience) const;

  http_reply get(std::string_view target) const {
    return http_get(port_, target);
  }
  /// The status of a GET; 0 when there is no answer.
  int status_of(std::string_view target) const;
  bool wait_status(std::string_view target, int status,
                   std::chrono::milliseconds deadline = patience) const;

  /// The sum of all samples of `family` on /metrics whose labels contain
  /// `labels`; 0 when there is none.
  double metric(std::string_view family, std::string_view labels = {}) const;

  /// Bytes of physical memory that the process holds (VmRSS).
  std::size_t resident_bytes() const;

private:
  bool try_start(environment_map environment, std::vector<std::string> flags,
                 awaited state);

  std::optional<child_process> process_;
  std::uint16_t port_ = 0;
  bool was_awaited_ = false;
};

} // namespace wsgw::tests
