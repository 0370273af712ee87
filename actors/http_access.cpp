#include "actors/http_access.hpp"

#include "protocol/client_address.hpp"
#include "protocol/digest.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace wsgw::actors {

namespace {

constexpr std::array<std::string_view, 7> telltales{"forwarded",
                                                    "x-forwarded-for",
                                                    "x-forwarded-host",
                                                    "x-forwarded-proto",
                                                    "x-real-ip",
                                                    "via",
                                                    "origin"};

/// Removes the port of `host:port` and the brackets of `[::1]:port`.
std::string_view host_name(std::string_view host) {
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    return end == std::string_view::npos ? std::string_view{}
                                         : host.substr(1, end - 1);
  }
  return host.substr(0, host.find(':'));
}

bool is_loopback_host(std::string_view host) {
  std::string name{host_name(host)};
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return name == "localhost" || protocol::is_loopback(name);
}

bool is_local(const transport::http_request& request) {
  return (request.method == "GET" || request.method == "HEAD")
         && protocol::is_loopback(request.peer)
         && std::none_of(telltales.begin(), telltales.end(),
                         [&](auto name) { return request.has_header(name); })
         && is_loopback_host(request.header("host"));
}

} // namespace

std::string_view bearer_of(const transport::http_request& request) {
  constexpr std::string_view scheme = "bearer ";
  const auto value = request.header("authorization");
  if (value.size() <= scheme.size()
      || !std::equal(scheme.begin(), scheme.end(), value.begin(),
                     [](char a, char b) {
                       return a == std::tolower(static_cast<unsigned char>(b));
                     }))
    return {};
  return value.substr(scheme.size());
}

access_verdict debug_access(const transport::http_request& request,
                            std::string_view debug_token) {
  if (const auto bearer = bearer_of(request); !bearer.empty())
    return !debug_token.empty()
               && protocol::equal_in_constant_time(bearer, debug_token)
             ? access_verdict::granted
             : access_verdict::wrong_bearer;
  return is_local(request) ? access_verdict::granted : access_verdict::denied;
}

} // namespace wsgw::actors
