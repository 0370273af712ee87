#include "actors/seating.hpp"

#include <algorithm>

namespace wsgw::actors {

/// One reserved place; gives itself back.
struct seating::place final : reservation {
  place(hub& shared, std::shared_ptr<table> where, protocol::room_id room,
        protocol::role as)
      : shared_(shared), where_(std::move(where)), room_(std::move(room)),
        as_(as) {
    ++(*where_)[room_][static_cast<std::size_t>(as_)];
  }

  place(const place&) = delete;
  place& operator=(const place&) = delete;

  ~place() override {
    const auto found = where_->find(room_);
    auto& taken = found->second;
    --taken[static_cast<std::size_t>(as_)];
    if (std::all_of(taken.begin(), taken.end(), [](auto n) { return n == 0; }))
      where_->erase(found);
    auto& total = as_ == protocol::role::user ? shared_.inbox_connections
                                              : shared_.connections;
    total.fetch_sub(1, std::memory_order_relaxed);
  }

  std::size_t taken() const override {
    return where_->at(room_)[static_cast<std::size_t>(as_)];
  }

private:
  hub& shared_;
  std::shared_ptr<table> where_;
  protocol::room_id room_;
  protocol::role as_;
};

seating::seating(hub& shared) : shared_(shared) {
  for (std::size_t i = 0; i < shared.shards.size(); ++i)
    tables_.push_back(std::make_shared<table>());
}

bool seating::take_global(protocol::role as) {
  auto& mine = as == protocol::role::user ? shared_.inbox_connections
                                          : shared_.connections;
  ++mine;
  // The reference limits A, S and W; descriptors limit all.
  const auto counted = shared_.connections.load();
  const auto all = counted + shared_.inbox_connections.load();
  const auto limit = shared_.connection_limit.load();
  const auto files = shared_.descriptor_limit;
  if ((as == protocol::role::user || limit == 0 || counted <= limit)
      && (files == 0 || all <= files))
    return true;
  --mine;
  return false;
}

std::variant<seat, protocol::errc>
seating::reserve(const protocol::room_id& room, protocol::role as) {
  const auto& where = tables_[shared_.shard_of(room).index()];
  if (!take_global(as))
    return protocol::errc::server_overloaded;
  const auto found = where->find(room);
  const auto taken =
    found == where->end() ? 0U : found->second[static_cast<std::size_t>(as)];
  if (taken >= shared_.config().max_connections_per_dialog) {
    auto& total = as == protocol::role::user ? shared_.inbox_connections
                                             : shared_.connections;
    total.fetch_sub(1);
    return protocol::errc::dialog_full;
  }
  return seat{std::make_shared<place>(shared_, where, room, as)};
}

} // namespace wsgw::actors
