#pragma once

#include "tests/support/credentials.hpp"
#include "tests/support/gateway_process.hpp"
#include "tests/support/printing.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/ws_client.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wsgw::tests {

/// Connects and requires the 101.
ws_client connect(const gateway_process& gateway, const std::string& target,
                  const ws_client::header_list& headers = {});

/// One client of each role in one dialog.
struct dialog_clients {
  dialog_clients(const gateway_process& gateway, std::uint64_t dialog);

  ws_client admin;
  ws_client widget;
  ws_client site;

  /// Applies `check` to all three.
  template <class Check>
  void each(Check&& check) {
    check(admin);
    check(widget);
    check(site);
  }
};

/// A gateway with a Redis of its own.
struct running_hub {
  explicit running_hub(const environment_map& changes = {});

  /// PUBLISH on `ws:dialog:<dialog>`.
  void publish(std::uint64_t dialog, std::string_view json) {
    publish_on("ws:dialog:" + std::to_string(dialog), json);
  }
  void publish_on(const std::string& channel, std::string_view json) {
    redis.cli("PUBLISH", channel, std::string{json});
  }

  redis_server redis;
  gateway_process gateway;
};

/// A chat message as clients get it: `{"id":1,"sender":…,"text":…,…}`.
std::string bare_message(int id, std::string_view text,
                         std::string_view sender = "manager");

/// The `message:new` event around it, compact, as the backend publishes it
/// (contract/replyx.md 5.1).
std::string message_new(std::uint64_t dialog, std::string_view message);

/// The next `count` text frames; fewer when they do not come in time.
std::vector<std::string> read_texts(ws_client& client, std::size_t count);

/// Reads text frames until `last` arrives (included in the result).
std::vector<std::string> read_until(ws_client& client, std::string_view last);

/// True when `text` arrives, whatever arrives before it.
bool hears(ws_client& client, std::string_view text);

} // namespace wsgw::tests
