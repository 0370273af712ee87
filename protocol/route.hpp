#pragma once

#include "protocol/dialect.hpp"
#include "protocol/result.hpp"
#include "protocol/role.hpp"
#include "protocol/room.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsgw::protocol {

/// The WebSocket endpoints (contract/replyx.md section 1).
enum class endpoint : std::uint8_t {
  admin_dialog,  ///< A `/ws/dialogs/{id}`
  site_dialog,   ///< S `/ws/site/dialogs/{id}`
  widget_dialog, ///< W `/ws/widget/dialogs/{id}`
  inbox,         ///< L `/ws/dialogs`
  widget_test,   ///< `/ws/widget/test`
  echo,          ///< `/ws/echo`
  duel,          ///< `/ws/duels`: the ticket says which room, as whom
};

std::string_view to_string(endpoint e);

/// Decoded query parameters in order. Malformed percent escapes stay as they
/// are; `+` is a space.
class query_params {
public:
  static query_params parse(std::string_view query);

  /// The last value of `name`, which is what the reference takes for tokens
  /// and ids; an empty value counts as absent.
  std::optional<std::string_view> last(std::string_view name) const;
  /// The first non-empty value (the reference's rule for `parent_origin`).
  std::optional<std::string_view> first(std::string_view name) const;

private:
  std::vector<std::pair<std::string, std::string>> params_;
};

/// A request target split at `?`; the path is percent-decoded once.
struct request_target {
  std::string path;
  query_params query;

  static request_target parse(std::string_view target);
};

/// Where a WebSocket request wants to go.
struct ws_route {
  endpoint where = endpoint::admin_dialog;
  std::optional<role> as;      ///< empty for widget_test and echo
  std::optional<room_id> room; ///< empty for L until its token is read
};

/// True when a Sec-WebSocket-Protocol list offers `v1_subprotocol`. Tokens are
/// compared with their case (RFC 6455 section 4.1).
bool offers_v1(std::string_view subprotocols);

/// What a WebSocket on `where` speaks: v1 when `v=1` or the subprotocol asks
/// for it and the endpoint has it (the inbox does not).
dialect dialect_of(endpoint where, const query_params& query,
                   std::string_view subprotocols);

/// True when `path` belongs to the WebSocket namespace (`/ws` or below).
bool is_ws_path(std::string_view path);

/// Resolves a path under `/ws`, with or without a trailing slash. Errors:
/// not_found, bad_dialog_id.
result<ws_route> parse_ws_route(std::string_view path);

/// True when `path` belongs to the event streams (`/sse` or below).
bool is_stream_path(std::string_view path);

/// Resolves a path under `/sse` (protocol-v1 section 5), with or without a
/// trailing slash: the endpoints of dialogs. Errors as `parse_ws_route`.
result<ws_route> parse_stream_route(std::string_view path);

} // namespace wsgw::protocol
