#include "actors/commands.hpp"
#include "actors/config.hpp"
#include "actors/log.hpp"
#include "actors/serve.hpp"
#include "protocol/rendezvous.hpp"
#include "transport/redis_url.hpp"

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <variant>
#include <vector>

namespace {

/// Empty when the list of URLs can be used.
std::string check_redis(std::string_view urls) {
  const auto parsed = wsgw::transport::parse_redis_urls(urls);
  const auto* problem = std::get_if<std::string>(&parsed);
  return problem == nullptr ? std::string{} : *problem;
}

/// The server that keeps `room`; `check_redis` has accepted the list.
std::string place_room(std::string_view urls, std::string_view room) {
  const auto servers = std::get<std::vector<wsgw::transport::redis_endpoint>>(
    wsgw::transport::parse_redis_urls(urls));
  std::vector<std::string> labels;
  for (const auto& each : servers)
    labels.push_back(each.label());
  return servers[wsgw::protocol::choose_server(room, labels)].masked();
}

/// The log is written out when this returns.
wsgw::actors::serve_result
serve_with_log(const wsgw::actors::startup& order,
               const wsgw::actors::reading& read_again) {
  using namespace wsgw::actors;
  log::session logging{order.config.level, order.config.format};
  for (const auto& warning : order.warnings)
    log::warning("config", warning);
  auto result = serve(order, read_again);
  if (!logging.end(std::chrono::seconds{1}))
    result.must_leave = true;
  return result;
}

int run(int argc, char** argv) {
  using namespace wsgw::actors;
  const auto read = [argc, argv] {
    return parse_startup(argc, argv, process_environment(), check_redis);
  };
  const auto order = read();
  if (order.stop || order.what.what != action::serve)
    return run_command(order, std::cout, std::cerr, place_room);
  block_signals();
  const auto result = serve_with_log(order, read);
  if (result.must_leave)
    std::_Exit(result.exit_code);
  return result.exit_code;
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "ws-gateway: " << e.what() << '\n';
    return 1;
  }
}
