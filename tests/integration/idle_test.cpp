#include "tests/support/running_hub.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>

namespace wsgw::tests {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t socket_count = 10'000;
constexpr std::size_t dialog_count = 2'500;

constexpr std::size_t bytes_per_connection = memory_factor * 16 * 1024;

void raise_open_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  REQUIRE(limit.rlim_cur > socket_count + 500);
}

std::uint64_t dialog_of(std::size_t i) { return 1 + i % dialog_count; }

/// A good target for socket `i`: all roles take turns.
std::string target_of(std::size_t i) {
  const auto dialog = dialog_of(i);
  switch (i / dialog_count % 3) {
  case 0:
    return admin_target(dialog);
  case 1:
    return widget_target(dialog);
  default:
    return site_target(dialog);
  }
}

std::vector<ws_client> connect_all(const gateway_process& gateway) {
  std::vector<ws_client> clients;
  clients.reserve(socket_count);
  for (std::size_t i = 0; i < socket_count; ++i)
    clients.push_back(connect(gateway, target_of(i)));
  return clients;
}

} // namespace

TEST_SUITE("integration/idle") {

  TEST_CASE("ten thousand idle sockets live through a heartbeat and hear") {
    raise_open_files();
    running_hub hub{
      {{"WS_PING_INTERVAL_SECONDS", "10"}, {"WS_PONG_TIMEOUT_SECONDS", "60"}}};
    const auto before = hub.gateway.resident_bytes();
    const auto start = clock::now();
    auto clients = connect_all(hub.gateway);
    const auto took = clock::now() - start;
    REQUIRE(hub.gateway.metric("websocket_connections_total") == socket_count);
    const auto each = (hub.gateway.resident_bytes() - before) / socket_count;
    MESSAGE("connected in ",
            std::chrono::duration_cast<std::chrono::milliseconds>(took).count(),
            " ms; ", each, " bytes per connection");
    CHECK(each < bytes_per_connection);
    for (auto& client : clients) {
      REQUIRE(client.read_text(2 * patience) == "__ping__");
      REQUIRE(client.send_text("__pong__"));
    }
    CHECK(hub.gateway.metric("websocket_connections_total") == socket_count);
    const auto message = bare_message(1, "all");
    for (std::size_t i = 0; i < dialog_count; i += 250)
      hub.publish(dialog_of(i), message_new(dialog_of(i), message));
    for (std::size_t i = 0; i < socket_count; i += 250)
      CHECK(hears(clients[i], message));
  }

  TEST_CASE("when ten thousand leave at once all is given back") {
    raise_open_files();
    running_hub hub{{{"WS_HISTORY_TTL", "0s"}}};
    {
      const auto clients = connect_all(hub.gateway);
      CHECK(hub.gateway.metric("wsgw_dialogs") == dialog_count);
    }
    CHECK(eventually([&] {
      return hub.gateway.metric("websocket_connections_total") == 0
             && hub.gateway.metric("wsgw_dialogs") == 0;
    }));
    auto client = connect(hub.gateway, admin_target(10));
    hub.publish(10, message_new(10, bare_message(1, "fresh")));
    CHECK(client.read_text(patience) == bare_message(1, "fresh"));
  }
}

} // namespace wsgw::tests
