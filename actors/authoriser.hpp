#pragma once

#include "actors/hub.hpp"
#include "actors/interfaces.hpp"
#include "transport/http_client.hpp"

#include <deque>
#include <functional>
#include <unordered_map>
#include <vector>

namespace wsgw::actors {

/// AUTHORISER: asks the backend (WS_AUTH_URL) whether somebody may join. Equal
/// questions that wait share one request; answers are cached as long as the
/// backend allows. Backend down, slow or incomprehensible: 1013, never 4002.
struct authoriser_state : describable {
  explicit authoriser_state(authoriser_actor::pointer self_ptr);

  static inline const char* name = "wsgw.authoriser";

  using callback = std::function<void(protocol::auth_answer)>;
  using clock = transport::event_loop::clock;

  void start(hub& shared, shard& home, transport::http_client& backend);
  void authorise(messages::authorise& request);
  void answered(const messages::backend_answered& response);
  void describe(actor_info& out) const override;

  authoriser_actor::pointer self;
  hub* shared = nullptr;
  shard* home = nullptr;
  transport::http_client* backend = nullptr;
  std::optional<directory::entry> listed;

  /// Questions under way, with everybody who waits for the answer.
  std::unordered_map<std::string, std::vector<callback>> waiting;

  struct cached {
    protocol::auth_answer answer;
    clock::time_point until;
  };
  std::unordered_map<std::string, cached> cache;
  std::deque<std::pair<clock::time_point, std::string>> cache_order;

private:
  void ask(const std::string& key, const protocol::auth_question& question);
  void remember(const std::string& key, const protocol::auth_answer& answer);
};

authoriser_actor::behavior_type
authoriser(authoriser_actor::stateful_pointer<authoriser_state> self,
           hub* shared, shard* home, transport::http_client* backend);

} // namespace wsgw::actors
