#pragma once

#include <string_view>

namespace wsgw::protocol {

/// The demo page, served at `/` with --demo. One self-contained HTML document:
/// no further request but the API and the sockets it shows.
std::string_view demo_page();

/// The page at `/docs`: every endpoint, event kind and close code, readable.
/// Its text is static; tests/unit/protocol/pages_test.cpp holds it to the
/// tables in code.
std::string_view docs_page();

} // namespace wsgw::protocol
