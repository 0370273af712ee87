#include "tests/support/gateway_process.hpp"

#include "tests/support/redis_server.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace wsgw::tests {

namespace {

/// A gateway that could not bind (another process took the port meanwhile).
constexpr int port_was_taken = 1;

void pass_through(environment_map& environment, const char* name) {
  if (const char* value = std::getenv(name))
    environment[name] = value;
}

} // namespace

environment_map default_environment() {
  environment_map environment{
    {"WS_HOST", "127.0.0.1"},
    {"WS_SHARDS", "2"},
    {"SECRET_KEY", std::string{secret_key}},
    {"SITE_SECRET", std::string{site_secret}},
    {"WS_TICKET_SECRET", std::string{ticket_secret}},
    {"WS_RATE_LIMIT_PER_IP", "0"},
    {"WS_LOG_FORMAT", "console"},
  };
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"})
    pass_through(environment, name);
  return environment;
}

environment_map with(environment_map base, const environment_map& changes) {
  for (const auto& [name, value] : changes)
    if (value.empty())
      base.erase(name);
    else
      base[name] = value;
  return base;
}

std::string gateway_binary() { return WS_GATEWAY_BINARY; }

gateway_process::gateway_process(const environment_map& changes,
                                 const std::vector<std::string>& flags,
                                 awaited state) {
  for (int attempt = 0; attempt < 3; ++attempt)
    if (try_start(with(default_environment(), changes), flags, state))
      return;
  throw std::runtime_error{"ws-gateway did not start:\n" + output()};
}

gateway_process::~gateway_process() {
  if (!process_)
    return;
  if (!was_awaited_)
    CHECK_MESSAGE(process_->is_running(), "ended by itself:\n", output());
  const auto text = output();
  const bool is_clean = text.find("runtime error:") == std::string::npos
                        && text.find("Sanitizer") == std::string::npos;
  CHECK_MESSAGE(is_clean, text);
}

bool gateway_process::try_start(environment_map environment,
                                std::vector<std::string> flags, awaited state) {
  port_ = free_port();
  environment["WS_PORT"] = std::to_string(port_);
  flags.insert(flags.begin(), gateway_binary());
  process_.emplace(flags, environment);
  const bool answers = eventually(
    [this] { return !process_->is_running() || status_of("/live") == 200; });
  if (!process_->is_running()
      && process_->wait_exit(patience) == port_was_taken)
    return false;
  if (!answers || !process_->is_running())
    throw std::runtime_error{"ws-gateway does not answer:\n" + output()};
  if (state == awaited::ready && !wait_status("/ready", 200))
    throw std::runtime_error{"ws-gateway is not ready:\n" + output()};
  return true;
}

std::optional<int>
gateway_process::wait_exit(std::chrono::milliseconds deadline) {
  was_awaited_ = true;
  return process_->wait_exit(deadline);
}

std::string gateway_process::output() const {
  return process_->standard_output() + process_->standard_error();
}

bool gateway_process::wait_output(std::string_view text,
                                  std::chrono::milliseconds deadline) const {
  return eventually([&] { return output().find(text) != std::string::npos; },
                    deadline);
}

int gateway_process::status_of(std::string_view target) const {
  return get(target).status;
}

bool gateway_process::wait_status(std::string_view target, int status,
                                  std::chrono::milliseconds deadline) const {
  return eventually([&] { return status_of(target) == status; }, deadline);
}

double gateway_process::metric(std::string_view family,
                               std::string_view labels) const {
  std::istringstream lines{get("/metrics").body};
  double sum = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto name =
      std::string_view{line}.substr(0, line.find_first_of("{ "));
    const auto value = line.rfind(' ');
    if (name == family && value != std::string::npos
        && line.find(labels) != std::string::npos)
      sum += std::strtod(line.c_str() + value, nullptr);
  }
  return sum;
}

std::size_t gateway_process::resident_bytes() const {
  std::ifstream status{"/proc/" + std::to_string(pid()) + "/status"};
  for (std::string word; status >> word;)
    if (std::size_t kilobytes = 0; word == "VmRSS:" && status >> kilobytes)
      return kilobytes * 1024;
  return 0;
}

} // namespace wsgw::tests
