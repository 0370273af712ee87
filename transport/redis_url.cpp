#include "transport/redis_url.hpp"

#include <charconv>
#include <optional>
#include <sys/un.h>

namespace wsgw::transport {

namespace {

/// What is wrong; empty when nothing is.
using complaint = std::string_view;

/// Cuts `text` at the first `mark`; returns what stood behind it.
std::string_view cut(std::string_view& text, char mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos)
    return {};
  const auto rest = text.substr(at + 1);
  text = text.substr(0, at);
  return rest;
}

std::optional<unsigned> number(std::string_view text, unsigned most) {
  unsigned value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || value > most)
    return std::nullopt;
  return value;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    const auto digits = text.substr(i + 1, 2);
    const auto* end = digits.data() + digits.size();
    unsigned value = 0;
    const auto [stop, error] = std::from_chars(digits.data(), end, value, 16);
    if (digits.size() != 2 || error != std::errc{} || stop != end)
      return std::nullopt;
    plain += static_cast<char>(value);
    i += 2;
  }
  return plain;
}

complaint read_login(std::string_view login, redis_endpoint& server) {
  const auto has_password = login.find(':') != std::string_view::npos;
  const auto secret = cut(login, ':');
  if (!has_password || secret.empty())
    return "a user name needs a password: user:password@";
  auto user = percent_decoded(login);
  auto password = percent_decoded(secret);
  if (!user || !password)
    return "user or password holds a broken percent sequence";
  server.username = std::move(*user);
  server.password = std::move(*password);
  return {};
}

complaint read_host(std::string_view place, redis_endpoint& server) {
  auto port = std::string_view{};
  auto has_port = false;
  if (place.starts_with('[')) {
    const auto end = place.find(']');
    if (end == std::string_view::npos || end == 1)
      return "the IPv6 address is not like [::1] or [::1]:6379";
    const auto rest = place.substr(end + 1);
    if (!rest.empty() && rest[0] != ':')
      return "the IPv6 address is not like [::1] or [::1]:6379";
    place = place.substr(1, end - 1);
    has_port = !rest.empty();
    port = has_port ? rest.substr(1) : rest;
  } else {
    has_port = place.find(':') != std::string_view::npos;
    port = cut(place, ':');
  }
  for (const unsigned char c : place)
    if (c <= ' ' || c == 0x7f || c == '[' || c == '#' || c == '%')
      return "the host name holds a character that no host name has";
  if (!place.empty())
    server.host = place;
  if (!has_port)
    return {};
  const auto value = number(port, 65535);
  if (!value || *value == 0)
    return "the port is not a number from 1 to 65535";
  server.port = static_cast<std::uint16_t>(*value);
  return {};
}

complaint read_database(std::string_view text, redis_endpoint& server) {
  const auto value = number(text, 0x7fffffff);
  if (!value)
    return "the database is not a number like /0 or ?db=0";
  server.database = *value;
  return {};
}

/// Keys of other clients (`socket_timeout=`) mean nothing to us and are passed
/// over, since services like to share one REDIS_URL.
complaint read_query(std::string_view query, redis_endpoint& server) {
  while (!query.empty()) {
    const auto rest = cut(query, '&');
    auto key = query;
    const auto value = percent_decoded(cut(key, '='));
    if (!value)
      return "the query holds a broken percent sequence";
    if (key == "name")
      server.name = *value;
    if (key == "db")
      if (auto wrong = read_database(*value, server); !wrong.empty())
        return wrong;
    query = rest;
  }
  return {};
}

complaint read_path(std::string_view path, bool is_unix,
                    redis_endpoint& server) {
  if (!is_unix)
    return path.empty() ? complaint{} : read_database(path, server);
  auto plain = percent_decoded(path);
  if (!plain)
    return "the socket path holds a broken percent sequence";
  if (plain->empty() || plain->find('\0') != std::string::npos)
    return "the socket path is missing: unix:///path/redis.sock";
  server.unix_path = "/" + *plain;
  if (server.unix_path.size() >= sizeof(sockaddr_un::sun_path))
    return "the socket path is longer than 107 bytes";
  return {};
}

complaint read(std::string_view rest, bool is_unix, redis_endpoint& server) {
  const auto query = cut(rest, '?');
  auto place = rest;
  const auto path = cut(place, '/');
  if (const auto at = place.rfind('@'); at != std::string_view::npos) {
    if (auto wrong = read_login(place.substr(0, at), server); !wrong.empty())
      return wrong;
    place.remove_prefix(at + 1);
  }
  if (is_unix && !place.empty())
    return "a unix:// URL has no host: unix:///path/redis.sock";
  if (!is_unix)
    if (auto wrong = read_host(place, server); !wrong.empty())
      return wrong;
  if (auto wrong = read_path(path, is_unix, server); !wrong.empty())
    return wrong;
  return read_query(query, server);
}

std::string shown_host(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

} // namespace

std::string redis_endpoint::masked() const {
  const auto db = std::to_string(database);
  if (!unix_path.empty())
    return "unix://" + unix_path + "?db=" + db
           + (name.empty() ? "" : "&name=" + name);
  return "redis://" + shown_host(host) + ":" + std::to_string(port) + "/" + db
         + (name.empty() ? "" : "?name=" + name);
}

std::string redis_endpoint::label() const {
  if (!name.empty())
    return name;
  if (!unix_path.empty())
    return unix_path;
  return shown_host(host) + ":" + std::to_string(port) + "/"
         + std::to_string(database);
}

std::variant<redis_endpoint, std::string>
parse_redis_url(std::string_view url) {
  const std::string_view tcp = "redis://";
  const std::string_view local = "unix://";
  if (url.starts_with("rediss://"))
    return "rediss:// (TLS) is not supported; use redis:// on a private "
           "network or through a TLS tunnel";
  const auto is_unix = url.starts_with(local);
  if (!is_unix && !url.starts_with(tcp))
    return "a Redis URL begins with redis:// or unix://";
  redis_endpoint server;
  url.remove_prefix(is_unix ? local.size() : tcp.size());
  if (auto wrong = read(url, is_unix, server); !wrong.empty())
    return std::string{wrong};
  return server;
}

std::variant<std::vector<redis_endpoint>, std::string>
parse_redis_urls(std::string_view list) {
  std::vector<redis_endpoint> servers;
  for (auto is_last = false; !is_last;) {
    is_last = list.find(',') == std::string_view::npos;
    const auto rest = cut(list, ',');
    while (list.starts_with(' '))
      list.remove_prefix(1);
    while (list.ends_with(' '))
      list.remove_suffix(1);
    auto parsed = parse_redis_url(list);
    if (auto* wrong = std::get_if<std::string>(&parsed)) {
      const auto is_only = servers.empty() && is_last;
      return is_only ? *wrong
                     : "server " + std::to_string(servers.size() + 1)
                         + " of the list: " + *wrong
                         + " (a comma in a password is written %2C)";
    }
    servers.push_back(std::get<redis_endpoint>(std::move(parsed)));
    for (std::size_t i = 0; i + 1 < servers.size(); ++i)
      if (servers[i].label() == servers.back().label())
        return "two servers are called " + servers[i].label()
               + "; give them different names (?name=)";
    list = rest;
  }
  return servers;
}

} // namespace wsgw::transport
