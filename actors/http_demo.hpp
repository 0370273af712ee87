#pragma once

#include "actors/http_page.hpp"
#include "actors/hub.hpp"
#include "protocol/admission.hpp"
#include "protocol/role.hpp"
#include "protocol/room.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wsgw::actors {

/// Where a message is posted to: `/api[/site|/widget]/dialogs/{id}/messages`.
struct post_route {
  protocol::role as = protocol::role::admin;
  protocol::room_id room;
};

/// What `--demo` adds: tokens for everybody and endpoints that publish
/// messages without a backend. Thread-safe.
class demo_pages {
public:
  demo_pages(hub& shared, const clocks& time);

  /// The route of a path, empty when it is none of ours. A malformed dialog
  /// id is bad_dialog_id.
  static std::optional<protocol::result<post_route>>
  find_post(std::string_view path);

  /// Checks the token; empty when the sender may post there.
  std::optional<transport::http_response>
  check_sender(const transport::http_request& request, const post_route& to);

  void post(page_request request, const post_route& to);
  void session(page_request request);

private:
  hub& shared_;
  clocks time_;
  std::atomic<std::uint64_t> next_id_;
};

} // namespace wsgw::actors
