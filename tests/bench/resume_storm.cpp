#include "tests/bench/storm.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <iostream>
#include <sys/resource.h>

namespace {

using namespace wsgw::bench;

void add_options(CLI::App& app, storm_options& o) {
  app.add_option("--gateway", o.gateway, "the ws-gateway program")->required();
  app.add_option("--clients", o.clients, "that resume")
    ->check(CLI::Range(1, 19'000));
  app.add_option("--dialogs", o.dialogs, "they spread over");
  app.add_option("--events-before", o.events_before,
                 "events of each dialog before the clients go");
  app
    .add_option("--events-missed", o.events_missed,
                "events of each dialog while they are away")
    ->check(CLI::Range(1, 900));
  app
    .add_option("--leave-in", o.leave_in,
                "clients of a dialog leave one after the other, over so many "
                "events: their cursors differ")
    ->check(CLI::Range(1, 900));
  app.add_option("--seconds", o.seconds, "over which they come back")
    ->check(CLI::PositiveNumber);
  app.add_option("--live-rate", o.live_rate, "events a second meanwhile");
  app.add_option("--linger", o.linger_seconds,
                 "seconds to wait for doubled events and late reads");
  app.add_option("--shards", o.shards, "of the gateway");
  app.add_option("--payload", o.payload_bytes, "bytes of a message");
  app.add_flag("--keep-gateway", o.keeps_gateway,
               "only the clients go, the gateway stays");
  app.add_option("--most-reads", o.most_reads, "of logs: more is a failure");
  app.add_option("--most-p99-ms", o.most_p99_ms,
                 "of the catch-up: more is a failure");
}

void print(const storm_options& o, const storm_result& r) {
  const auto ms = [&r](double q) { return r.catch_up.percentile_us(q) / 1000; };
  std::cout << "clients=" << o.clients << "\ndialogs=" << o.dialogs
            << "\nreads=" << r.reads << "\nreplayed=" << r.replayed
            << "\nfresh=" << r.fresh << "\nresets=" << r.resets
            << "\nlost=" << r.faults.lost << "\ndoubled=" << r.faults.doubled
            << "\nreordered=" << r.faults.reordered
            << "\nmisrouted=" << r.faults.misrouted << "\nrefused=" << r.refused
            << "\nclosed=" << r.closed << "\nbehind=" << r.behind << '\n';
  std::printf("catch_up_p50_ms=%.2f\ncatch_up_p99_ms=%.2f\n"
              "catch_up_max_ms=%.2f\nseconds=%.2f\ngateway_cpu_seconds=%.2f\n",
              ms(0.5), ms(0.99), r.catch_up.max_us() / 1000, r.seconds,
              r.gateway_cpu_seconds);
}

/// Empty, or why the run must not count as a success.
std::string verdict(const storm_options& o, const storm_result& r) {
  if (r.faults.any())
    return "events were lost, doubled, reordered or misrouted";
  if (r.fresh + r.resets + r.refused + r.closed + r.behind > 0)
    return "not every client could resume";
  if (r.reads > o.most_reads)
    return "too many reads of logs";
  if (r.catch_up.percentile_us(0.99) > o.most_p99_ms * 1000)
    return "catching up took too long";
  return {};
}

/// Thousands of sockets need more than the usual soft limit.
void raise_open_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace

int main(int argc, char** argv) {
  storm_options o;
  CLI::App app("Lets many v1 clients lose their gateway and come back with "
               "their cursors. Exit status: 0 all went well; 1 not so; 2 no "
               "run.",
               "resume-storm");
  // Scripts put their own options behind a scenario's.
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  add_options(app, o);
  CLI11_PARSE(app, argc, argv);
  try {
    raise_open_file_limit();
    const auto result = storm(o).execute();
    print(o, result);
    const auto complaint = verdict(o, result);
    std::cout << "verdict=" << (complaint.empty() ? "ok" : complaint) << '\n';
    return complaint.empty() ? 0 : 1;
  } catch (const std::exception& e) {
    std::cerr << "resume-storm: " << e.what() << '\n';
    return 2;
  }
}
