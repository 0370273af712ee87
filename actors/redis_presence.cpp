#include "actors/redis_presence.hpp"

#include "actors/log.hpp"
#include "actors/presence_ledger.hpp"
#include "protocol/presence_text.hpp"
#include "transport/redis_link.hpp"
#include "transport/shard_loop.hpp"

#include <functional>
#include <future>
#include <optional>
#include <utility>

namespace wsgw::actors {

namespace {

/// A room is announced at most once in it, however often it changes.
constexpr std::chrono::milliseconds announce_interval{50};
/// Rooms on their way to Redis, so that its queue and ours stay short.
constexpr std::size_t max_in_flight = 512;
constexpr std::chrono::milliseconds farewell_time{500};

/// The strings of an array; empty when the command failed.
std::optional<std::vector<std::string>>
strings_of(const transport::redis_reply& reply) {
  if (const auto* error = reply.error()) {
    if (error->text != "link down")
      log::repeated_warning("presence " + error->text, "redis",
                            "presence refused", {{"reason", error->text}});
    return std::nullopt;
  }
  return reply.strings();
}

} // namespace

/// One server. Everything on its loop's thread.
class redis_presence::link {
public:
  link(hub& shared, transport::shard_loop& loop,
       const transport::redis_endpoint& server)
      : shared_(shared), loop_(loop), ledger_(shared.node_id),
        commands_(loop, server,
                  [this](const auto& status) { on_commands(status); }),
        announcements_(loop, server, {std::string{protocol::presence_pattern}},
                       {[this](auto messages) { on_messages(messages); },
                        [this](const auto& status) {
                          if (status.state == transport::redis_state::ready) {
                            ledger_.subscribed();
                            pump();
                          }
                        },
                        {}}) {}

  transport::shard_loop& loop() const { return loop_; }

  void start() {
    announcements_.start();
    commands_.start();
    tick();
  }

  void announce(const protocol::room_id& room,
                const protocol::role_counts& mine) {
    if (farewell_)
      return;
    ledger_.announce(room, mine);
    pump();
  }

  /// Calls `done` when all is said, or after `farewell_time`.
  void stop(std::function<void()> done) {
    farewell_ = std::move(done);
    deadline_ = loop_.after(farewell_time, [this] { finish(); });
    ledger_.close();
    if (commands_.is_ready())
      send_orders();
    else
      finish();
  }

private:
  void on_commands(const transport::redis_status& status) {
    if (status.state == transport::redis_state::down)
      return ledger_.link_down();
    if (status.state != transport::redis_state::ready || farewell_)
      return;
    ledger_.link_ready();
    renew();
    pump();
  }

  void on_messages(const std::vector<transport::redis_message>& messages) {
    for (const auto& each : messages)
      ledger_.heard(each.channel, each.payload);
    publish_changes();
  }

  void tick() {
    ticker_ = loop_.after(presence_ledger::lease_interval, [this] { tick(); });
    if (commands_.is_ready() && !farewell_)
      renew();
  }

  void renew() {
    // What Redis has not answered yet renews the lease as well.
    if (!std::exchange(is_renewing_, true))
      send(ledger_.lease());
  }

  /// Sends what there is, a little later: changes until then go with it.
  void pump() {
    if (!ledger_.has_orders() || pump_ != nullptr)
      return;
    pump_ = loop_.after(announce_interval, [this] {
      pump_.reset();
      send_orders();
    });
  }

  void send_orders() {
    while (commands_.is_ready() && in_flight_ < max_in_flight) {
      auto order = ledger_.next();
      if (!order)
        break;
      ++in_flight_;
      send(std::move(*order));
    }
    if (farewell_ && in_flight_ == 0 && !std::exchange(is_released_, true))
      send(ledger_.release());
  }

  void send(presence_ledger::order order) {
    const auto words = std::move(order.words);
    commands_.command(
      words, timed(shared_.log_counts.commands, words,
                   [this, order = std::move(order)](const auto& reply) {
                     on_reply(order, strings_of(reply));
                   }));
  }

  void on_reply(const presence_ledger::order& order,
                const std::optional<std::vector<std::string>>& reply) {
    if (is_finished_)
      return;
    if (order.room)
      --in_flight_;
    else if (!order.is_read)
      return loop_.post([this] { finish(); }); // the lease is given back
    else
      is_renewing_ = false;
    ledger_.answered(order, reply, loop_.now());
    publish_changes();
    if (farewell_)
      send_orders();
    else
      pump();
  }

  void publish_changes() {
    for (auto& each : ledger_.take_changes())
      caf::anon_send(shared_.broadcaster,
                     messages::room_presence{std::move(each.room),
                                             each.elsewhere, each.gone});
  }

  void finish() {
    if (is_finished_)
      return;
    is_finished_ = true;
    is_released_ = true;
    ticker_.reset();
    pump_.reset();
    deadline_.reset();
    commands_.stop();
    announcements_.stop();
    farewell_();
  }

  hub& shared_;
  transport::shard_loop& loop_;
  presence_ledger ledger_;
  std::size_t in_flight_ = 0;
  bool is_renewing_ = false;
  bool is_released_ = false;
  bool is_finished_ = false;
  std::function<void()> farewell_; ///< set: this node ends
  transport::timer ticker_;
  transport::timer pump_;
  transport::timer deadline_;
  transport::redis_client commands_;
  transport::redis_subscriber announcements_;
};

redis_presence::redis_presence(
  hub& shared, const std::vector<transport::redis_endpoint>& servers,
  const std::vector<redis_fleet::place>& places)
    : shared_(shared) {
  for (const auto& each : servers)
    links_.push_back(std::make_unique<link>(
      shared, *places[links_.size() % places.size()].loop, each));
}

redis_presence::~redis_presence() = default;

void redis_presence::start() {
  for (const auto& each : links_)
    each->loop().post([&each] { each->start(); });
}

void redis_presence::stop() {
  for (const auto& each : links_) {
    std::promise<void> stopped;
    each->loop().post(
      [&each, &stopped] { each->stop([&stopped] { stopped.set_value(); }); });
    stopped.get_future().wait();
  }
}

void redis_presence::announce(const protocol::room_id& room,
                              const protocol::role_counts& mine) {
  auto& where = *links_[shared_.server_of ? shared_.server_of(room) : 0];
  where.loop().post([&where, room, mine] { where.announce(room, mine); });
}

} // namespace wsgw::actors
