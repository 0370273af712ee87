#include "actors/inspection.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace wsgw::actors::inspection {

namespace {

using by = search::by;
using order = search::order;

template <class Value, std::size_t N>
using words = std::array<std::pair<std::string_view, Value>, N>;

constexpr words<by, 5> places{{{"anything", by::anything},
                               {"room", by::room},
                               {"user", by::user},
                               {"address", by::address},
                               {"conn", by::conn}}};
constexpr words<order, 9> orders{{{"slow", order::slow},
                                  {"room", order::room},
                                  {"user", order::user},
                                  {"address", order::address},
                                  {"age", order::age},
                                  {"sockets", order::sockets},
                                  {"outbox", order::outbox},
                                  {"behind", order::behind},
                                  {"mailbox", order::mailbox}}};

template <class Value, std::size_t N>
std::optional<Value> value_of(const words<Value, N>& table,
                              std::string_view word) {
  const auto* row = std::find_if(
    table.begin(), table.end(), [&](auto& each) { return each.first == word; });
  if (row == table.end())
    return std::nullopt;
  return row->second;
}

std::optional<std::size_t> number_of(std::string_view text) {
  std::size_t value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc{} || read.ptr != end)
    return std::nullopt;
  return value;
}

} // namespace

protocol::result<search> search::read(const protocol::query_params& query) {
  search wanted;
  wanted.text = query.last("q").value_or("");
  const auto place = value_of(places, query.last("by").value_or("anything"));
  std::string sorting{query.last("sort").value_or("slow")};
  wanted.is_reversed = sorting.starts_with('-');
  const auto sorted = value_of(
    orders, std::string_view{sorting}.substr(wanted.is_reversed ? 1 : 0));
  const auto limit = query.last("limit");
  const auto rows = limit ? number_of(*limit) : default_rows;
  if (!place || !sorted || !rows || *rows > most_rows)
    return protocol::errc::bad_parameter;
  wanted.where = *place;
  wanted.sorted = *sorted;
  wanted.limit = *rows;
  return wanted;
}

bool search::matches_room(std::string_view room) const {
  if (where != by::anything && where != by::room)
    return false;
  const auto name = room.substr(room.find(':') + 1);
  return room.starts_with(text) || name.starts_with(text);
}

bool search::matches(const actor_info& socket) const {
  const auto is_in = [this](by place, std::string_view value) {
    return (where == by::anything || where == place) && value.starts_with(text);
  };
  return matches_room(socket.room) || is_in(by::user, socket.user_id)
         || is_in(by::address, socket.address) || is_in(by::conn, socket.conn);
}

} // namespace wsgw::actors::inspection
