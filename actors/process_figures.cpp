#include "actors/process_figures.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace wsgw::actors {

namespace {

// Fields of /proc/<pid>/stat behind the parenthesised name, counted from 0
// (proc(5): state is the third field).
constexpr std::size_t user_ticks = 11;
constexpr std::size_t system_ticks = 12;
constexpr std::size_t thread_count = 17;
constexpr std::size_t start_ticks = 19;
constexpr std::size_t virtual_size = 20;
constexpr std::size_t resident_pages = 21;

double boot_time() {
  std::ifstream file{"/proc/stat"};
  std::string word;
  while (file >> word)
    if (double seconds = 0; word == "btime" && file >> seconds)
      return seconds;
  return 0;
}

/// Since Linux 6.2 the folder's size says it; counting costs some time for each
/// of many thousand files.
std::uint64_t count_open_files() {
  constexpr auto* folder = "/proc/self/fd";
  struct stat seen {};
  if (::stat(folder, &seen) == 0 && seen.st_size > 0)
    return static_cast<std::uint64_t>(seen.st_size);
  std::error_code ec;
  const std::filesystem::directory_iterator files{folder, ec};
  return static_cast<std::uint64_t>(std::distance(begin(files), end(files)));
}

} // namespace

std::optional<process_figures> parse_process_stat(std::string_view stat,
                                                  double boot_seconds) {
  // The name may contain blanks and parentheses itself.
  const auto name_end = stat.rfind(')');
  if (name_end == std::string_view::npos)
    return std::nullopt;
  std::istringstream rest{std::string{stat.substr(name_end + 1)}};
  std::vector<std::string> fields;
  for (std::string field; rest >> field;)
    fields.push_back(field);
  if (fields.size() <= resident_pages)
    return std::nullopt;
  const auto number = [&](std::size_t i) {
    std::uint64_t value = 0;
    std::istringstream{fields[i]} >> value;
    return value;
  };
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  process_figures figures;
  figures.cpu_seconds =
    static_cast<double>(number(user_ticks) + number(system_ticks)) / ticks;
  figures.start_seconds =
    boot_seconds + static_cast<double>(number(start_ticks)) / ticks;
  figures.resident_bytes =
    number(resident_pages)
    * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  figures.virtual_bytes = number(virtual_size);
  figures.threads = number(thread_count);
  return figures;
}

std::optional<process_figures> read_process_figures() {
  std::ifstream file{"/proc/self/stat"};
  std::string line;
  if (!std::getline(file, line))
    return std::nullopt;
  static const auto boot = boot_time();
  auto figures = parse_process_stat(line, boot);
  if (figures)
    figures->open_files = count_open_files();
  rlimit limit{};
  if (figures && ::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    figures->open_file_limit = limit.rlim_cur;
  return figures;
}

} // namespace wsgw::actors
