#include "protocol/duel_body.hpp"

#include "protocol/json_writer.hpp"
#include "protocol/timestamp.hpp"

namespace wsgw::protocol {

namespace {

void text_or_null(json_writer& json, const std::string& text) {
  if (text.empty())
    json.null();
  else
    json.text(text);
}

void write(json_writer& json, const duel_facts& duel) {
  json.begin_object().key("duel_id").signed_number(duel.duel_id);
  json.key("room").text("duel:" + std::to_string(duel.duel_id));
  json.key("status");
  text_or_null(json, duel.status);
  json.key("players").begin_object();
  for (const auto as : {role::initiator, role::opponent})
    json.key(to_string(as)).number(duel.players[static_cast<std::size_t>(as)]);
  json.end_object().key("updates").number(duel.updates);
  json.key("updated_at");
  text_or_null(json, duel.updated_at ? rfc3339(*duel.updated_at) : "");
  json.key("head");
  text_or_null(json, duel.head);
  json.end_object();
}

} // namespace

std::string encode_duels(const std::vector<duel_facts>& duels,
                         std::size_t total) {
  json_writer json;
  json.begin_object().key("total").number(total);
  json.key("truncated").boolean(duels.size() < total);
  json.key("duels").begin_array();
  for (const auto& each : duels)
    write(json, each);
  return json.end_array().end_object().take();
}

std::string encode_duel_ticket(const std::string& ticket,
                               std::int64_t expires_at) {
  json_writer json;
  json.begin_object().key("ticket").text(ticket);
  return json.key("expires_at").signed_number(expires_at).end_object().take();
}

} // namespace wsgw::protocol
