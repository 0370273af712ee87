#pragma once

#include "protocol/explain.hpp"

#include <optional>
#include <string>
#include <string_view>

/// What nodes say to each other to answer `explain` together: a question, and
/// what one of them knows. Both sides are gateways of any version, so what is
/// malformed is empty, and unknown members are ignored.
namespace wsgw::protocol::explain {

std::string encode_question(const question& asked);
std::optional<question> parse_question(std::string_view json);

std::string encode_facts(const node_fact& facts);
/// The node's own name for itself is not believed: it is `node`.
std::optional<node_fact> parse_facts(std::string_view json,
                                     std::string_view node);

} // namespace wsgw::protocol::explain
