#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wsgw::protocol {

/// The state of one duel as the backend keeps it (issue 5): in the key
/// `ws:duel:<id>:state`, or behind WEBSOCKET_STATE_URL.
struct duel_state {
  std::int64_t duel_id = 0;
  std::int64_t initiator_user_id = 0;
  std::optional<std::int64_t> opponent_user_id; ///< empty: nobody joined yet
  std::string status;  ///< waiting, matched, in_progress, finished, cancelled
  std::string payload; ///< the snapshot: a compact JSON object with `duel_id`
                       ///< and `status`, whether the backend wrote them or not

  bool is_over() const { return status == "finished" || status == "cancelled"; }
};

/// Reads `{"duel_id":…,"initiator_user_id":…,"opponent_user_id":…|null,
/// "status":…,"payload":{…}}`, other members allowed. Empty when a member is
/// missing or of another type, an id is not above 0, the status is no known
/// word, or it is about another duel.
std::optional<duel_state> parse_duel_state(std::string_view json,
                                           std::int64_t duel_id);

/// The text that `parse_duel_state` reads.
std::string encode_duel_state(const duel_state& state);

/// The event that tells both players of `state`. `event_version` takes the
/// place of the payload's own; empty: null, as for an update that was noticed
/// without a signal.
std::string encode_duel_update(const duel_state& state,
                               const std::optional<std::string>& event_version);

/// What a `duel_update` event says.
struct duel_update {
  std::string payload; ///< compact JSON object
  std::string status;  ///< empty: none, or not text
  std::string version; ///< `event_version` as JSON; empty: none, or null
  /// Equal for payloads that differ in `event_version` or the order of members
  /// only: what the players would see twice.
  std::string fingerprint;

  bool is_over() const { return status == "finished" || status == "cancelled"; }

  /// True when who was told `last` would learn nothing from this: only a new
  /// `event_version` says that something happened which is not in the payload.
  bool repeats(const duel_update& last) const {
    return fingerprint == last.fingerprint
           && (version.empty() || version == last.version);
  }
};

/// Reads `{"type":"duel_update","payload":{…}}`; empty when it is no such
/// event.
std::optional<duel_update> read_duel_update(std::string_view event);

/// The fingerprint of a payload, as in `duel_update`; empty when it is none.
std::string fingerprint_of(std::string_view payload);

} // namespace wsgw::protocol
