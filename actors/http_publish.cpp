#include "actors/http_publish.hpp"

#include "actors/http_access.hpp"
#include "protocol/digest.hpp"
#include "protocol/publish_request.hpp"

#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wsgw::actors {

namespace {

using protocol::errc;
using protocol::publish_outcome;

publish_outcome outcome_of(store_result<appended> result) {
  publish_outcome outcome;
  if (auto* error = std::get_if<store_error>(&result)) {
    outcome.error = errc::unavailable;
    outcome.message = std::move(error->text);
    return outcome;
  }
  auto& done = std::get<appended>(result);
  outcome.epoch = std::move(done.at.epoch);
  outcome.seq = done.at.seq;
  outcome.is_duplicate = done.is_duplicate;
  return outcome;
}

std::string_view word_of(const publish_outcome& outcome) {
  if (outcome.error)
    return "failed";
  return outcome.is_duplicate ? "duplicate" : "ok";
}

transport::http_response come_again(std::string_view request_id,
                                    std::string_view message) {
  auto response = error_page(errc::unavailable, request_id, message);
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

/// True for a page of this very address, or no page at all.
bool is_own_origin(const transport::http_request& request) {
  if (!request.has_header("origin"))
    return true;
  const auto origin = request.header("origin");
  const auto slashes = origin.find("//");
  return slashes != std::string_view::npos
         && origin.substr(slashes + 2) == request.header("host");
}

} // namespace

/// The events of one request on their way; ends by itself when the last one
/// has its outcome.
class publish_page::batch : public std::enable_shared_from_this<batch> {
public:
  batch(const publish_page& page, page_request request)
      : shared_(page.shared_), requests_(page.requests_),
        request_(std::move(request)) {
    requests_->fetch_add(1, std::memory_order_relaxed);
  }
  batch(const batch&) = delete;
  batch& operator=(const batch&) = delete;
  ~batch() { requests_->fetch_sub(1, std::memory_order_relaxed); }

  const std::string& body() const { return request_.http.body; }
  void refuse(transport::http_response why) {
    request_.respond(std::move(why));
  }

  void start(protocol::publish_request parsed) {
    parsed_ = std::move(parsed);
    outcomes_.resize(parsed_.items.size());
    left_ = parsed_.items.size();
    if (left_ == 0)
      return answer();
    std::unordered_map<protocol::room_id, std::shared_ptr<lane>> lanes;
    for (std::size_t i = 0; i < parsed_.items.size(); ++i) {
      auto& one = lanes[parsed_.items[i].room];
      if (!one)
        one = std::make_shared<lane>();
      one->items.push_back(i);
    }
    for (auto& [room, one] : lanes)
      advance(one);
  }

private:
  /// The events of one room, in order.
  struct lane {
    std::mutex mutex; ///< guards all: answers may come on any thread
    std::deque<std::size_t> items;
    bool is_waiting = false; ///< for the answer to an event
    bool is_moving = false;  ///< `advance` is at work
  };

  /// Publishes the next events of a room until one has to be waited for. An
  /// answer that comes at once must not recurse: there may be a thousand.
  void advance(const std::shared_ptr<lane>& one) {
    std::unique_lock lock{one->mutex};
    if (std::exchange(one->is_moving, true))
      return;
    while (!one->is_waiting && !one->items.empty()) {
      const auto i = one->items.front();
      one->items.pop_front();
      one->is_waiting = true;
      lock.unlock();
      send(one, i);
      lock.lock();
    }
    one->is_moving = false;
  }

  void send(const std::shared_ptr<lane>& one, std::size_t i) {
    auto& item = parsed_.items[i];
    shared_.append(
      item.room, std::string{item.event}, std::move(item.idempotency_key),
      [self = shared_from_this(), one, i](store_result<appended> result) {
        self->answered(one, i, outcome_of(std::move(result)));
      });
  }

  void answered(const std::shared_ptr<lane>& one, std::size_t i,
                publish_outcome outcome) {
    std::deque<std::size_t> skipped;
    {
      std::lock_guard lock{one->mutex};
      one->is_waiting = false;
      if (outcome.error)
        skipped.swap(one->items);
    }
    for (const auto each : skipped)
      settle(each, {{},
                    0,
                    false,
                    errc::unavailable,
                    "An earlier event of this room was not published."});
    settle(i, std::move(outcome));
    advance(one);
  }

  void settle(std::size_t i, publish_outcome outcome) {
    shared_.publishes.add(word_of(outcome));
    outcomes_[i] = std::move(outcome); // each has its own place
    if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      answer();
  }

  void answer() {
    if (parsed_.is_array)
      return request_.respond(json_response(encode_outcomes(outcomes_)));
    const auto& only = outcomes_.front();
    request_.respond(only.error ? come_again(request_.http.id, only.message)
                                : json_response(encode_outcome(only)));
  }

  hub& shared_;
  std::shared_ptr<std::atomic<std::size_t>> requests_;
  page_request request_;
  protocol::publish_request parsed_; ///< refers to the request's body
  std::vector<publish_outcome> outcomes_;
  std::atomic<std::size_t> left_{0};
};

bool publish_page::is_served() const {
  return !shared_.config().publish_token.empty() || shared_.config().demo;
}

std::optional<transport::http_response>
publish_page::check_sender(const transport::http_request& request) {
  const auto refuse = [&](errc why) {
    shared_.refused.add(protocol::word_of(why));
    return error_page(why, request.id);
  };
  if (request.method != "POST") {
    auto response = refuse(errc::method_not_allowed);
    response.headers.emplace_back("Allow", "POST");
    return response;
  }
  const auto& token = shared_.config().publish_token;
  if (token.empty())
    return is_own_origin(request) ? std::nullopt
                                  : std::optional{refuse(errc::forbidden)};
  const auto bearer = bearer_of(request);
  if (protocol::equal_in_constant_time(bearer, token))
    return std::nullopt;
  auto response = refuse(errc::unauthorized);
  response.headers.emplace_back(
    "WWW-Authenticate",
    bearer.empty() ? "Bearer" : "Bearer error=\"invalid_token\"");
  return response;
}

void publish_page::post(page_request request) {
  if (requests_->load(std::memory_order_relaxed) >= max_requests) {
    shared_.refused.add(protocol::word_of(errc::unavailable));
    request.respond(
      come_again(request.http.id, "Too many requests publish at once."));
    return;
  }
  const auto id = request.http.id;
  auto work = std::make_shared<batch>(*this, std::move(request));
  protocol::publish_limits limits;
  limits.max_event_bytes = shared_.config().max_event_bytes;
  limits.events.compat = shared_.config().compat;
  auto parsed = protocol::parse_publish(work->body(), limits);
  if (const auto* why = std::get_if<protocol::publish_refusal>(&parsed)) {
    shared_.publishes.add("refused");
    work->refuse(json_response(protocol::encode_refusal(*why, id),
                               protocol::http_status_of(why->why)));
    return;
  }
  work->start(std::get<protocol::publish_request>(std::move(parsed)));
}

} // namespace wsgw::actors
