#include "protocol/client_event.hpp"

#include "protocol/json_writer.hpp"

#include <array>
#include <string_view>

namespace wsgw::protocol {

std::string encode(const client_event& event) {
  constexpr std::array<std::string_view, 3> types{"typing_start", "typing_stop",
                                                  "read"};
  json_writer json;
  json.begin_object().key("type");
  json.text(types[static_cast<std::size_t>(event.what)]);
  json.key("_to").begin_array().text(to_string(role::admin));
  if (event.from == role::admin)
    json.text(to_string(role::widget)).text(to_string(role::site));
  json.end_array().key("_client").begin_object();
  json.key("role").text(to_string(event.from));
  json.key("conn").text(to_string(event.conn));
  if (event.what == client_event::kind::read)
    json.key("seq").number(event.seq);
  return json.end_object().end_object().take();
}

} // namespace wsgw::protocol
