#include "tests/bench/process_stats.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <sched.h>
#include <sstream>
#include <string>
#include <unistd.h>

namespace wsgw::bench {

namespace {

namespace fs = std::filesystem;

fs::path proc_of(pid_t pid) { return fs::path("/proc") / std::to_string(pid); }

std::int64_t ticks_to_ns(std::int64_t ticks) {
  static const std::int64_t per_second = sysconf(_SC_CLK_TCK);
  return ticks * (1'000'000'000 / per_second);
}

/// Sums the run times of all threads that live now.
std::int64_t run_time_of(pid_t pid) {
  std::int64_t sum = 0;
  std::error_code ignored; // the process may end while we look
  for (const auto& task :
       fs::directory_iterator(proc_of(pid) / "task", ignored)) {
    std::ifstream file(task.path() / "schedstat");
    std::int64_t run_time = 0;
    if (file >> run_time)
      sum += run_time;
  }
  return sum;
}

} // namespace

std::optional<cpu_time> cpu_of(pid_t pid) {
  std::ifstream file(proc_of(pid) / "stat");
  std::string line;
  if (!std::getline(file, line))
    return std::nullopt;
  // The name, field 2, may contain anything; what follows `)` is plain.
  std::istringstream fields(line.substr(line.rfind(')') + 2));
  std::string skipped;
  for (int i = 3; i < 14; ++i)
    fields >> skipped;
  std::int64_t user = 0;
  std::int64_t kernel = 0;
  fields >> user >> kernel;
  return cpu_time{run_time_of(pid), ticks_to_ns(user), ticks_to_ns(kernel)};
}

std::optional<std::int64_t> resident_bytes(pid_t pid) {
  // smaps_rollup walks the page table; statm's counters lag behind per CPU.
  std::ifstream file(proc_of(pid) / "smaps_rollup");
  std::string word;
  while (file >> word) {
    std::int64_t kilobytes = 0;
    if (word == "Rss:" && file >> kilobytes)
      return kilobytes * 1024;
  }
  return std::nullopt;
}

machine_time cpu_of_machine() {
  std::ifstream file("/proc/stat");
  std::string name;
  std::array<std::int64_t, 8> ticks{}; // user nice system idle iowait irq …
  file >> name;
  for (auto& t : ticks)
    file >> t;
  machine_time result;
  result.stolen_ns = ticks_to_ns(ticks[7]);
  result.busy_ns =
    ticks_to_ns(ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]);
  return result;
}

bool pin_to(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  return sched_setaffinity(0, sizeof set, &set) == 0;
}

} // namespace wsgw::bench
