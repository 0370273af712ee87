#pragma once

#include "protocol/result.hpp"
#include "protocol/role.hpp"
#include "protocol/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wsgw::protocol {

/// Durable events get a place in the log; ephemeral ones are never replayed.
enum class durability : std::uint8_t { durable, ephemeral };

/// One backend event, parsed once (contract/replyx.md 5.1, protocol-v1 6, 7.6).
struct event {
  std::string type;
  durability kind = durability::durable;
  /// From `_to` (`event_reader::receivers` tells how it is read), else the row
  /// of the type. `user` is always in it: an inbox hears all addressed to it.
  role_set audience;
  /// message:new only: the inner `message`, compact JSON, key order and number
  /// texts as published. What A, W and S receive.
  std::string message;
  /// The whole object, compact, without fields that begin with `_`. Empty when
  /// `parse_options::need_flat` was false and the type does not need it.
  std::string flat;
  /// message:new only: compact JSON text of `message.id`, empty when absent or
  /// null. Duplicates are recognised by it.
  std::string message_id;
  /// Top-level `user_id` as text (string or integer), empty when absent: the
  /// inbox that also gets this event.
  std::string user_id;
  /// The publisher's time: of the top-level strings `ts` and `timestamp` the
  /// first that is a time (without an offset: UTC).
  std::optional<milli_time> ts;
  /// An event that a client caused (`client_event_table`): what v1 clients get
  /// as `data`, the compact object `_client`. Empty for all others.
  std::string client;
  /// `_client.conn`: the connection that must not hear itself.
  std::string client_conn;
  /// Names the conversation that caused it in all logs: the trace id of the
  /// top-level `traceparent` (W3C Trace Context), else `trace_id`; or empty.
  std::string trace_id;
  /// Legacy clients do not get it.
  bool v1_only = false;
};

struct parse_options {
  /// WS_COMPAT: message:new with a non-object `message` is forwarded as is.
  bool compat = false;
  /// Build `event::flat` even when no dialog role needs it (inbox receivers).
  bool need_flat = false;
};

/// Parses one published event. Errors: event_not_json (also when nested deeper
/// than 256), event_not_object, event_not_utf8, event_without_type,
/// event_without_message. Lone surrogate escapes are replaced by U+FFFD. Of
/// equal keys the last one counts. Reentrant.
result<event> parse_event(std::string_view json, parse_options options = {});

/// The trace id of an event that parse_event refused, for the log; empty when
/// it has none, or is not even JSON.
std::string trace_id_in(std::string_view json);

/// The text that a legacy client of role `r` receives for `e`: message:new as
/// the bare inner object for A, W, S; everything else (and every event of the
/// inbox) flat.
const std::string& legacy_payload(const event& e, role r);

/// Builds a `message:new` event as the reference backend publishes it, for the
/// demo's POST endpoints.
struct posted_message {
  std::uint64_t id = 0;
  std::string sender;
  std::string text;
  std::string timestamp; ///< UTC, `2025-09-06T11:00:00.123456Z`
};
std::string encode_message_new(std::string_view dialog_id,
                               const posted_message& message);

} // namespace wsgw::protocol
