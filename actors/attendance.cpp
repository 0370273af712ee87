#include "actors/attendance.hpp"

#include "actors/room_manners.hpp"
#include "protocol/v1_message.hpp"

#include <algorithm>
#include <utility>

namespace wsgw::actors {

namespace {

/// Changes within this time are told as one.
constexpr std::chrono::milliseconds coalescing{100};

constexpr auto streams = {protocol::dialect::v1, protocol::dialect::sse};

} // namespace

attendance::attendance(const room_context& context, members& all, fan_out& live)
    : context_(context), members_(all), live_(live),
      view_(context.shared.config().presence_grace) {}

attendance::~attendance() {
  set_elsewhere({});
  auto* board = context_.shared.presence; // gone when the gateway ends
  if (board != nullptr && announced_ != protocol::role_counts{})
    board->announce(context_.room, {});
}

bool attendance::is_admin_reading() const {
  return members_.has_readers(protocol::role::admin);
}

void attendance::changed() {
  if (!manners_of(context_.room.kind()).has_presence)
    return;
  if (context_.shared.presence == nullptr && !is_admin_reading())
    return;
  if (!is_due_)
    arm(coalescing);
  is_due_ = true;
}

void attendance::elsewhere(const messages::room_presence& news) {
  set_elsewhere(news.elsewhere);
  for (std::size_t i = 0; i < gone_.size(); ++i) {
    gone_[i] += news.gone[i];
    context_.home.counters().members_lost.add(news.gone[i]);
  }
  changed();
}

void attendance::renew() {
  auto* board = context_.shared.presence;
  if (board == nullptr)
    return;
  // As if the room had just been opened: then the board reads it anew.
  board->announce(context_.room, {});
  announced_ = {};
  announce();
}

void attendance::set_elsewhere(const protocol::role_counts& next) {
  auto& counted = context_.home.counters().members_elsewhere;
  for (std::size_t i = 0; i < next.size(); ++i) {
    counted[i].add(next[i]);
    counted[i].sub(elsewhere_[i]);
  }
  elsewhere_ = next;
}

void attendance::look() {
  auto truth = members_.counts();
  for (std::size_t i = 0; i < truth.size(); ++i)
    truth[i] += elsewhere_[i];
  view_.set(truth, context_.home.loop().now(), std::exchange(gone_, {}));
}

void attendance::greet(std::uint64_t who) {
  const auto* where = members_.find(who);
  if (where == nullptr || where->as != protocol::role::admin)
    return;
  look();
  const auto readers =
    members_.live(protocol::role::admin, protocol::dialect::v1).size()
    + members_.live(protocol::role::admin, protocol::dialect::sse).size();
  if (readers == 1)
    told_ = view_.shown();
  live_.push(who, protocol::v1::presence_frame(where->speaks, view_.shown()));
}

void attendance::arm(transport::event_loop::clock::duration delay) {
  timer_ = context_.home.loop().after(delay, [this] {
    is_due_ = false;
    announce();
    look();
    tell();
  });
}

void attendance::announce() {
  const auto& mine = members_.counts();
  if (context_.shared.presence == nullptr || mine == announced_)
    return;
  announced_ = mine;
  context_.shared.presence->announce(context_.room, mine);
}

void attendance::tell() {
  if (told_ != view_.shown()) {
    told_ = view_.shown();
    for (const auto d : streams) {
      // A full one leaves the list while it is told.
      const auto list = members_.live(protocol::role::admin, d);
      if (list.empty())
        continue;
      const auto frame = protocol::v1::presence_frame(d, told_);
      for (const auto& each : list)
        live_.push(each.who.id(), frame);
    }
  }
  // A grace that ends changes what is shown.
  const auto next = view_.next_change();
  if (next && is_admin_reading())
    arm(std::max(*next - context_.home.loop().now(),
                 transport::event_loop::clock::duration{0}));
}

} // namespace wsgw::actors
