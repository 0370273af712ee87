#pragma once

#include "actors/journal.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace wsgw::actors {

/// What the inspector's page of one room shows besides its members.
struct room_detail {
  std::string room;
  std::string head;               ///< `<epoch>:<seq>`
  std::string order;              ///< "local" or "log": who numbers its events
  std::uint64_t history_from = 0; ///< oldest number that can be replayed
  std::uint64_t history_to = 0;
  std::size_t history_bytes = 0;
  /// The latest events as v1 frames, oldest first.
  std::vector<std::string> tail;
};

} // namespace wsgw::actors
