#pragma once

#include "protocol/event.hpp"
#include "protocol/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// Bodies of the endpoints that only `--demo` serves.
namespace wsgw::protocol {

/// What somebody posts to `/api/…/dialogs/{id}/messages`.
struct post_order {
  std::string text;
  std::string sender; ///< empty: the endpoint decides
};

/// Reads `{"text":…,"sender":…}`; `text` is required and not empty, `sender`
/// one of user, assistant, manager, system. The error is bad_request.
result<post_order> parse_post(std::string_view body);

/// The stored message, as the reference's handlers answer it.
std::string encode_posted(const posted_message& message);

struct demo_session {
  std::string dialog_id;
  std::int64_t assistant_id = 0;
  std::string admin_token;
  std::string site_token;
  std::string widget_ticket;
};

/// `/api/demo/session`.
std::string encode_demo_session(const demo_session& session);

} // namespace wsgw::protocol
