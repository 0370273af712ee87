#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgw::protocol {

/// The host of an origin or URL: scheme, path and port stripped, lower case;
/// empty when there is none. An authority with userinfo is returned whole:
/// no browser sends one as an origin, and it is within no domain.
std::string host_of(std::string_view origin);

/// True when `host` is one of `domains` or below one. No wildcards; entries
/// with a port match nothing (contract/replyx.md 2.3). Both sides lower case.
bool is_within(std::string_view host, const std::vector<std::string>& domains);

/// Where a widget says it runs.
struct widget_place {
  std::optional<std::string_view> origin;        ///< the Origin header
  std::optional<std::string_view> parent_origin; ///< the query parameter
};

/// The host that the domain rule applies to: the origin's, or the parent's when
/// the origin is a trusted iframe host and names a parent. Only a trusted host
/// can speak for its parent. Empty when there is no Origin.
std::string host_under_rule(const widget_place& place,
                            const std::vector<std::string>& trusted_hosts);

} // namespace wsgw::protocol
