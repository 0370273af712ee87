#pragma once

#include "actors/log_store.hpp"
#include "transport/redis_link.hpp"

#include <cstddef>
#include <cstdint>
#include <variant>

namespace wsgw::actors {

/// What the functions of the library `wsgw` answer, read from Redis' replies.
/// A reply of any other shape is a `store_error`, as is an error of Redis'
/// own. Pure; any thread.

store_error store_error_of(const transport::redis_reply::failure& failure);
store_result<protocol::cursor> read_cursor(const transport::redis_reply& reply);
store_result<appended> read_appended(const transport::redis_reply& reply);

/// Consumes the texts of `reply`. An entry of more than `max_event_bytes` is
/// cut down to `{`, which is no event: it keeps its number, nobody gets it.
store_result<protocol::log_page> read_log_page(transport::redis_reply& reply,
                                               std::size_t max_event_bytes);

/// The answer to `wsgw_version`. `absent` when the library is not there.
struct absent {};
std::variant<std::uint64_t, absent, store_error>
read_version(const transport::redis_reply& reply);

/// True for Redis' word that a function is not there (any more).
bool is_function_missing(const transport::redis_reply& reply);

} // namespace wsgw::actors
