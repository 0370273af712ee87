#pragma once

#include "actors/fan_out.hpp"
#include "actors/presence_view.hpp"

namespace wsgw::actors {

/// Who is connected to one dialog: tells other nodes about the members here,
/// and v1 admins about all of them. Coalesced; inboxes have none. Loop thread
/// only.
class attendance {
public:
  attendance(const room_context& context, members& all, fan_out& live);
  attendance(const attendance&) = delete;
  attendance& operator=(const attendance&) = delete;
  /// Tells other nodes that nobody is here any more.
  ~attendance();

  /// A member came or went.
  void changed();
  void elsewhere(const messages::room_presence& news);
  /// Members on all other nodes, as this one was told.
  const protocol::role_counts& others() const { return elsewhere_; }
  /// Tells other nodes again who is here, and asks again who is there.
  void renew();
  /// `who` has become live: an admin learns at once who is there.
  void greet(std::uint64_t who);

private:
  bool is_admin_reading() const;
  void look();
  void arm(transport::event_loop::clock::duration delay);
  void tell();
  void announce();
  /// Remembers and counts the members on other nodes.
  void set_elsewhere(const protocol::role_counts& next);

  const room_context& context_;
  members& members_;
  fan_out& live_;
  presence_view view_;
  protocol::role_counts elsewhere_{};
  protocol::role_counts gone_{};      ///< of these, with a node that died
  protocol::role_counts announced_{}; ///< what other nodes know of this one
  protocol::role_counts told_{};      ///< what all v1 admins know
  transport::timer timer_;
  bool is_due_ = false; ///< the timer is about a change, not a grace
};

} // namespace wsgw::actors
