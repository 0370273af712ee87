#pragma once

#include "protocol/cursor.hpp"
#include "protocol/log_library.hpp"
#include "tests/support/redis_server.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace wsgw::tests {

/// A Redis that has the function library `wsgw`, called as a backend does.
class log_redis {
public:
  explicit log_redis(redis_server_options options = {})
      : server(std::move(options)) {
    load();
  }

  void load() {
    server.cli("FUNCTION", "LOAD", "REPLACE",
               std::string{protocol::log_library()});
  }

  /// The lines of the answer; an error is one line.
  template <class... Words>
  std::vector<std::string> call(const std::string& function,
                                const std::string& room, const Words&... more) {
    return lines(server.cli("FCALL", function, "1", room, more...));
  }

  /// Where wsgw_publish put the event; an error fails at `stoull`.
  protocol::cursor publish(const std::string& room, const std::string& json,
                           const std::string& key = {}) {
    const auto reply = call("wsgw_publish", room, json, key);
    return {reply.at(0), std::stoull(reply.at(1))};
  }
  std::string cursor(const std::string& room) {
    return server.cli("FCALL", "wsgw_cursor", "1", room);
  }
  /// epoch, head, first, renewed, then seq and json of each event.
  std::vector<std::string> read(const std::string& room, std::uint64_t after,
                                std::size_t count = 100) {
    return call("wsgw_read", room, std::to_string(after),
                std::to_string(count));
  }

  redis_server server;

private:
  static std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> result;
    std::size_t begin = 0;
    for (auto end = text.find('\n'); end != std::string::npos;
         end = text.find('\n', begin)) {
      result.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
    result.push_back(text.substr(begin));
    return result;
  }
};

} // namespace wsgw::tests
