#include "tests/support/running_hub.hpp"

#include <doctest/doctest.h>

namespace wsgw::tests {

ws_client connect(const gateway_process& gateway, const std::string& target,
                  const ws_client::header_list& headers) {
  auto client = ws_client::connect(gateway.port(), target, headers);
  REQUIRE_MESSAGE(client.is_open(), target, ": ", client.status(), " ",
                  client.body());
  return client;
}

dialog_clients::dialog_clients(const gateway_process& gateway,
                               std::uint64_t dialog)
    : admin(connect(gateway, admin_target(dialog))),
      widget(connect(gateway, widget_target(dialog))),
      site(connect(gateway, site_target(dialog))) {}

running_hub::running_hub(const environment_map& changes)
    : gateway(with(changes, {{"REDIS_URL", redis.url()}})) {}

std::string bare_message(int id, std::string_view text,
                         std::string_view sender) {
  std::string json = R"({"id":)" + std::to_string(id);
  json.append(R"(,"sender":")").append(sender);
  json.append(R"(","text":")").append(text);
  return json + R"(","timestamp":"2025-09-06T11:00:00.123456Z"})";
}

std::string message_new(std::uint64_t dialog, std::string_view message) {
  std::string json = R"({"type":"message:new","message":)";
  json.append(message);
  json += R"(,"timestamp":"2025-09-06T11:00:00.130000","dialog_id":)";
  return json + std::to_string(dialog) + R"(,"source":"backend"})";
}

std::vector<std::string> read_texts(ws_client& client, std::size_t count) {
  std::vector<std::string> texts;
  while (texts.size() < count) {
    auto text = client.read_text(patience);
    if (!text)
      break;
    texts.push_back(std::move(*text));
  }
  return texts;
}

std::vector<std::string> read_until(ws_client& client, std::string_view last) {
  std::vector<std::string> texts;
  while (auto text = client.read_text(patience)) {
    texts.push_back(std::move(*text));
    if (texts.back() == last)
      break;
  }
  return texts;
}

bool hears(ws_client& client, std::string_view text) {
  const auto texts = read_until(client, text);
  return !texts.empty() && texts.back() == text;
}

} // namespace wsgw::tests
