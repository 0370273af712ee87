#pragma once

#include "actors/census_taker.hpp"
#include "actors/http_page.hpp"
#include "actors/hub.hpp"

namespace wsgw::actors {

/// The pages that show rooms, connections and actors one by one. Whoever
/// calls them has been let in by `debug_access`. Thread-safe.
class debug_pages {
public:
  debug_pages(hub& shared, const clocks& time);

  void pool_status(page_request request);
  void sync(page_request request);
  void connections(page_request request);
  void actors(page_request request);

private:
  hub& shared_;
  clocks time_;
  census_taker census_;
};

} // namespace wsgw::actors
