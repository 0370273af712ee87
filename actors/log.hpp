#pragma once

#include "actors/settings.hpp"
#include "protocol/log_line.hpp"
#include "protocol/role.hpp"
#include "protocol/room.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// One line per event of interest, for people and for machines. A bounded
/// queue stands between the callers and the disk: when it is full the oldest
/// lines are lost, and nobody waits. All functions may be called from any
/// thread; before `session` exists they do nothing. Never pass a token.
namespace wsgw::actors::log {

using protocol::log_field;
using fields = std::initializer_list<log_field>;

/// Logging is on while one of these lives; there is at most one at a time.
class session {
public:
  /// Writes to `out`, which stays open until the session ends. `automatic`
  /// means console on a terminal and JSON otherwise.
  session(log_level least, log_format format, std::FILE* out = stdout);
  session(const session&) = delete;
  session& operator=(const session&) = delete;
  /// Ends the session if `end` did not.
  ~session();

  /// Writes what is queued; false when nobody took it within `patience` (a
  /// pipe that is not read). Then the writing thread is left behind, and the
  /// process should end by `_Exit`, which needs no lock that it may hold.
  bool end(std::chrono::milliseconds patience);
};

/// Other lines are written from now on; nothing happens without a session. Any
/// thread.
void set_level(log_level least);

/// True when a line of this severity would be written: a cheap check before
/// fields are computed.
bool enabled(log_level level);

void debug(std::string_view component, std::string_view message,
           fields more = {});
void info(std::string_view component, std::string_view message,
          fields more = {});
void warning(std::string_view component, std::string_view message,
             fields more = {});
void error(std::string_view component, std::string_view message,
           fields more = {});

/// A warning that may come often: one line per `key` and minute; the next
/// line says how many were suppressed.
void repeated_warning(std::string_view key, std::string_view component,
                      std::string_view message, fields more = {});

// -- lines that operations look for (contract/replyx.md section 8) ----------

/// Who a line is about.
struct peer {
  protocol::role as = protocol::role::admin;
  const protocol::room_id* room = nullptr;
  std::string_view conn;
  std::string_view address;
};

/// `[Admin] WebSocket connected to dialog 10`; `members` of that role.
void connected(const peer& who, std::size_t members);

/// `[Admin] WebSocket disconnected from dialog 10`.
void disconnected(const peer& who, std::uint16_t code, std::string_view reason,
                  std::size_t members);

/// `[Site] WebSocket refused for dialog 10`: closed or answered before join.
void refused(const peer& who, std::uint16_t code, std::string_view reason,
             std::string_view request_id);

/// `Broadcasting message to dialog 10: 2 connections`: at most 100 lines per
/// second and thread, the next one counts those left out.
/// `trace_id` when the event has one.
void broadcasting(const protocol::room_id& room, std::size_t connections,
                  std::string_view trace_id);

/// A page of a domain that is not allowed tried to join.
struct forbidden_page {
  std::string_view origin;
  std::optional<std::string_view> parent_origin;
  std::span<const std::string> trusted_hosts;
  bool has_token = true;
};

/// `Forbidden domain: …` and, for a token, `WEBSOCKET_4003_ERROR: …` in the
/// contract's format.
void forbidden_domain(const forbidden_page& page);

/// A request target that may be logged: the values of token-like parameters
/// are `***`.
std::string redact(std::string_view target);

} // namespace wsgw::actors::log
