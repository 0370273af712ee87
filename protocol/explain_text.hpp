#pragma once

#include "protocol/explain_answer.hpp"
#include "protocol/result.hpp"
#include "protocol/route.hpp"

#include <string>

/// `GET /debug/v1/explain` in words: what is asked, and what is answered.
namespace wsgw::protocol::explain {

/// Reads `dialog_id` or `room`, one of `seq`, `message_id` and `trace_id`, and
/// `epoch`, `conn`, `user`, `role`. Errors: missing_parameter, bad_dialog_id,
/// bad_parameter.
result<question> read_question(const query_params& query);

/// One line for people.
std::string sentence_of(const line& what, const question& asked);

/// The answer as JSON.
std::string encode(const answer& what);

} // namespace wsgw::protocol::explain
