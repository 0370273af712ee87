#pragma once

#include "protocol/close_code.hpp"
#include "protocol/role.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wsgw::protocol {

/// One question to the backend's authoriser (design D6).
struct auth_question {
  role as = role::admin;
  std::string dialog_id; ///< the room's name; the user id for L
  std::string claims_json = "null";
  std::optional<std::int64_t> assistant_id;
  std::string site;
  std::string origin;
  std::string ip;
};

struct auth_answer {
  bool allow = false;
  std::string user_id;              ///< empty when the backend names none
  std::chrono::milliseconds ttl{0}; ///< how long the answer may be cached
  close_status refusal;             ///< when not allowed; code always 4000-4999
};

/// The JSON body of the POST: `dialog_id` is a number (the user id of an L
/// question a string), what is empty is null. Equal questions give equal bytes.
std::string encode(const auth_question& question);

/// The cache key: a digest of the whole question, since the backend's answer
/// may depend on any part of it. So no answer reaches another user, and the
/// table of answers holds no claims.
std::string cache_key(const auth_question& question);

/// Reads the backend's answer; empty when it is nonsense (status other than
/// 200, not a JSON object, no boolean `allow`, a member of a wrong type, a code
/// outside 4000-4999). Without a code a refusal is 4002, without a reason
/// `Auth failed`; the reason is cut to 123 bytes at a character boundary.
/// `ttl_ms` is clamped to 0 … 1 h.
std::optional<auth_answer> parse_auth_answer(unsigned http_status,
                                             std::string_view body);

} // namespace wsgw::protocol
