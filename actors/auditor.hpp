#pragma once

#include "actors/audit_judge.hpp"
#include "actors/hub.hpp"
#include "actors/node_bus.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace wsgw::actors {

namespace messages {

/// One answer that a run of the audit waits for.
struct audit_part {
  struct shards {
    std::vector<shard_facts> facts;
    bool is_complete = true;
  };
  struct log_head {
    std::string room;
    store_result<protocol::cursor> at;
  };

  std::uint64_t run = 0;
  std::variant<shards, log_head, node_answers> what;
};

} // namespace messages

/// Compares what the parts of the gateway hold for true.
using auditor_actor = caf::typed_actor<
  // To itself: somebody has answered.
  caf::reacts_to<messages::audit_part>>;

/// AUDITOR: every WS_AUDIT_INTERVAL it looks at the actors and sockets of this
/// node, at the heads of some logs in Redis and at the same rooms on other
/// nodes, judges, counts (`hub::mismatches`), repairs, and logs each fault
/// once. A run looks at so many rooms at most, in turn, and at those that it
/// suspects; a run that has not ended when the next one is due is given up.
struct auditor_state : describable {
  explicit auditor_state(auditor_actor::pointer self_ptr) : self(self_ptr) {}

  static inline const char* name = "wsgw.auditor";

  /// Rooms of each shard that one run looks at.
  static constexpr std::size_t rooms_per_run = 512;
  /// Of these, so many are compared with Redis and with other nodes.
  static constexpr std::size_t sample = 64;
  static constexpr std::chrono::milliseconds patience{1000};

  // -- operations -----------------------------------------------------------

  void start(hub& shared, shard& home);
  void take(messages::audit_part& part);

  void describe(actor_info& out) const override;

  // -- state ----------------------------------------------------------------

  auditor_actor::pointer self;
  hub* shared = nullptr;
  shard* home = nullptr;
  std::optional<directory::entry> listed;
  transport::timer timer;
  audit_judge judge;
  audit_evidence evidence; ///< of the run under way
  std::uint64_t run = 0;
  std::size_t waiting = 0; ///< answers that are still to come
  std::size_t slices = 1;
  std::set<std::string> suspects;

private:
  void arm();
  void begin_run();
  void ask_rooms();
  std::vector<protocol::room_id> choose_sample() const;
  void add(messages::audit_part::shards& part);
  void add(messages::audit_part::log_head& part);
  void add(node_answers& part);
  void finish();
  void act_on(const std::vector<audit_finding>& found);
};

auditor_actor::behavior_type
auditor(auditor_actor::stateful_pointer<auditor_state> self, hub* shared,
        shard* home);

/// Lets other nodes compare their rooms with this one's. Before the program
/// serves.
void answer_audits(hub& shared);

} // namespace wsgw::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::audit_part)
