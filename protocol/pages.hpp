#pragma once

#include <string_view>

namespace wsgw::protocol {

/// The demo page, served at `/` with --demo. One HTML document; it asks for
/// nothing but the client module, the API and the sockets it shows.
std::string_view demo_page();

/// The page at `/duel` with --demo: a duel that plays with itself.
std::string_view duel_page();

/// The actor inspector, served at `/debug/ui`. One HTML document that holds no
/// data: it asks for it, with the bearer where one is needed.
std::string_view inspector_page();

/// The part of its Content-Security-Policy that lets its own style and script
/// run, by their hashes: `style-src …; script-src …`.
std::string_view inspector_page_sources();

/// The JavaScript client, served at `/js/wsgw.js` (protocol/js/wsgw.js), and
/// its entity tag, quotes included.
std::string_view client_module();
std::string_view client_module_tag();

/// The page at `/docs`: every endpoint, event kind and close code, readable.
/// Its text is static; tests/unit/protocol/pages_test.cpp holds it to the
/// tables in code.
std::string_view docs_page();

} // namespace wsgw::protocol
