#pragma once

#include "protocol/admission.hpp"
#include "protocol/token.hpp"

#include <optional>
#include <string>
#include <string_view>

// Shared by admission.cpp, admission_strict.cpp and admission_compat.cpp; of no
// use elsewhere.
namespace wsgw::protocol::rules {

// The two sets of rules, behind `decide`. The room is already checked.

admission decide_strict(const admission_policy& policy,
                        const admission_request& request);
admission decide_compat(const admission_policy& policy,
                        const admission_request& request);

/// The last value of a query parameter; empty text counts as absent.
std::optional<std::string_view> parameter(const admission_request& request,
                                          std::string_view name);

/// The role that an endpoint gives.
role role_of(endpoint where);

/// 101, then this close.
admission close_with(const admission_request& request, close_reason reason);

/// A close for the domain, with what the operations log line needs. Both texts
/// come from the client: they are cut and their control characters replaced.
admission close_for_domain(const admission_request& request,
                           close_reason reason);

/// No upgrade.
admission answer_with(const admission_request& request, errc error);

/// Lets `who` in without another question.
admission let_in(const admission_request& request, identity who);

/// Lets `who` in, if the authoriser agrees where there is one.
admission let_in_or_ask(const admission_policy& policy,
                        const admission_request& request, identity who);

/// As `let_in_or_ask`, but into the inbox of `who.user_id`; `unfit` when that
/// cannot be the name of a room.
admission let_into_inbox(const admission_policy& policy,
                         const admission_request& request, identity who,
                         errc unfit);

jwt_key key_of(const admission_policy& policy);

identity identity_of(const access_claims& claims);
identity identity_of(const site_claims& claims);

/// Decimal, optionally signed; empty when it is anything else or too large.
std::optional<std::int64_t> parse_integer(std::string_view text);

} // namespace wsgw::protocol::rules
