#pragma once

#include "transport/signal_folder.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace wsgw::transport {

/// Takes the signal files of several folders as they come, on a thread of its
/// own: inotify says when, and a scan at every `rescan` finds what inotify does
/// not tell of. One signal of an id is under way at a time and at most `most`
/// of all; the others wait as files.
class signal_watch {
public:
  struct options {
    std::vector<std::string> folders;
    std::chrono::milliseconds rescan{200};
    /// Between two signals of one id; what comes within it is one signal.
    std::chrono::milliseconds min_interval{120};
    std::size_t most = 64;
  };
  struct callbacks {
    /// Both run on the watch's thread and only pass on what they get.
    std::function<void(signal_file)> on_signal;
    /// A folder that cannot be used (or, with an empty text, can again).
    std::function<void(const std::string& folder, const std::string& problem)>
      on_problem;
  };

  signal_watch(options wanted, callbacks on);
  ~signal_watch();

  void start();
  /// Ends the thread; what is under way stays for the next process.
  void stop();
  /// Any thread: the signal of `id` was published, or is about nothing.
  void done(std::int64_t id);
  /// Any thread: it has to be tried again a little later.
  void failed(std::int64_t id);

private:
  using clock = std::chrono::steady_clock;

  struct folder {
    explicit folder(const std::string& path) : files(path) {}
    signal_folder files;
    int watch = -1;
    std::string problem;
  };
  /// An id that was taken, or must not be taken yet.
  struct claim {
    folder* where = nullptr; ///< null: nothing is under way
    clock::time_point not_before;
    std::chrono::milliseconds delay{0}; ///< of the next failure
  };

  void run();
  void scan();
  void scan(folder& where);
  void settle();
  void forget_old(clock::time_point now);
  /// Until something happens, at most `rescan`.
  void wait();
  void wake();
  void drain_inotify();

  const options wanted_;
  const callbacks on_;
  std::vector<std::unique_ptr<folder>> folders_;
  std::map<std::int64_t, claim> claims_;
  std::size_t under_way_ = 0;
  int inotify_ = -1;
  int wake_ = -1;

  std::mutex mutex_;
  std::vector<std::pair<std::int64_t, bool>> ended_; ///< guarded; true: done
  bool is_stopping_ = false;                         ///< guarded
  std::thread thread_;
};

} // namespace wsgw::transport
