#pragma once

#include "actors/http_admin.hpp"
#include "actors/http_debug.hpp"
#include "actors/http_demo.hpp"
#include "actors/http_duels.hpp"
#include "actors/http_explain.hpp"
#include "actors/http_inspector.hpp"
#include "actors/http_operator.hpp"
#include "actors/http_page.hpp"
#include "actors/http_publish.hpp"
#include "actors/http_status.hpp"
#include "actors/hub.hpp"
#include "protocol/errc.hpp"
#include "protocol/route.hpp"
#include "transport/handler.hpp"

#include <optional>
#include <string_view>

namespace wsgw::actors {

/// Everything that is answered over plain HTTP: finds the page, checks method
/// and access, counts refusals. Created when the hub's shards are known;
/// outlives their loops. Thread-safe.
class http_api {
public:
  explicit http_api(hub& shared, clocks time = {});

  /// Refuses a request before its body is read.
  std::optional<transport::http_response>
  on_head(const transport::http_request& head);

  /// Answers a request that is no WebSocket handshake.
  void on_request(transport::http_request request, transport::reply respond);

  /// Answers what is not acceptable HTTP.
  transport::http_response on_bad_request(protocol::errc why,
                                          std::string_view request_id);

  /// True when this WebSocket endpoint is not there, as configured.
  bool hides(protocol::endpoint where) const;

  /// A JSON error; counts nothing.
  static transport::http_response error_response(protocol::errc why,
                                                 std::string_view request_id);

private:
  enum class door : std::uint8_t { open, debug, demo };
  struct page;
  struct table;
  struct found;

  static const page* find_page(std::string_view path);
  found find(std::string_view path) const;
  std::optional<transport::http_response>
  refuse(const transport::http_request& request, const found& where);
  transport::http_response
  without_upgrade(const transport::http_request& request,
                  std::string_view path);
  transport::http_response counted(transport::http_response response,
                                   protocol::errc why);

  hub& shared_;
  status_pages status_;
  debug_pages debug_;
  explain_page explain_;
  inspector_pages inspector_;
  admin_pages admin_;
  operator_pages operator_;
  demo_pages demo_;
  publish_page publish_;
  duel_pages duels_;
};

} // namespace wsgw::actors
