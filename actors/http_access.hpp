#pragma once

#include "transport/handler.hpp"

#include <cstdint>
#include <string_view>

namespace wsgw::actors {

/// Who may see the debug pages (design "Doors").
enum class access_verdict : std::uint8_t {
  granted,
  denied,       ///< neither local nor with a bearer: 403
  wrong_bearer, ///< a bearer that is not ours: 401
};

/// Grants a bearer `debug_token`, or a local GET: loopback peer, no forwarding
/// header (a proxy on this machine speaks for somebody else), no Origin (a web
/// page), a loopback Host (DNS rebinding). An empty token grants no bearer.
access_verdict debug_access(const transport::http_request& request,
                            std::string_view debug_token);

/// The token of `Authorization: Bearer …`, empty when there is none.
std::string_view bearer_of(const transport::http_request& request);

} // namespace wsgw::actors
