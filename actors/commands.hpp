#pragma once

#include "actors/config.hpp"

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

namespace wsgw::actors {

/// The server that keeps a room, given REDIS_URL and the room, without
/// credentials; main passes what the transport layer knows of URLs.
using redis_placing =
  std::function<std::string(std::string_view urls, std::string_view room)>;

/// Does what `order` asks for if it is anything but a healthy `serve`: prints
/// and returns the exit code. Needs no running gateway.
int run_command(const startup& order, std::ostream& out, std::ostream& err,
                const redis_placing& place = {});

/// All settings as `NAME=value` lines with their sources; secrets masked.
std::string settings_as_text(const startup& order);

/// The settings table of the documentation.
std::string settings_as_markdown();

/// Asks `/live` of the gateway that this configuration would run, or `url`
/// when it is not empty, over plain blocking TCP. Empty when it answered 200 in
/// time, else what went wrong.
std::string ask_liveness(const settings& config, std::string_view url,
                         std::chrono::milliseconds timeout);

/// The token or ticket that `order` asks for; empty when its key is missing.
std::string mint(const startup& order,
                 std::chrono::system_clock::time_point now);

/// The ticket that `order` asks for; empty when its key is missing.
std::string mint_ticket(const startup& order,
                        std::chrono::system_clock::time_point now);

/// Says what the ticket of `order` is worth, as the gateway would judge it:
/// facts and 0, the reason and 1, or 78 without a secret. Whether it was used
/// before is known only to the gateway.
int check_ticket(const startup& order,
                 std::chrono::system_clock::time_point now, std::ostream& out,
                 std::ostream& err);

} // namespace wsgw::actors
