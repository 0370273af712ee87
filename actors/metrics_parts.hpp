#pragma once

#include "actors/exposition.hpp"
#include "actors/hub.hpp"
#include "protocol/role.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

/// A family without labels that is a sum over the shards.
struct sum_row {
  prometheus::MetricType type;
  const char* name;
  const char* help;
  counter shard_counters::*which;
};
inline void add_sums(exposition& out, const hub& shared,
                     std::span<const sum_row> rows) {
  for (const auto& row : rows)
    out.one(row.type, row.name, row.help, total(shared, row.which));
}

/// Adds a sample by role to the latest family.
template <class Which>
void add_by_role(exposition& out, const hub& shared, Which which) {
  for (const auto r : protocol::all_roles)
    out.sample(total(shared, which, r),
               {{"role", std::string{protocol::to_string(r)}}});
}

/// A counter with one label, one sample per name.
template <class Counts>
void add_tally(exposition& out, const char* name, const char* help,
               const char* label, const Counts& counts) {
  out.family(prometheus::MetricType::Counter, name, help);
  for (const auto& [word, count] : counts)
    out.sample(static_cast<double>(count), {{label, std::string{word}}});
}

/// A histogram that is a sum over the shards.
template <auto& bounds>
void add_histogram(exposition& out, const hub& shared, const char* name,
                   const char* help,
                   transport::histogram<bounds> shard_counters::*which) {
  std::vector<const transport::histogram<bounds>*> parts;
  for (auto* one : shared.shards)
    parts.push_back(&(one->counters().*which));
  out.histogram(name, help, parts);
}

void add_connection_metrics(exposition& out, const hub& shared);
void add_event_metrics(exposition& out, const hub& shared);
/// Nothing while there are no duels.
void add_duel_metrics(exposition& out, const hub& shared);
void add_redis_metrics(exposition& out, const hub& shared);
/// Questions between nodes, and what the audit did.
void add_node_metrics(exposition& out, const hub& shared);
/// What v1 clients say, how they keep up, and how they are sent away.
void add_v1_metrics(exposition& out, const hub& shared);
void add_program_metrics(exposition& out, const hub& shared,
                         transport::loop_figures::clock::time_point now);

} // namespace wsgw::actors
