#pragma once

#include "protocol/close_code.hpp"
#include "protocol/dialect.hpp"
#include "protocol/ids.hpp"
#include "protocol/role.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <vector>

namespace wsgw::actors {

/// What one actor says about itself to the debug pages.
struct actor_info {
  std::string kind; ///< "dialog", "subscriber", "broadcaster", "router", …
  std::uint64_t id = 0; ///< CAF's actor id
  std::size_t shard = 0;
  std::size_t mailbox = 0;
  std::string room;
  // -- dialog ---------------------------------------------------------------
  std::array<std::size_t, protocol::role_count> members{};
  std::string head; ///< `<epoch>:<seq>`
  // -- subscriber -----------------------------------------------------------
  protocol::role as = protocol::role::admin;
  std::string user_id;
  std::string conn;
  std::string address;
  std::chrono::system_clock::time_point connected_at;
  std::chrono::milliseconds last_seen{0}; ///< age of the last inbound frame
  protocol::dialect speaks = protocol::dialect::legacy;
  std::uint64_t sent_seq = 0;
  std::uint64_t acked_seq = 0;
  std::size_t outbox_bytes = 0;
  bool is_lagging = false;
};

struct connection_trace; // journal.hpp
struct room_reading;     // journal.hpp
struct room_detail;      // room_detail.hpp

/// A living actor that can describe itself.
class describable {
public:
  virtual ~describable() = default;
  /// Fills what applies. Called on the shard's thread between two messages.
  virtual void describe(actor_info& out) const = 0;
  /// Fills in what `explain` asks of a connection; false when it has none. Same
  /// thread.
  virtual bool trace(connection_trace&) const { return false; }
  /// Adds how far each of its members has been told; for rooms. Same thread.
  virtual void readings(std::vector<room_reading>&) const {}
  /// Fills in what the page of one room shows; false when it is no room. Same
  /// thread.
  virtual bool detail(room_detail&) const { return false; }
  /// Closes the connection, where the actor has one. Same thread.
  virtual void request_close(const protocol::close_status&) {}
  /// The node goes away: the client is sent away after `slot`, where the actor
  /// has one. False when it has none, or was told before. Same thread.
  virtual bool request_drain(std::chrono::milliseconds) { return false; }
};

/// The living actors of one shard. Loop thread only.
class directory {
public:
  /// Keeps an actor listed for as long as it lives.
  class entry {
  public:
    entry(directory& where, describable& who)
        : where_(&where),
          position_(where.list_.insert(where.list_.end(), &who)) {}
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;
    ~entry() { where_->list_.erase(position_); }

  private:
    directory* where_;
    std::list<describable*>::iterator position_;
  };

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    for (auto* who : list_)
      visit(*who);
  }

  std::size_t size() const { return list_.size(); }

private:
  std::list<describable*> list_;
};

} // namespace wsgw::actors
