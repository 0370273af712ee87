#pragma once

#include <string_view>

namespace wsgw::protocol {

/// The demo page, served at `/` with --demo. One HTML document; it asks for
/// nothing but the client module, the API and the sockets it shows.
std::string_view demo_page();

/// The JavaScript client, served at `/js/wsgw.js` (protocol/js/wsgw.js), and
/// its entity tag, quotes included.
std::string_view client_module();
std::string_view client_module_tag();

/// The page at `/docs`: every endpoint, event kind and close code, readable.
/// Its text is static; tests/unit/protocol/pages_test.cpp holds it to the
/// tables in code.
std::string_view docs_page();

} // namespace wsgw::protocol
