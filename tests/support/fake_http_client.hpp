#pragma once

#include "transport/http_client.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wsgw::tests {

/// A backend that answers when the test says so, or at once with
/// `standing_answer`.
class fake_http_client final : public transport::http_client {
public:
  void send(transport::http_client_request request, callback done) override {
    requests.push_back(std::move(request));
    if (standing_answer)
      done({{}, 200, *standing_answer});
    else
      waiting_.push_back(std::move(done));
  }

  /// Answers the oldest request that waits.
  void answer(std::string body, unsigned status = 200) {
    respond({{}, status, std::move(body)});
  }

  void fail(std::errc why = std::errc::connection_refused) {
    respond({std::make_error_code(why), 0, {}});
  }

  std::vector<transport::http_client_request> requests;
  std::optional<std::string> standing_answer;

private:
  void respond(transport::http_client_response response) {
    const auto done = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    done(std::move(response));
  }

  std::vector<callback> waiting_;
};

} // namespace wsgw::tests
