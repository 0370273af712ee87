#pragma once

#include "transport/redis_link.hpp"

#include <optional>

struct redisAsyncContext;
struct redisReply;

namespace wsgw::transport {

/// Copies a hiredis reply, nested arrays included; bytes are taken as they are.
redis_reply copy_reply(const redisReply& reply);

/// What the server said to a subscriber.
enum class push_kind : std::uint8_t { subscribed, message, other };

/// Reads one push: `message` fills `out`. `other` is a shape nobody expects.
push_kind read_push(const redisReply& push, redis_message& out);

/// Stands between the parser and hiredis's asynchronous layer, which aborts the
/// process (assert) when a server sends, unasked, something that is neither an
/// error nor a proper push. The guard refuses such a reply while it is parsed;
/// hiredis then drops the link with an error.
struct reply_guard {
  redisAsyncContext* context = nullptr;
  bool has_refused = false; ///< says why hiredis claims to be out of memory
};

/// Puts `guard` in front of its context's parser; it must outlive the context.
void install(reply_guard& guard);

} // namespace wsgw::transport
