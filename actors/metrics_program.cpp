#include "actors/build_info.hpp"
#include "actors/http_status.hpp"
#include "actors/metrics_labels.hpp"
#include "actors/metrics_parts.hpp"
#include "actors/process_figures.hpp"

#include <chrono>

namespace wsgw::actors {

namespace {

using prometheus::MetricType;

constexpr std::array sums{
  sum_row{MetricType::Counter, "wsgw_shard_turns_total",
          "Turns of all shards that had work.", &shard_counters::turns},
  sum_row{MetricType::Counter, "wsgw_exceptions_total",
          "Exceptions that escaped a callback; each is a fault of ours.",
          &shard_counters::exceptions},
  sum_row{MetricType::Counter, "wsgw_actors_resumed_total",
          "Actors run by all shards.", &shard_counters::actors_resumed},
};

void add_lag(exposition& out, const hub& shared,
             transport::loop_figures::clock::time_point now) {
  out.family(MetricType::Histogram, "wsgw_eventloop_lag_seconds",
             "How late a shard's loop got to what was due.");
  for (auto* one : shared.shards)
    out.buckets<transport::lag_bounds>(
      {&one->loop().figures().lag}, {{"shard", std::to_string(one->index())}});
  out.family(MetricType::Gauge, "wsgw_eventloop_lag_max_seconds",
             "The longest lag of the last half minute, also of a loop that is "
             "stuck now.");
  for (auto* one : shared.shards) {
    const std::chrono::duration<double> worst =
      one->loop().figures().worst_lag(now);
    out.sample(worst.count(), {{"shard", std::to_string(one->index())}});
  }
}

void add_process(exposition& out) {
  const auto process = read_process_figures();
  if (!process)
    return;
  out.counter("process_cpu_seconds_total",
              "User and system time of this process.", process->cpu_seconds);
  out.gauge("process_start_time_seconds", "Start of this process since 1970.",
            process->start_seconds);
  out.gauge("process_resident_memory_bytes", "Memory in use.",
            static_cast<double>(process->resident_bytes));
  out.gauge("process_virtual_memory_bytes", "Address space in use.",
            static_cast<double>(process->virtual_bytes));
  out.gauge("process_open_fds", "Open files.",
            static_cast<double>(process->open_files));
  out.gauge("process_max_fds", "Open files allowed.",
            static_cast<double>(process->open_file_limit));
  out.gauge("process_threads", "Threads of this process.",
            static_cast<double>(process->threads));
}

} // namespace

void add_program_metrics(exposition& out, const hub& shared,
                         transport::loop_figures::clock::time_point now) {
  out.family(MetricType::Gauge, "wsgw_build_info",
             "Version of the running program, always 1.");
  out.sample(
    1, {{"commit", build_info::commit}, {"version", build_info::version}});
  out.gauge("wsgw_shards", "Threads that serve sockets.",
            static_cast<double>(shared.shards.size()));
  out.gauge("wsgw_ready", "1 while new clients are welcome (/ready says 200).",
            is_ready(shared));
  out.gauge("wsgw_draining", "1 while the node shuts down.",
            shared.draining.load());
  add_tally(
    out, "wsgw_config_reloads_total",
    "SIGHUPs, by what became of the configuration: changed, unchanged, "
    "refused.",
    "result",
    with_zeros(shared.reloads.snapshot(), {"changed", "refused", "unchanged"}));
  add_tally(out, "wsgw_operations_total",
            "What operators did over HTTP: close, drain_room.", "action",
            with_zeros(shared.operations.snapshot(), {"close", "drain_room"}));
  add_sums(out, shared, sums);
  add_lag(out, shared, now);
  add_process(out);
}

} // namespace wsgw::actors
