#pragma once

#include "actors/http_page.hpp"
#include "actors/hub.hpp"

namespace wsgw::actors {

/// What the actor inspector asks for (docs/operations.md). Whoever calls them
/// has been let in by `debug_access`. Each shard is asked on its own thread;
/// answers are bounded. Thread-safe.
class inspector_pages {
public:
  inspector_pages(hub& shared, const clocks& time);

  /// `GET /debug/v1/overview`: the node, its source, its shards.
  void overview(page_request request);
  /// `GET /debug/v1/rooms?q=&by=&sort=&limit=`.
  void rooms(page_request request);
  /// `GET /debug/v1/sockets?q=&by=&sort=&limit=`.
  void sockets(page_request request);
  /// `GET /debug/v1/room?room=` or `?dialog_id=`.
  void room(page_request request);

private:
  hub& shared_;
  clocks time_;
};

} // namespace wsgw::actors
