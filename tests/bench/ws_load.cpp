#include "tests/bench/options.hpp"
#include "tests/bench/process_stats.hpp"
#include "tests/bench/report.hpp"
#include "tests/bench/run.hpp"

#include <exception>
#include <fstream>
#include <iostream>
#include <sys/resource.h>

namespace {

using namespace wsgw::bench;

/// Thousands of sockets need more than the usual soft limit.
void raise_open_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int load(const options& o) {
  raise_open_file_limit();
  if (o.pin_cpu >= 0 && !pin_to(o.pin_cpu)) {
    std::cerr << "ws-load: cannot run on CPU " << o.pin_cpu << '\n';
    return 2;
  }
  bench_run run(o);
  const auto result = run.execute();
  const auto figures = figures_of(result, o);
  std::cout << to_lines(figures) << std::flush;
  if (!o.json_file.empty()
      && !(std::ofstream(o.json_file) << to_json(figures) << '\n')) {
    std::cerr << "ws-load: cannot write " << o.json_file << '\n';
    return 2;
  }
  return verdict(result).empty() ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  const auto parsed = parse_options(argc, argv);
  if (const auto* status = std::get_if<int>(&parsed))
    return *status;
  try {
    return load(std::get<options>(parsed));
  } catch (const std::exception& e) {
    std::cerr << "ws-load: " << e.what() << '\n';
    return 2;
  }
}
