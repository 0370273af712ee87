#pragma once

#include "actors/http_page.hpp"
#include "actors/hub.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

namespace wsgw::actors {

/// `POST /api/publish` (protocol-v1 6.3): a backend without Redis, or one that
/// wants an answer, publishes here. Events of one room are published one after
/// the other; when one fails, those behind it in its room are not tried, so a
/// retry of the request (with its idempotency keys) keeps their order. Rooms do
/// not wait for each other. Thread-safe.
class publish_page {
public:
  static constexpr std::string_view path = "/api/publish";
  /// Requests whose events are on their way; more are refused 503.
  static constexpr std::size_t max_requests = 64;

  explicit publish_page(hub& shared) : shared_(shared) {}

  /// Without WS_PUBLISH_TOKEN only the demo serves it.
  bool is_served() const;

  /// Checks method and bearer, before the body is read; empty when the sender
  /// may publish. In a demo without a token a web page of another origin may
  /// not.
  std::optional<transport::http_response>
  check_sender(const transport::http_request& request);

  void post(page_request request);

private:
  class batch;

  hub& shared_;
  /// Outlives this page with events whose answers never came.
  std::shared_ptr<std::atomic<std::size_t>> requests_ =
    std::make_shared<std::atomic<std::size_t>>(0);
};

} // namespace wsgw::actors
