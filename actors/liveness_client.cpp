#include "actors/commands.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <optional>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace wsgw::actors {

namespace {

using clock = std::chrono::steady_clock;

/// A descriptor that is closed at the end.
struct descriptor {
  explicit descriptor(int n) : number(n) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (number >= 0)
      ::close(number);
  }
  int number;
};

/// The address to ask when the gateway listens on `host`.
std::string reachable(const std::string& host) {
  if (host == "0.0.0.0")
    return "127.0.0.1";
  return host == "::" ? "::1" : host;
}

/// Whom to ask for what.
struct target {
  std::string host;
  std::string port;
  std::string path = "/live";
};

/// Reads `http://host:8001/live`; the port may be missing, and the path.
std::optional<target> parse_url(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme))
    return std::nullopt;
  url.remove_prefix(scheme.size());
  const auto slash = std::min(url.find('/'), url.size());
  auto authority = url.substr(0, slash);
  target result{{}, "80", "/live"};
  if (slash + 1 < url.size())
    result.path = url.substr(slash);
  const auto colon = authority.rfind(':');
  if (colon != std::string_view::npos
      && authority.find(']', colon) == std::string_view::npos) {
    result.port = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
  }
  if (authority.starts_with('[') && authority.ends_with(']'))
    authority = authority.substr(1, authority.size() - 2);
  result.host = authority;
  // Nothing of it may break the request's lines.
  if (result.host.empty()
      || std::any_of(result.path.begin(), result.path.end(),
                     [](char c) { return c <= ' '; }))
    return std::nullopt;
  return result;
}

/// Limits every blocking call from now on, connect included.
void limit(int fd, std::chrono::milliseconds left) {
  timeval t{};
  t.tv_sec = left.count() / 1000;
  t.tv_usec = static_cast<suseconds_t>(left.count() % 1000 * 1000);
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t);
}

std::string reason() {
  return errno == EAGAIN || errno == EINPROGRESS ? "no answer in time"
                                                 : std::strerror(errno);
}

/// Reads until the status line is there, the peer ends or time is up.
std::string read_status_line(int fd, clock::time_point deadline) {
  std::string text;
  std::array<char, 512> chunk{};
  while (text.find("\r\n") == std::string::npos && text.size() < 4096
         && clock::now() < deadline) {
    const auto n = ::recv(fd, chunk.data(), chunk.size(), 0);
    if (n <= 0)
      break;
    text.append(chunk.data(), static_cast<std::size_t>(n));
  }
  return text.substr(0, text.find("\r\n"));
}

} // namespace

std::string ask_liveness(const settings& config, std::string_view url,
                         std::chrono::milliseconds timeout) {
  const auto deadline = clock::now() + timeout;
  const auto whom = url.empty() ? target{reachable(config.host),
                                         std::to_string(config.port), "/live"}
                                : parse_url(url);
  if (!whom)
    return "--url: not http://HOST:PORT[/PATH]";
  const auto& [host, port, path] = *whom;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0)
    return "cannot resolve " + host;
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner{found,
                                                             ::freeaddrinfo};
  const descriptor socket{
    ::socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, 0)};
  if (socket.number < 0)
    return reason();
  limit(socket.number, timeout);
  if (::connect(socket.number, found->ai_addr, found->ai_addrlen) != 0)
    return host + ":" + port + ": " + reason();
  const auto request =
    "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  if (::send(socket.number, request.data(), request.size(), MSG_NOSIGNAL)
      != static_cast<ssize_t>(request.size()))
    return reason();
  const auto status = read_status_line(socket.number, deadline);
  if (status.starts_with("HTTP/1.1 200"))
    return {};
  return status.empty() ? "no answer in time" : "answered " + status;
}

} // namespace wsgw::actors
