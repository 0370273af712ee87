#include "tests/support/http_exchange.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace wsgw::tests {

namespace {

using clock = std::chrono::steady_clock;

milliseconds left_until(clock::time_point end) {
  const auto left =
    std::chrono::duration_cast<milliseconds>(end - clock::now());
  return std::max(left, milliseconds{0});
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::string trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos)
    return {};
  return std::string{
    text.substr(begin, text.find_last_not_of(" \t") - begin + 1)};
}

/// Reads status line and headers, without the empty line behind them.
http_reply parse_head(std::string_view head) {
  http_reply reply;
  if (head.substr(0, 7) == "HTTP/1.")
    reply.status = std::atoi(std::string{head.substr(9, 3)}.c_str());
  auto at = head.find("\r\n");
  while (at != std::string_view::npos) {
    const auto begin = at + 2;
    at = head.find("\r\n", begin);
    const auto line = head.substr(begin, at - begin);
    if (const auto colon = line.find(':'); colon != std::string_view::npos)
      reply.headers[lower(std::string{line.substr(0, colon)})] =
        trimmed(line.substr(colon + 1));
  }
  return reply;
}

} // namespace

std::string http_reply::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string{} : found->second;
}

http_reply http_connection::read_reply(body what, milliseconds deadline) {
  const auto end = clock::now() + deadline;
  const auto fill = [&] { return socket_.receive(received_, left_until(end)); };
  while (received_.find("\r\n\r\n") == std::string::npos)
    if (!fill())
      return {};
  const auto head_size = received_.find("\r\n\r\n");
  auto reply = parse_head(std::string_view{received_}.substr(0, head_size));
  received_.erase(0, head_size + 4);
  if (what == body::none || reply.status == 101 || reply.status == 204)
    return reply;
  const auto length = reply.header("content-length");
  const auto size = length.empty() ? std::string::npos
                                   : std::strtoull(length.c_str(), nullptr, 10);
  while (received_.size() < size && fill())
    continue;
  reply.body = received_.substr(0, size);
  received_.erase(0, size);
  return reply;
}

http_reply http_exchange(std::uint16_t port, std::string_view request,
                         http_connection::body what) {
  http_connection connection{port};
  connection.send(request);
  return connection.read_reply(what);
}

std::string http_request_text(std::string_view method, std::string_view target,
                              const header_pairs& headers,
                              std::string_view body) {
  std::string text;
  text.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
  const auto names_host = [](const auto& h) { return h.first == "Host"; };
  if (std::none_of(headers.begin(), headers.end(), names_host))
    text += "Host: 127.0.0.1\r\n";
  text += "Connection: close\r\n";
  for (const auto& [name, value] : headers)
    text.append(name).append(": ").append(value).append("\r\n");
  if (!body.empty())
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text.append("\r\n").append(body);
}

http_reply http_get(std::uint16_t port, std::string_view target,
                    const header_pairs& headers) {
  return http_exchange(port, http_request_text("GET", target, headers));
}

http_reply http_post(std::uint16_t port, std::string_view target,
                     std::string_view body, const header_pairs& headers) {
  auto all = headers;
  all.emplace_back("Content-Type", "application/json");
  return http_exchange(port, http_request_text("POST", target, all, body));
}

} // namespace wsgw::tests
