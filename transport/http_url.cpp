#include "transport/http_url.hpp"

#include <algorithm>
#include <charconv>

namespace wsgw::transport {

namespace {

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

bool has_odd_byte(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) {
    return c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>'
           || c == '\\';
  });
}

bool read_port(std::string_view text, http_url& url) {
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, url.port);
  return error == std::errc{} && stop == end && url.port != 0;
}

bool read_authority(std::string_view text, http_url& url) {
  auto end = text.find(':');
  auto host = text.substr(0, end);
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos)
      return false;
    host = text.substr(1, end - 1);
    ++end;
  }
  const auto rest = text.substr(std::min(end, text.size()));
  url.host = host;
  if (host.empty() || host.find_first_of("@[]%") != std::string_view::npos)
    return false;
  return rest.empty() || (rest[0] == ':' && read_port(rest.substr(1), url));
}

} // namespace

std::string http_url::authority() const {
  const auto is_default = port == (is_tls ? 443 : 80);
  return bracketed(host) + (is_default ? "" : ":" + std::to_string(port));
}

std::string http_url::origin() const {
  return (is_tls ? "https://" : "http://") + bracketed(host) + ":"
         + std::to_string(port);
}

std::optional<http_url> parse_http_url(std::string_view text) {
  const std::string_view plain = "http://";
  const std::string_view secure = "https://";
  http_url url;
  url.is_tls = text.starts_with(secure);
  if ((!url.is_tls && !text.starts_with(plain)) || has_odd_byte(text))
    return std::nullopt;
  url.port = url.is_tls ? 443 : 80;
  text.remove_prefix(url.is_tls ? secure.size() : plain.size());
  text = text.substr(0, text.find('#'));
  const auto path = std::min(text.find_first_of("/?"), text.size());
  if (!read_authority(text.substr(0, path), url))
    return std::nullopt;
  if (const auto target = text.substr(path); !target.empty())
    url.target = (target[0] == '?' ? "/" : "") + std::string{target};
  return url;
}

} // namespace wsgw::transport
