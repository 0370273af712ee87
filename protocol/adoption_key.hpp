#pragma once

#include "protocol/event.hpp"

#include <string>
#include <string_view>

namespace wsgw::protocol {

/// The idempotency key under which every gateway appends the same plain event
/// to the log (`WS_LOG=adopt`, protocol-v1 section 6.2), so that one wins:
/// `id:<message.id as JSON>` of a message:new that has one, else
/// `sha256:<hex>` of the payload. `e` is the event parsed from `payload`.
std::string adoption_key(const event& e, std::string_view payload);

} // namespace wsgw::protocol
