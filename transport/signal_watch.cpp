#include "transport/signal_watch.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace wsgw::transport {

namespace {

constexpr std::uint32_t news = IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR;
constexpr std::chrono::milliseconds first_delay{250};
/// Who waited for Redis or the backend hears soon after its return.
constexpr std::chrono::milliseconds last_delay{1'000};

} // namespace

signal_watch::signal_watch(options wanted, callbacks on)
    : wanted_(std::move(wanted)), on_(std::move(on)),
      inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  for (const auto& path : wanted_.folders)
    folders_.push_back(std::make_unique<folder>(path));
}

void signal_watch::stop() {
  {
    std::lock_guard lock{mutex_};
    is_stopping_ = true;
  }
  wake();
  if (thread_.joinable())
    thread_.join();
}

signal_watch::~signal_watch() {
  stop();
  for (const auto file : {inotify_, wake_})
    if (file >= 0)
      ::close(file);
}

void signal_watch::start() {
  thread_ = std::thread{[this] { run(); }};
  ::pthread_setname_np(thread_.native_handle(), "wsgw-signals");
}

void signal_watch::done(std::int64_t id) {
  std::lock_guard lock{mutex_};
  ended_.emplace_back(id, true);
  wake();
}

void signal_watch::failed(std::int64_t id) {
  std::lock_guard lock{mutex_};
  ended_.emplace_back(id, false);
  wake();
}

void signal_watch::wake() {
  const std::uint64_t one = 1;
  static_cast<void>(::write(wake_, &one, sizeof one));
}

void signal_watch::run() {
  for (;;) {
    {
      std::lock_guard lock{mutex_};
      if (is_stopping_)
        return;
    }
    settle();
    scan();
    wait();
  }
}

void signal_watch::settle() {
  std::vector<std::pair<std::int64_t, bool>> ended;
  {
    std::lock_guard lock{mutex_};
    ended.swap(ended_);
  }
  const auto now = clock::now();
  for (const auto& [id, is_done] : ended) {
    auto& mine = claims_[id];
    if (mine.where == nullptr)
      continue;
    if (is_done) {
      mine.where->files.remove(id);
      mine.delay = {};
      mine.not_before = std::max(mine.not_before, now);
    } else {
      mine.delay = std::clamp(mine.delay * 2, first_delay, last_delay);
      mine.not_before = now + mine.delay;
    }
    mine.where = nullptr;
    --under_way_;
  }
  forget_old(now);
}

void signal_watch::forget_old(clock::time_point now) {
  // A failing one is remembered a little longer, for its delay.
  std::erase_if(claims_, [now](const auto& entry) {
    const auto& mine = entry.second;
    return mine.where == nullptr && mine.not_before + mine.delay < now;
  });
}

void signal_watch::scan() {
  for (const auto& each : folders_)
    scan(*each);
}

void signal_watch::scan(folder& where) {
  if (under_way_ >= wanted_.most)
    return;
  // Adding a watch again is harmless, and follows a folder that was replaced.
  where.watch = ::inotify_add_watch(inotify_, where.files.path().c_str(), news);
  const auto now = clock::now();
  const auto may_take = [&](std::int64_t id) {
    const auto known = claims_.find(id);
    return known == claims_.end()
           || (known->second.where == nullptr
               && known->second.not_before <= now);
  };
  auto files = where.files.take(may_take, wanted_.most - under_way_,
                                std::chrono::system_clock::now());
  for (auto& file : files) {
    auto& mine = claims_[file.id];
    mine.where = &where;
    mine.not_before = now + wanted_.min_interval;
    ++under_way_;
    on_.on_signal(std::move(file));
  }
  if (where.problem != where.files.problem()) {
    where.problem = where.files.problem();
    on_.on_problem(where.files.path(), where.problem);
  }
}

void signal_watch::wait() {
  std::array<pollfd, 2> files{pollfd{inotify_, POLLIN, 0},
                              pollfd{wake_, POLLIN, 0}};
  // What waits for its interval is taken as soon as it is over.
  auto until = clock::now() + wanted_.rescan;
  for (const auto& [id, mine] : claims_)
    if (mine.where == nullptr && mine.not_before > clock::now())
      until = std::min(until, mine.not_before);
  const auto left =
    std::chrono::ceil<std::chrono::milliseconds>(until - clock::now());
  ::poll(files.data(), files.size(),
         static_cast<int>(std::max<std::int64_t>(1, left.count())));
  drain_inotify();
  std::uint64_t count = 0;
  static_cast<void>(::read(wake_, &count, sizeof count));
}

void signal_watch::drain_inotify() {
  // Which file it was does not matter: the folder is read anyhow.
  alignas(inotify_event) std::array<char, 16'384> buffer;
  while (::read(inotify_, buffer.data(), buffer.size()) > 0)
    continue;
}

} // namespace wsgw::transport
