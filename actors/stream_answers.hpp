#pragma once

#include "protocol/close_code.hpp"
#include "protocol/errc.hpp"
#include "transport/handler.hpp"

#include <chrono>
#include <optional>

/// How the paths of event streams answer when no stream opens (protocol-v1
/// section 5). A browser's page may be of any origin: admission judges it, and
/// the page must be able to read why it was refused. Pure; any thread.
namespace wsgw::actors {

/// True for every GET below `/sse`: admission says the rest.
bool asks_for_stream(const transport::http_request& request);

/// True when the request is for a path below `/sse`.
bool is_for_stream(const transport::http_request& request);

/// The headers by which a page may read the answer to its request (Fetch
/// standard, CORS protocol); none without Origin.
transport::header_list stream_headers(const transport::http_request& request);

/// An error as JSON. Overload has a Retry-After of `retry`.
transport::http_response stream_error(const transport::http_request& request,
                                      protocol::errc why,
                                      std::chrono::milliseconds retry = {});

/// What would close a WebSocket, as an HTTP status with the close code in its
/// body.
transport::http_response stream_refusal(const transport::http_request& request,
                                        const protocol::close_status& status);

/// What is wrong with a request below `/sse` that is no stream; empty for a
/// preflight.
std::optional<protocol::errc>
stream_problem(const transport::http_request& request);

/// The answer to OPTIONS.
transport::http_response
stream_preflight(const transport::http_request& request);

} // namespace wsgw::actors
