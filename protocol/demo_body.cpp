#include "protocol/demo_body.hpp"

#include "protocol/json_object.hpp"
#include "protocol/json_writer.hpp"

#include <algorithm>
#include <array>

namespace wsgw::protocol {

namespace {

constexpr std::array<std::string_view, 4> senders{"user", "assistant",
                                                  "manager", "system"};

} // namespace

result<post_order> parse_post(std::string_view body) {
  const auto object = json_object::parse(body);
  if (!object)
    return errc::bad_request;
  auto text = object->string("text");
  if (!text || text->empty())
    return errc::bad_request;
  post_order order{std::move(*text), {}};
  if (!object->has("sender") || object->is_null("sender"))
    return order;
  const auto sender = object->string("sender");
  if (!sender
      || std::find(senders.begin(), senders.end(), *sender) == senders.end())
    return errc::bad_request;
  order.sender = *sender;
  return order;
}

std::string encode_posted(const posted_message& message) {
  json_writer json;
  json.begin_object().key("id").number(message.id);
  json.key("sender").text(message.sender).key("text").text(message.text);
  return json.key("timestamp").text(message.timestamp).end_object().take();
}

std::string encode_demo_session(const demo_session& session) {
  json_writer json;
  json.begin_object().key("dialog_id").raw(session.dialog_id);
  json.key("assistant_id").signed_number(session.assistant_id);
  json.key("admin_token").text(session.admin_token);
  json.key("site_token").text(session.site_token);
  json.key("widget_ticket").text(session.widget_ticket);
  return json.end_object().take();
}

} // namespace wsgw::protocol
