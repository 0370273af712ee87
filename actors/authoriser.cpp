#include "actors/authoriser.hpp"

#include "actors/log.hpp"

#include <utility>

namespace wsgw::actors {

namespace {

/// Questions under way at once; beyond it the backend is as good as down.
constexpr std::size_t max_waiting = 1'000;

/// Answers kept; the oldest goes first.
constexpr std::size_t max_cached = 20'000;

constexpr std::chrono::milliseconds deadline{2'000};

protocol::auth_answer unavailable() {
  protocol::auth_answer answer;
  answer.refusal =
    protocol::status_of(protocol::close_reason::authorisation_unavailable);
  return answer;
}

} // namespace

authoriser_state::authoriser_state(authoriser_actor::pointer self_ptr)
    : self(self_ptr) {}

void authoriser_state::start(hub& hub_ref, shard& home_ref,
                             transport::http_client& client) {
  shared = &hub_ref;
  home = &home_ref;
  backend = &client;
  listed.emplace(home->actors(), *this);
}

void authoriser_state::authorise(messages::authorise& request) {
  auto key = protocol::cache_key(request.question);
  const auto known = cache.find(key);
  if (known != cache.end() && home->loop().now() < known->second.until) {
    request.done(known->second.answer);
    return;
  }
  if (const auto found = waiting.find(key); found != waiting.end()) {
    found->second.push_back(std::move(request.done));
    return;
  }
  if (waiting.size() >= max_waiting) {
    shared->auth_errors.add("overloaded");
    request.done(unavailable());
    return;
  }
  waiting[key].push_back(std::move(request.done));
  ask(key, request.question);
}

void authoriser_state::ask(const std::string& key,
                           const protocol::auth_question& question) {
  transport::http_client_request http;
  http.url = shared->config().auth_url;
  http.body = protocol::encode(question);
  http.deadline = deadline;
  backend->send(std::move(http), [me = authoriser_actor{self},
                                  key](transport::http_client_response r) {
    caf::anon_send(me, messages::backend_answered{key, r.error, r.status,
                                                  std::move(r.body)});
  });
}

void authoriser_state::answered(const messages::backend_answered& response) {
  const auto found = waiting.find(response.key);
  if (found == waiting.end())
    return;
  const auto callbacks = std::move(found->second);
  waiting.erase(found);
  auto answer = unavailable();
  if (response.error) {
    shared->auth_errors.add("unreachable");
    const auto what = response.error.message();
    log::repeated_warning("authoriser", "authoriser", "backend unreachable",
                          {{"error", what}});
  } else if (const auto parsed =
               protocol::parse_auth_answer(response.status, response.body)) {
    answer = *parsed;
    remember(response.key, answer);
  } else {
    shared->auth_errors.add("nonsense");
    log::repeated_warning("authoriser", "authoriser", "answer not understood",
                          {{"status", response.status}});
  }
  for (const auto& done : callbacks)
    done(answer);
}

void authoriser_state::remember(const std::string& key,
                                const protocol::auth_answer& answer) {
  if (answer.ttl <= std::chrono::milliseconds{0})
    return;
  const auto until = home->loop().now() + answer.ttl;
  cache[key] = {answer, until};
  cache_order.emplace_back(until, key);
  while (cache_order.size() > max_cached) {
    const auto& [when, oldest] = cache_order.front();
    const auto entry = cache.find(oldest);
    // A younger answer to the same question has an entry of its own.
    if (entry != cache.end() && entry->second.until == when)
      cache.erase(entry);
    cache_order.pop_front();
  }
}

void authoriser_state::describe(actor_info& out) const {
  out.kind = "authoriser";
  out.id = self->id();
  out.shard = home->index();
  out.mailbox = mailbox_length(*self);
}

authoriser_actor::behavior_type
authoriser(authoriser_actor::stateful_pointer<authoriser_state> self,
           hub* shared, shard* home, transport::http_client* backend) {
  auto& state = self->state;
  state.start(*shared, *home, *backend);
  return {
    [&state](messages::authorise& request) { state.authorise(request); },
    [&state](const messages::backend_answered& response) {
      state.answered(response);
    },
  };
}

} // namespace wsgw::actors
