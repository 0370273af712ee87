#pragma once

#include "actors/shard.hpp"
#include "transport/event_loop.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace wsgw::actors {

/// How long a page waits for the slowest shard.
inline constexpr std::chrono::milliseconds gather_deadline{2000};

/// The shard whose thread this is; the first one on any other thread.
inline shard& nearest_shard(const std::vector<shard*>& shards) {
  for (auto* one : shards)
    if (one->loop().is_current())
      return *one;
  return *shards.front();
}

/// Asks every shard for its part, on its own thread, and hands over what came
/// until all have answered or the deadline has passed (`complete` false). The
/// answer arrives on the loop of the shard nearest to the caller, exactly once.
/// Any thread; nobody ever waits.
template <class Part>
class gathering : public std::enable_shared_from_this<gathering<Part>> {
public:
  using question = std::function<Part(shard&)>;
  using answer = std::function<void(std::vector<Part> parts, bool complete)>;

  static void start(const std::vector<shard*>& shards, question ask,
                    answer done) {
    auto& home = nearest_shard(shards).loop();
    auto self = std::make_shared<gathering>(home, std::move(done));
    home.post([self, shards, ask = std::move(ask)] { self->ask(shards, ask); });
  }

  gathering(transport::event_loop& home, answer done)
      : home_(home), done_(std::move(done)) {}

private:
  // All members below are touched on the home loop only.

  void ask(const std::vector<shard*>& shards, const question& ask) {
    missing_ = shards.size();
    // Weak: whoever has not answered yet keeps this object alive.
    deadline_ = home_.after(gather_deadline, [weak = this->weak_from_this()] {
      if (auto self = weak.lock())
        self->give_up();
    });
    for (auto* one : shards)
      one->loop().post([self = this->shared_from_this(), one, ask] {
        auto part = std::make_shared<Part>(ask(*one));
        self->home_.post([self, part] { self->take(std::move(*part)); });
      });
  }

  void take(Part part) {
    if (!done_)
      return;
    parts_.push_back(std::move(part));
    if (--missing_ == 0)
      finish(true);
  }

  void give_up() {
    // The timer must not die inside its own call, nor on another thread.
    home_.post([self = this->shared_from_this()] { self->finish(false); });
  }

  void finish(bool complete) {
    deadline_.reset();
    if (auto done = std::exchange(done_, nullptr))
      done(std::move(parts_), complete);
  }

  transport::event_loop& home_;
  answer done_;
  std::vector<Part> parts_;
  std::size_t missing_ = 0;
  transport::timer deadline_;
};

} // namespace wsgw::actors
