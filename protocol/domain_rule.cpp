#include "protocol/domain_rule.hpp"

#include <algorithm>

namespace wsgw::protocol {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; }

/// Characters of a DNS name or of a bracketed IPv6 address.
bool is_host_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.'
         || c == '-' || c == '_' || c == '[' || c == ']' || c == ':';
}

std::string_view without_port(std::string_view authority) {
  if (authority.starts_with('['))
    return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

} // namespace

std::string host_of(std::string_view origin) {
  if (const auto scheme = origin.find("://"); scheme != std::string_view::npos)
    origin.remove_prefix(scheme + 3);
  auto authority = origin.substr(0, origin.find_first_of("/?#\\"));
  if (authority.find('@') == std::string_view::npos)
    authority = without_port(authority);
  std::string host{authority};
  std::transform(host.begin(), host.end(), host.begin(), lower);
  return host;
}

bool is_within(std::string_view host, const std::vector<std::string>& domains) {
  if (host.empty() || !std::all_of(host.begin(), host.end(), is_host_char))
    return false;
  return std::any_of(
    domains.begin(), domains.end(), [host](const auto& domain) {
      if (domain.empty() || !host.ends_with(domain))
        return false;
      const auto rest = host.substr(0, host.size() - domain.size());
      return rest.empty() || rest.ends_with('.');
    });
}

std::string host_under_rule(const widget_place& place,
                            const std::vector<std::string>& trusted_hosts) {
  auto host = host_of(place.origin.value_or(""));
  const bool is_trusted =
    std::find(trusted_hosts.begin(), trusted_hosts.end(), host)
    != trusted_hosts.end();
  if (!host.empty() && is_trusted && place.parent_origin)
    return host_of(*place.parent_origin);
  return host;
}

} // namespace wsgw::protocol
