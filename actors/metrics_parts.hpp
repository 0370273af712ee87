#pragma once

#include "actors/exposition.hpp"
#include "actors/hub.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

// Shared by the files that make up metrics_text; of no use elsewhere.
namespace wsgw::actors {

/// Sums one counter over all shards.
inline double total(const hub& shared, counter shard_counters::*which) {
  std::uint64_t sum = 0;
  for (auto* one : shared.shards)
    sum += (one->counters().*which).get();
  return static_cast<double>(sum);
}

/// Sums one counter of an array over all shards; `which` is an index or an
/// enumerator.
template <std::size_t N, class Index>
double total(const hub& shared, std::array<counter, N> shard_counters::*which,
             Index i) {
  std::uint64_t sum = 0;
  for (auto* one : shared.shards)
    sum += (one->counters().*which)[static_cast<std::size_t>(i)].get();
  return static_cast<double>(sum);
}

/// What v1 clients say, how they keep up, and how they are sent away.
void add_v1_metrics(exposition& out, const hub& shared);

} // namespace wsgw::actors
