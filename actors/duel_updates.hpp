#pragma once

#include "actors/duel_desk.hpp"
#include "actors/hub.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace wsgw::actors {

/// Tells the rooms of duels what changed, on all nodes, when nobody publishes
/// it: asks for the state and publishes it as a `duel_update`. Any thread.
class duel_updates {
public:
  /// What becomes of a signal: publishing it again could help, or not.
  enum class outcome : std::uint8_t { settled, try_again };
  using done = std::function<void(outcome)>;

  /// `shared.duels` is the desk that is asked.
  explicit duel_updates(hub& shared) : shared_(shared) {}

  /// Somebody says that `duel_id` has changed: `key` names this signal for
  /// ever, so that it is published once even if it is taken twice.
  void signalled(std::int64_t duel_id, std::string version, std::string key,
                 std::chrono::milliseconds age, done then);
  /// The state was found to be another one than the room was told.
  void noticed(const duel_state& state, done then);

private:
  void publish(const duel_state& state,
               const std::optional<std::string>& version, std::string key,
               done then);

  hub& shared_;
};

} // namespace wsgw::actors
