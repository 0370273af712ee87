#pragma once

#include "transport/http_client.hpp"

#include <memory>

namespace wsgw::transport {

class shard_loop;

/// An `http_client` over Beast: keeps up to 16 idle connections per origin for
/// 30 s, verifies https:// against the system's certificates and the host
/// name, follows no redirects. Use and destroy it on the loop's thread, or when
/// the loop does not run; destruction drops the callbacks of what is under way.
///
/// Errors besides those of network, TLS and HTTP: `timed_out` (the deadline),
/// `invalid_argument` (the URL, or a header that would break the request),
/// `resource_unavailable_try_again` (1024 requests are under way).
std::unique_ptr<http_client> make_http_client(shard_loop& loop);

} // namespace wsgw::transport
