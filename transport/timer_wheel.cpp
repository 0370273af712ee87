#include "transport/timer_wheel.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <memory>
#include <utility>

namespace wsgw::transport {

void timer_wheel::link::unlink() {
  previous->next = next;
  next->previous = previous;
  previous = next = this;
}

void timer_wheel::link::append(link& node) {
  node.previous = previous;
  node.next = this;
  previous->next = &node;
  previous = &node;
}

/// A timer; it is the handle that the caller owns and sits in a slot's list
/// while it is pending.
struct timer_wheel::entry final : timer_handle, link {
  static constexpr unsigned no_level = level_count;

  ~entry() override {
    if (wheel != nullptr)
      wheel->forget(*this);
  }

  timer_wheel* wheel = nullptr; ///< null: fired, or the wheel is gone
  std::uint64_t when = 0;
  unsigned at_level = no_level; ///< no_level: in the list of due timers
  unsigned at_slot = 0;
  std::function<void()> fn;
};

timer_wheel::timer_wheel(clock::time_point start) : start_(start) {}

timer_wheel::~timer_wheel() {
  const auto orphan = [](link& sentinel) {
    while (!sentinel.is_alone()) {
      auto& node = static_cast<entry&>(*sentinel.next);
      node.unlink();
      node.wheel = nullptr;
    }
  };
  for (auto& one : levels_)
    for (auto& slot : one.slots)
      orphan(slot);
  orphan(due_);
}

timer timer_wheel::add(clock::time_point deadline, std::function<void()> fn) {
  auto node = std::make_unique<entry>();
  const auto after = std::max(deadline - start_, clock::duration::zero());
  const auto ticks = (after + tick - clock::duration{1}) / tick;
  node->wheel = this;
  node->when = std::max(static_cast<std::uint64_t>(ticks), now_ + 1);
  node->fn = std::move(fn);
  place(*node);
  ++size_;
  return node;
}

void timer_wheel::place(entry& node) {
  // The level is where the deadline differs first from now, so that a slot
  // never holds two rounds of the wheel.
  constexpr auto horizon = (std::uint64_t{1} << (slot_bits * level_count)) - 1;
  const auto when = std::min(node.when, now_ | horizon);
  const auto differs = std::bit_width(when ^ now_);
  node.at_level = differs == 0 ? 0 : (differs - 1) / slot_bits;
  node.at_slot = when >> (slot_bits * node.at_level) & (slot_count - 1);
  auto& one = levels_[node.at_level];
  one.used |= std::uint64_t{1} << node.at_slot;
  one.slots[node.at_slot].append(node);
}

void timer_wheel::forget(entry& node) {
  node.unlink();
  --size_;
  if (node.at_level == entry::no_level)
    return;
  auto& one = levels_[node.at_level];
  if (one.slots[node.at_slot].is_alone())
    one.used &= ~(std::uint64_t{1} << node.at_slot);
}

std::optional<timer_wheel::position> timer_wheel::next_slot() const {
  for (unsigned i = 0; i < level_count; ++i) {
    if (levels_[i].used == 0)
      continue;
    // Slots behind the present one are always empty, see `place`.
    const auto slot = static_cast<unsigned>(std::countr_zero(levels_[i].used));
    const auto shift = slot_bits * i;
    const auto round = now_ >> (shift + slot_bits) << (shift + slot_bits);
    return position{i, slot, round | std::uint64_t{slot} << shift};
  }
  return std::nullopt;
}

std::optional<timer_wheel::clock::time_point> timer_wheel::next() const {
  if (!due_.is_alone())
    return start_ + now_ * tick;
  const auto found = next_slot();
  if (!found)
    return std::nullopt;
  return start_ + found->tick * tick;
}

std::size_t timer_wheel::run_due() {
  std::size_t ran = 0;
  while (!due_.is_alone()) {
    auto& node = static_cast<entry&>(*due_.next);
    forget(node);
    node.wheel = nullptr;
    // The callback may destroy its own handle, so it must not live in it.
    const auto fn = std::move(node.fn);
    ++ran;
    fn();
  }
  return ran;
}

std::size_t timer_wheel::advance(clock::time_point now) {
  const auto target = now < start_
                        ? std::uint64_t{0}
                        : static_cast<std::uint64_t>((now - start_) / tick);
  auto ran = run_due(); // left over when a callback threw
  for (auto found = next_slot(); found && found->tick <= target;
       found = next_slot()) {
    now_ = std::max(now_, found->tick);
    auto& one = levels_[found->level];
    auto& slot = one.slots[found->slot];
    one.used &= ~(std::uint64_t{1} << found->slot);
    // Taken out as a whole: `place` may put an entry back into this slot.
    link taken;
    while (!slot.is_alone()) {
      auto* node = slot.next;
      node->unlink();
      taken.append(*node);
    }
    while (!taken.is_alone()) {
      auto& node = static_cast<entry&>(*taken.next);
      node.unlink();
      if (node.when > now_) {
        place(node);
      } else {
        node.at_level = entry::no_level;
        due_.append(node);
      }
    }
    ran += run_due();
  }
  now_ = std::max(now_, target);
  return ran;
}

} // namespace wsgw::transport
