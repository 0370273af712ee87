#pragma once

#include "actors/http_page.hpp"
#include "actors/hub.hpp"

namespace wsgw::actors {

/// What operators may do over HTTP, always with the debug bearer. Thread-safe.
class admin_pages {
public:
  explicit admin_pages(hub& shared);

  /// `POST /admin/v1/drain`: as SIGTERM, the process ends afterwards.
  void drain(page_request request);
  /// `POST /admin/v1/revoke`: closes connections of all nodes with 4011.
  void revoke(page_request request);

private:
  hub& shared_;
};

} // namespace wsgw::actors
