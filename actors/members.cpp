#include "actors/members.hpp"

#include <utility>

namespace wsgw::actors {

bool members::add(member fresh, protocol::role as, protocol::dialect speaks,
                  standing now) {
  const auto id = fresh.who.id();
  if (places_.contains(id))
    return false;
  put(id, std::move(fresh), {as, speaks, now, 0});
  ++counts_[static_cast<std::size_t>(as)];
  return true;
}

void members::put(std::uint64_t id, member who, place where) {
  if (where.now == standing::live) {
    auto& list = live(where.as, where.speaks);
    where.index = static_cast<std::uint32_t>(list.size());
    list.push_back(std::move(who));
  } else {
    where.index = static_cast<std::uint32_t>(aside_.size());
    aside_.push_back({std::move(who)});
  }
  places_.insert_or_assign(id, where);
}

member members::take(const place& where) {
  const auto index = where.index;
  if (where.now == standing::live) {
    auto& list = live(where.as, where.speaks);
    auto who = std::move(list[index]);
    if (index + 1 != list.size()) {
      list[index] = std::move(list.back());
      places_.at(list[index].who.id()).index = index;
    }
    list.pop_back();
    return who;
  }
  auto who = std::move(aside_[index].who);
  if (index + 1 != aside_.size()) {
    aside_[index] = std::move(aside_.back());
    places_.at(aside_[index].who.who.id()).index = index;
  }
  aside_.pop_back();
  return who;
}

bool members::remove(std::uint64_t id) {
  const auto found = places_.find(id);
  if (found == places_.end())
    return false;
  --counts_[static_cast<std::size_t>(found->second.as)];
  take(found->second);
  places_.erase(found);
  return true;
}

void members::move(std::uint64_t id, standing to) {
  const auto found = places_.find(id);
  if (found == places_.end() || found->second.now == to)
    return;
  auto where = found->second;
  // Both in the same list: only the word changes.
  if (where.now != standing::live && to != standing::live) {
    found->second.now = to;
    return;
  }
  auto who = take(where);
  where.now = to;
  put(id, std::move(who), where);
}

const members::place* members::find(std::uint64_t id) const {
  const auto found = places_.find(id);
  return found == places_.end() ? nullptr : &found->second;
}

protocol::explain::reading* members::reading_of(std::uint64_t who) {
  const auto found = places_.find(who);
  return found == places_.end() ? nullptr : &found->second.had;
}

member& members::at(const place& where) {
  return where.now == standing::live ? live(where.as, where.speaks)[where.index]
                                     : aside_[where.index].who;
}

std::uint64_t& members::sent(const place& where) {
  return aside_[where.index].sent;
}

std::vector<std::uint64_t> members::with(standing which) const {
  std::vector<std::uint64_t> found;
  for (const auto& each : aside_)
    if (places_.at(each.who.who.id()).now == which)
      found.push_back(each.who.who.id());
  return found;
}

} // namespace wsgw::actors
