#pragma once

#include "actors/http_page.hpp"
#include "actors/hub.hpp"

#include <string>
#include <string_view>

namespace wsgw::actors {

/// What an operator may do to one connection or one room of this node, always
/// with the debug bearer; each deed is counted and leaves a line of the log
/// that says who asked. Thread-safe.
class operator_pages {
public:
  explicit operator_pages(hub& shared) : shared_(shared) {}

  /// `POST /admin/v1/close`: closes one connection.
  void close(page_request request);
  /// `POST /admin/v1/drain_room`: sends the clients of one room away, each in
  /// a slot of its own; they may come back at once.
  void drain_room(page_request request);

private:
  /// The address of who asks.
  std::string sender_of(const page_request& request) const;
  void refuse(const page_request& request, protocol::errc why,
              std::string_view message);

  hub& shared_;
};

} // namespace wsgw::actors
