#include "tests/support/verdict.hpp"

#include <doctest/doctest.h>

#include <string_view>

namespace wsgw::tests {

namespace {

/// The value of `"error"` in a JSON error, or nothing.
std::string error_word(std::string_view body) {
  constexpr std::string_view field = R"("error":")";
  const auto at = body.find(field);
  if (at == std::string_view::npos)
    return {};
  const auto from = at + field.size();
  return " " + std::string{body.substr(from, body.find('"', from) - from)};
}

} // namespace

std::string verdict_of(ws_client& client) {
  if (!client.is_open())
    return "HTTP " + std::to_string(client.status())
           + error_word(client.body());
  client.send_text("__ping__");
  while (const auto message = client.read(patience)) {
    if (message->opcode == op_text)
      return "open";
    if (message->opcode == op_close)
      return std::to_string(message->close_code) + " " + message->reason;
  }
  return "silence";
}

std::string verdict_of(const gateway_process& gateway,
                       const std::string& target,
                       const ws_client::header_list& headers) {
  auto client = ws_client::connect(gateway.port(), target, headers);
  return verdict_of(client);
}

void check_rows(const gateway_process& gateway,
                const std::vector<admission_row>& rows) {
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(verdict_of(gateway, row.target, {{"Origin", row.origin}})
          == row.expected);
  }
}

} // namespace wsgw::tests
