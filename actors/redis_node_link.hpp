#pragma once

#include "actors/node_questions.hpp"
#include "actors/node_roster.hpp"
#include "transport/redis_link.hpp"
#include "transport/shard_loop.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgw::actors {

/// The links of a node bus: a command link and a subscription. Everything on
/// the loop's thread but `respond` and the counters. Shared with the answers
/// that responders have yet to give.
class redis_node_link : public std::enable_shared_from_this<redis_node_link> {
public:
  using done = node_bus::done;
  using responder = node_bus::responder;

  /// Questions of others that may wait for their answers here; more are
  /// refused at once.
  static constexpr std::size_t max_answering = 256;

  redis_node_link(std::string self, node_counters& counts,
                  transport::shard_loop& loop,
                  const transport::redis_endpoint& server)
      : counts_(counts), loop_(loop), roster_(std::move(self)),
        questions_(roster_),
        own_channel_(protocol::answer_channel(roster_.self())),
        commands_(loop, server,
                  [this](const auto& status) { on_commands(status); }),
        inbox_(loop, server,
               {std::string{protocol::question_channel},
                std::string{protocol::answer_pattern}},
               {[this](auto messages) { on_messages(messages); },
                [this](const auto& status) { on_inbox(status); },
                {}}) {}

  void start() {
    inbox_.start();
    commands_.start();
    tick();
  }

  void stop() {
    is_stopped_ = true;
    ticker_.reset();
    sweeper_.reset();
    questions_.fail_all("the gateway ends");
    commands_.stop();
    inbox_.stop();
  }

  void respond(std::string topic, responder who) {
    std::lock_guard lock{mutex_};
    responders_.insert_or_assign(std::move(topic), std::move(who));
  }

  void ask(const std::string& topic, const std::string& json,
           std::chrono::milliseconds patience, done then);

  /// What became of a question of `node`; any thread.
  void answer(std::string node, std::uint64_t id,
              std::optional<std::string> json);

private:
  void on_commands(const transport::redis_status& status);
  void on_inbox(const transport::redis_status& status);
  void on_messages(const std::vector<transport::redis_message>& messages);
  void on_question(std::string_view text);
  void publish_answer(const std::string& node, protocol::node_answer what);
  void send(std::uint64_t id, std::string text);
  void tick();
  void sweep_later();
  void ignore(std::string_view channel);

  node_counters& counts_;
  transport::shard_loop& loop_;
  node_roster roster_;
  node_questions questions_;
  const std::string own_channel_;
  std::mutex mutex_; ///< of the responders
  std::map<std::string, responder, std::less<>> responders_;
  std::size_t answering_ = 0;
  bool hears_ = false; ///< subscribed
  bool is_stopped_ = false;
  transport::timer ticker_;
  transport::timer sweeper_;
  transport::redis_client commands_;
  transport::redis_subscriber inbox_;
};

} // namespace wsgw::actors
