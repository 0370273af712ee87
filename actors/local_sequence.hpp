#pragma once

#include "actors/hub.hpp"
#include "actors/room_sequence.hpp"
#include "protocol/recent_ids.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace wsgw::actors {

/// Remembers idempotency keys for five minutes, at most so many of them. Not
/// thread-safe.
class append_keys {
public:
  using time_point = transport::event_loop::clock::time_point;
  static constexpr std::chrono::minutes lifetime{5};
  static constexpr std::size_t most = 10'000;

  /// The number first given to `key`; 0 when it is not known (any more).
  std::uint64_t find(const std::string& key, time_point now);
  void remember(std::string key, std::uint64_t seq, time_point now);

private:
  struct known {
    time_point since;
    std::string key;
  };

  void forget_before(time_point end);

  std::deque<known> by_age_;
  std::unordered_map<std::string, std::uint64_t> seqs_;
};

/// The order of a room without a log in Redis: duplicates are dropped by
/// message id, what remains is numbered here. The epoch is the dialog's life,
/// or what of it passed since the subscription was lost: nobody knows what was
/// published meanwhile, and a hole must never be silent (design D5).
class local_sequence final : public room_sequence {
public:
  local_sequence(hub& shared, shard& home, const protocol::room_id& room,
                 sequence_listener& listener);

  void take(messages::event& incoming) override;
  void append(messages::append& request) override;
  void answered(messages::store_answer&) override {}
  void link_changed(const messages::link_state& news) override;
  bool fetch(std::uint64_t) override { return false; }
  bool is_open() const override { return true; }
  const protocol::cursor& head() const override { return head_; }

private:
  bool is_duplicate(const protocol::event& e, std::string_view origin);
  void note_duplicate(const protocol::event& e);
  void number(const protocol::event& e, std::string json);
  store_result<appended> publish(messages::append& request);

  hub& shared_;
  shard& home_;
  const protocol::room_id& room_;
  sequence_listener& listener_;
  protocol::recent_ids recent_;
  append_keys keys_;
  protocol::cursor head_;
};

} // namespace wsgw::actors
