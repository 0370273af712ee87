#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace wsgw::transport {

/// One file `duel_<id>.signal` that somebody wrote to say: this has changed.
struct signal_file {
  std::int64_t id = 0;
  /// What it holds, trimmed, at most 64 bytes; of an empty file the time of
  /// its last change, as seconds with six decimals.
  std::string version;
  /// Tells this file from every other one, also after a restart.
  std::string key;
  std::chrono::system_clock::time_point written;
};

/// A directory in which a backend drops signal files. One process at a time
/// takes them (it holds the lock of `.wsgw.lock` there, which its death frees);
/// a file is taken by renaming it to `.duel_<id>.signal.taken`, so that a file
/// written later is a new signal, and removed when it was published. What a
/// process left behind is taken again by the next. Blocks as file systems do:
/// not for a loop's thread.
class signal_folder {
public:
  using time_point = std::chrono::system_clock::time_point;

  explicit signal_folder(std::string path);
  ~signal_folder();
  signal_folder(const signal_folder&) = delete;
  signal_folder& operator=(const signal_folder&) = delete;

  const std::string& path() const { return path_; }
  /// Why it cannot be used now; empty: it can, or another process uses it.
  const std::string& problem() const { return problem_; }

  /// Takes at most `most` files whose id `may_take` accepts. An empty file is
  /// left for half a second: its writer has not written yet.
  std::vector<signal_file>
  take(const std::function<bool(std::int64_t)>& may_take, std::size_t most,
       time_point now);
  /// A file that was taken is done with. Until then it can be taken again.
  void remove(std::int64_t id);

private:
  /// True while this process may take files here.
  bool lead();
  void stop_leading();
  std::optional<signal_file> read_taken(std::int64_t id);
  std::string taken_path(std::int64_t id) const;
  std::string signal_path(std::int64_t id) const;
  bool claim(std::int64_t id);
  void fail(const char* what);

  const std::string path_;
  std::string problem_;
  int lock_ = -1; ///< descriptor that holds the lock
};

} // namespace wsgw::transport
