#include "transport/signal_folder.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unordered_set>
#include <utility>

namespace wsgw::transport {

namespace {

using std::chrono::system_clock;

constexpr std::string_view prefix = "duel_";
constexpr std::string_view suffix = ".signal";
constexpr std::string_view taken_suffix = ".taken";
constexpr auto lock_name = "/.wsgw.lock";
constexpr std::chrono::milliseconds time_to_write{500};
constexpr std::size_t max_version = 64;

/// The id in `duel_<id>.signal`: decimal, above 0, without leading zeros.
std::optional<std::int64_t> id_of(std::string_view name) {
  if (!name.starts_with(prefix) || !name.ends_with(suffix))
    return std::nullopt;
  name.remove_prefix(prefix.size());
  name.remove_suffix(std::min(suffix.size(), name.size()));
  std::int64_t id = 0;
  const auto* end = name.data() + name.size();
  const auto read = std::from_chars(name.data(), end, id);
  if (read.ec != std::errc{} || read.ptr != end || id <= 0 || name[0] == '0')
    return std::nullopt;
  return id;
}

/// The id in `.duel_<id>.signal.taken`.
std::optional<std::int64_t> taken_id_of(std::string_view name) {
  if (!name.starts_with('.') || !name.ends_with(taken_suffix))
    return std::nullopt;
  name.remove_suffix(taken_suffix.size());
  return id_of(name.substr(1));
}

system_clock::time_point changed(const struct stat& file) {
  return system_clock::time_point{
    std::chrono::duration_cast<system_clock::duration>(
      std::chrono::seconds{file.st_mtim.tv_sec}
      + std::chrono::nanoseconds{file.st_mtim.tv_nsec})};
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view blanks{" \t\r\n\0\v", 6};
  const auto begin = std::min(text.find_first_not_of(blanks), text.size());
  text.remove_prefix(begin);
  return std::string{text.substr(0, text.find_last_not_of(blanks) + 1)};
}

std::string seconds_of(const struct stat& file) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%lld.%06ld",
                static_cast<long long>(file.st_mtim.tv_sec),
                file.st_mtim.tv_nsec / 1000);
  return text.data();
}

bool is_same(const struct stat& a, const struct stat& b) {
  return a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

struct close_dir {
  void operator()(DIR* dir) const { ::closedir(dir); }
};

/// The ids of the files in a folder.
struct listing {
  std::vector<std::int64_t> fresh;
  std::unordered_set<std::int64_t> taken;
};

std::optional<listing> list(const std::string& path) {
  const std::unique_ptr<DIR, close_dir> dir{::opendir(path.c_str())};
  if (!dir)
    return std::nullopt;
  listing result;
  while (const auto* entry = ::readdir(dir.get())) {
    if (const auto id = id_of(entry->d_name))
      result.fresh.push_back(*id);
    else if (const auto old = taken_id_of(entry->d_name))
      result.taken.insert(*old);
  }
  return result;
}

} // namespace

signal_folder::signal_folder(std::string path) : path_(std::move(path)) {}

signal_folder::~signal_folder() { stop_leading(); }

std::string signal_folder::signal_path(std::int64_t id) const {
  return path_ + "/" + std::string{prefix} + std::to_string(id)
         + std::string{suffix};
}

std::string signal_folder::taken_path(std::int64_t id) const {
  return path_ + "/." + std::string{prefix} + std::to_string(id)
         + std::string{suffix} + std::string{taken_suffix};
}

void signal_folder::fail(const char* what) {
  problem_ = std::string{what} + ": " + std::strerror(errno);
}

void signal_folder::stop_leading() {
  if (lock_ >= 0)
    ::close(std::exchange(lock_, -1));
}

bool signal_folder::lead() {
  const auto name = path_ + lock_name;
  struct stat held {};
  struct stat there {};
  // Somebody may have removed the file, or the whole folder.
  if (lock_ >= 0 && ::fstat(lock_, &held) == 0
      && ::stat(name.c_str(), &there) == 0 && is_same(held, there))
    return true;
  stop_leading();
  const auto file =
    ::open(name.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (file < 0) {
    fail("cannot lock");
    return false;
  }
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) {
    lock_ = file;
    return true;
  }
  if (errno != EWOULDBLOCK)
    fail("cannot lock");
  ::close(file);
  return false;
}

bool signal_folder::claim(std::int64_t id) {
  const auto from = signal_path(id);
  const auto to = taken_path(id);
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(),
                  RENAME_NOREPLACE)
      == 0)
    return true;
  // File systems that cannot: nobody else takes files here while we lead.
  if ((errno == EINVAL || errno == ENOSYS)
      && ::rename(from.c_str(), to.c_str()) == 0)
    return true;
  if (errno != ENOENT && errno != EEXIST)
    fail("cannot take");
  return false;
}

std::optional<signal_file> signal_folder::read_taken(std::int64_t id) {
  const auto name = taken_path(id);
  signal_file result;
  struct stat file {};
  if (::lstat(name.c_str(), &file) != 0)
    return std::nullopt;
  const auto fd =
    ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  // A file that cannot be read is a signal all the same.
  if (fd >= 0) {
    std::array<char, max_version> text{};
    const auto length = ::read(fd, text.data(), text.size());
    if (length > 0)
      result.version = trimmed({text.data(), static_cast<std::size_t>(length)});
    ::close(fd);
  }
  if (result.version.empty())
    result.version = seconds_of(file);
  result.id = id;
  result.written = changed(file);
  result.key = std::to_string(file.st_ino) + '-' + seconds_of(file);
  return result;
}

std::vector<signal_file>
signal_folder::take(const std::function<bool(std::int64_t)>& may_take,
                    std::size_t most, time_point now) {
  problem_.clear();
  std::vector<signal_file> result;
  if (!lead())
    return result;
  const auto files = list(path_);
  if (!files) {
    fail("cannot list");
    return result;
  }
  const auto add = [&](std::int64_t id) {
    if (auto file = read_taken(id))
      result.push_back(std::move(*file));
  };
  // What an earlier process, or a failure, has left behind comes first.
  for (const auto id : files->taken)
    if (result.size() < most && may_take(id))
      add(id);
  for (const auto id : files->fresh) {
    if (result.size() >= most)
      break;
    struct stat file {};
    if (files->taken.contains(id) || !may_take(id)
        || ::lstat(signal_path(id).c_str(), &file) != 0
        || !S_ISREG(file.st_mode))
      continue;
    const auto is_written =
      file.st_size != 0 || now - changed(file) >= time_to_write;
    if (is_written && claim(id))
      add(id);
  }
  return result;
}

void signal_folder::remove(std::int64_t id) {
  ::unlink(taken_path(id).c_str());
}

} // namespace wsgw::transport
