#pragma once

#include "actors/hub.hpp"
#include "actors/room_sequence.hpp"
#include "protocol/log_follower.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace wsgw::actors {

/// The order of a room whose log is in Redis: `log_follower` decides, this
/// class performs its requests and tells the dialog what came of them.
class log_sequence final : public room_sequence {
public:
  using reset_reason = protocol::reset_reason;

  /// A request that failed is made again after about this time, whatever the
  /// link says: it may work while one command did not (LOADING, BUSY).
  static constexpr std::chrono::milliseconds retry_after{1000};
  /// A room that has delivered nothing by then reads the entry at its head:
  /// until it knows that, a link that is lost may have lost a tail. The first
  /// history goes before, and brings the entry along.
  static constexpr std::chrono::milliseconds learn_after{300};
  /// The events that wait to be appended take no more than this.
  static constexpr std::size_t max_unadopted_bytes = 4U << 20;

  /// Asks for the room's head at once. `self` outlives this.
  log_sequence(hub& shared, shard& home, const protocol::room_id& room,
               sequence_listener& listener, dialog_actor::pointer self);

  void take(messages::event& incoming) override;
  void answered(messages::store_answer& answer) override;
  void link_changed(const messages::link_state& state) override;
  bool fetch(std::uint64_t after) override;
  bool is_open() const override { return is_open_; }
  const protocol::cursor& head() const override { return head_; }

private:
  using follower = protocol::log_follower;

  void note(const protocol::cursor& at);
  void take_plain(messages::event& incoming);
  void adopt(const protocol::event& e, messages::event& incoming);
  void adopt_again();
  bool may_wait(const std::string& json) const;

  void answer(store_result<protocol::cursor>& result,
              const messages::store_answer& of);
  void answer(store_result<protocol::log_page>& result,
              const messages::store_answer& of);
  void answer(store_result<appended>& result, const messages::store_answer& of);
  void failed();

  void pump();
  void tell(follower::opened& what);
  void tell(follower::delivery& what);
  void tell(follower::reset& what);
  void tell(follower::history& what);

  void ask();
  void send(const follower::open_request& what);
  void send(const follower::read_request& what);
  void send(const follower::renew_request& what);
  void keep_alive();
  std::chrono::milliseconds jittered(std::chrono::milliseconds delay) const;

  hub& shared_;
  shard& home_;
  const protocol::room_id& room_;
  sequence_listener& listener_;
  dialog_actor::pointer self_;
  follower follower_;
  /// What the dialog has been told; the follower may be ahead of it.
  protocol::cursor head_;
  bool is_open_ = false;
  bool is_telling_ = false;
  std::vector<credit> held_; ///< of the events that wait in the follower
  transport::timer retry_;
  transport::timer learning_;
  transport::timer keeping_;
  /// Plain events whose append got no answer: done again under the same key,
  /// so that one that did happen is not done twice.
  std::vector<std::string> unadopted_;
  std::size_t unadopted_bytes_ = 0;
  transport::timer adopting_;
};

} // namespace wsgw::actors
