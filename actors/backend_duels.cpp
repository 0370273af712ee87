#include "actors/backend_duels.hpp"

#include "actors/log.hpp"

#include <utility>

namespace wsgw::actors {

namespace {

using clock = duel_questions::clock;

constexpr std::chrono::milliseconds deadline{2'000};

} // namespace

backend_duels::backend_duels(const hub& shared, transport::event_loop& loop,
                             transport::http_client& backend,
                             duel_desk& tickets)
    : shared_(shared), loop_(loop), backend_(backend), tickets_(tickets),
      questions_(board()) {}

void backend_duels::state(std::int64_t duel_id, state_done then) {
  loop_.post([this, duel_id, then = std::move(then)]() mutable {
    if (questions_.add(duel_id, std::move(then), clock::now()))
      ask(duel_id);
  });
}

void backend_duels::use_ticket(std::string jti, std::chrono::milliseconds ttl,
                               use_done then) {
  tickets_.use_ticket(std::move(jti), ttl, std::move(then));
}

void backend_duels::look_up(std::string jti, use_done then) {
  tickets_.look_up(std::move(jti), std::move(then));
}

void backend_duels::ask(std::int64_t duel_id) {
  const auto& config = shared_.config();
  transport::http_client_request request;
  request.method = "GET";
  request.url = config.duel_state_url;
  request.url += request.url.find('?') == std::string::npos ? '?' : '&';
  request.url += "duel_id=" + std::to_string(duel_id);
  request.deadline = deadline;
  request.headers.emplace_back("Accept", "application/json");
  if (!config.duel_state_token.empty())
    request.headers.emplace_back("Authorization",
                                 "Bearer " + config.duel_state_token);
  backend_.send(std::move(request), [this, duel_id](const auto& response) {
    answered(duel_id, response);
  });
}

void backend_duels::answered(std::int64_t duel_id,
                             const transport::http_client_response& response) {
  using result = state_answer::result;
  state_answer answer;
  if (!response.error && response.status == 200) {
    answer = read_state(response.body, duel_id);
  } else if (!response.error && response.status == 404) {
    answer.what = result::unknown;
  } else {
    const auto why = response.error ? response.error.message()
                                    : std::to_string(response.status);
    log::repeated_warning("duel states " + why, "duels", "no state",
                          {{"reason", why}});
  }
  if (questions_.answered(duel_id, std::move(answer), clock::now()))
    ask(duel_id);
}

} // namespace wsgw::actors
