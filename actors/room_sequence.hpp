#pragma once

#include "actors/interfaces.hpp"
#include "protocol/cursor.hpp"
#include "protocol/event.hpp"
#include "protocol/log_follower.hpp"
#include "protocol/v1_message.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace wsgw::actors {

struct hub;
class shard;

/// SEAM: what a `room_sequence` tells its dialog. Called on the dialog's
/// shard, between or during its messages.
class sequence_listener {
public:
  virtual ~sequence_listener() = default;

  /// The head is known: joins can be answered.
  virtual void on_open() = 0;
  /// The next durable event; its number is `head().seq`, set before the call.
  /// `e` is null when the entry could not be parsed: it is for nobody.
  /// `json` is the event as published, for the inbox of its user.
  virtual void on_event(const protocol::event* e, std::string json) = 0;
  /// An ephemeral event, or a plain one beside the log: it has no number.
  virtual void on_unnumbered(const protocol::event& e, std::string json) = 0;
  /// The log cannot be continued; go on from `head()`.
  virtual void on_reset(protocol::reset_reason why) = 0;
  /// The answer to `fetch`.
  virtual void on_history(const protocol::log_follower::history& older) = 0;
};

/// SEAM: puts the durable events of one room into their order. Two ways: the
/// dialog numbers them itself (pub/sub and embedded), or it follows the log in
/// Redis. Owned by the dialog, on its shard.
class room_sequence {
public:
  virtual ~room_sequence() = default;

  /// An event from the broadcaster, as published.
  virtual void take(messages::event& incoming) = 0;
  /// An event published on this node; answers it. Only without a log: with one
  /// `hub::append` goes to Redis.
  virtual void append(messages::append& request) {
    if (request.done)
      request.done(store_error{false, "the room's log is in Redis"});
  }
  /// An answer of the store, or news of the link.
  virtual void answered(messages::store_answer& answer) = 0;
  virtual void link_changed(const messages::link_state& state) = 0;

  /// Asks for events behind `after`, older than the dialog keeps; `on_history`
  /// or `on_reset` follows when Redis can be asked. False when there is no
  /// log: what the dialog does not keep is gone.
  virtual bool fetch(std::uint64_t after) = 0;

  /// False until the head is known.
  virtual bool is_open() const = 0;
  virtual const protocol::cursor& head() const = 0;
};

/// Numbers made here; duplicates are dropped by message id.
std::unique_ptr<room_sequence>
make_local_sequence(hub& shared, shard& home, const protocol::room_id& room,
                    sequence_listener& listener);

/// Numbers made by Redis; `self` gets the store's answers. A pointer, since an
/// actor that held a handle to itself would never end; it outlives the result.
std::unique_ptr<room_sequence> make_log_sequence(hub& shared, shard& home,
                                                 const protocol::room_id& room,
                                                 sequence_listener& listener,
                                                 dialog_actor::pointer self);

} // namespace wsgw::actors
