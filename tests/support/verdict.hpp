#pragma once

#include "tests/support/gateway_process.hpp"
#include "tests/support/ws_client.hpp"

#include <string>

namespace wsgw::tests {

/// What became of one attempt to join, in words: `open` (the hub answered),
/// `4002 Auth failed` (101, then this close frame), `HTTP 404 not_found`
/// (refused before the upgrade, with the error's word if there is one) or
/// `silence`.
std::string verdict_of(const gateway_process& gateway,
                       const std::string& target,
                       const ws_client::header_list& headers = {});

/// The same for a connection that a test has opened itself.
std::string verdict_of(ws_client& client);

/// One row of an admission table.
struct admission_row {
  std::string what;
  std::string target;
  std::string expected; ///< as verdict_of says it
  std::string origin;   ///< the Origin header; empty: none
};

/// Checks every row, naming the one that fails.
void check_rows(const gateway_process& gateway,
                const std::vector<admission_row>& rows);

} // namespace wsgw::tests
