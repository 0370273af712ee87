#pragma once

#include "protocol/close_code.hpp"
#include "protocol/role.hpp"

#include <chrono>
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

/// The JSON body of the POST. Equal questions give equal bytes.
std::string encode(const auth_question& question);

/// The part of the question that the answer may depend on: the cache key.
std::string cache_key(const auth_question& question);

/// Reads the backend's answer; empty when it is nonsense (status other than
/// 200, not JSON, no `allow`, a code outside 4000-4999). The reason is cut to
/// 123 bytes at a character boundary.
std::optional<auth_answer> parse_auth_answer(unsigned http_status,
                                             std::string_view body);

} // namespace wsgw::protocol
