#include "transport/pending_reply.hpp"

#include <atomic>
#include <utility>

namespace wsgw::transport {

namespace {

/// Shared by all copies of one `reply`.
class pending_reply {
public:
  pending_reply(shard_loop& loop, std::shared_ptr<reply_target> target)
      : loop_(loop), target_(std::move(target)) {}
  pending_reply(const pending_reply&) = delete;
  pending_reply& operator=(const pending_reply&) = delete;
  ~pending_reply() { answer(std::nullopt); }

  void answer(std::optional<http_response> response) {
    if (is_answered_.exchange(true))
      return;
    // The target goes along, so that its socket is only touched and destroyed
    // on the loop's thread.
    loop_.post(
      [target = std::move(target_), response = std::move(response)]() mutable {
        target->on_reply(std::move(response));
      });
  }

private:
  shard_loop& loop_;
  std::shared_ptr<reply_target> target_;
  std::atomic<bool> is_answered_{false};
};

} // namespace

reply make_reply(shard_loop& loop, std::shared_ptr<reply_target> target) {
  auto pending = std::make_shared<pending_reply>(loop, std::move(target));
  return
    [pending](http_response response) { pending->answer(std::move(response)); };
}

} // namespace wsgw::transport
