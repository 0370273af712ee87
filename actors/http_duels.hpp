#pragma once

#include "actors/http_page.hpp"
#include "actors/hub.hpp"

namespace wsgw::actors {

/// The pages about duels: the list for operators, and what the demo plays
/// with. All are 404 while there are no duels. Thread-safe.
class duel_pages {
public:
  duel_pages(hub& shared, const clocks& time);

  /// `/debug/v1/duels`, with `duel_id=`, `after=` and `limit=`.
  void list(page_request request);
  /// `/api/demo/duel/ticket?duel_id=7&user_id=1`
  void ticket(page_request request);
  /// POST `/api/demo/duel`: keeps a state and publishes it, as a backend does.
  void move(page_request request);

private:
  /// Answers 404 and returns true while there are no duels.
  bool refuse(const page_request& request) const;

  hub& shared_;
  clocks time_;
};

} // namespace wsgw::actors
