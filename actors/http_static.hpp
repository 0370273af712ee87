#pragma once

#include "actors/http_page.hpp"

namespace wsgw::actors {

/// The documents that are the same for everybody. Thread-safe.
namespace static_pages {

/// `/docs`: endpoints, events and close codes.
void docs(page_request request);
/// `/js/wsgw.js`: the JavaScript client, with its entity tag.
void client(page_request request);
/// `/` of the demo.
void demo(page_request request);
/// `/duel` of the demo.
void duel(page_request request);
/// `/debug/ui`: the actor inspector. The document holds no data; what it shows
/// it asks for, through the door of the debug pages.
void inspector(page_request request);

} // namespace static_pages

} // namespace wsgw::actors
