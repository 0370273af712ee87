#pragma once

#include "actors/client_events.hpp"
#include "actors/command_limit.hpp"
#include "actors/interfaces.hpp"
#include "protocol/admission.hpp"
#include "protocol/v1_command.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgw::actors {

struct subscriber_state;

/// What a v1 client says (protocol-v1 section 3): limits, understands and
/// carries out its commands. Part of its subscriber, which outlives it; shard
/// thread only.
class client_commands : public std::enable_shared_from_this<client_commands> {
public:
  explicit client_commands(subscriber_state& owner);

  void take(std::string_view text);
  /// The hello is on its way: commands that came before it are done now.
  void joined();
  /// The socket is gone.
  void ended() { events_.end(); }

private:
  using ref = const std::string&;

  void run(const protocol::v1::pong& what, ref);
  void run(const protocol::v1::ack& what, ref);
  void run(const protocol::v1::ping& what, ref);
  void run(const protocol::v1::pull& what, ref said);
  void run(const protocol::v1::typing& what, ref said);
  void run(const protocol::v1::read& what, ref said);
  void run(const protocol::v1::refresh& what, ref said);
  void run(const protocol::v1::unknown& what, ref);
  void run(const protocol::v1::malformed& what, ref said);

  bool takes_events(ref said);
  bool is_within_limit(const protocol::v1::command& command);
  void execute(std::string_view text);
  void refuse(std::string_view code, std::string_view message, ref said);
  void ask_authoriser();
  void answered(const protocol::auth_answer& answer);
  void finish_refresh(bool is_good);

  /// A refresh that the backend is asked about.
  struct pending_refresh {
    protocol::admission verdict;
    std::string ref;
  };

  subscriber_state& owner_;
  command_limit limit_;
  client_events events_;
  std::vector<std::string> early_; ///< came before the hello
  std::optional<pending_refresh> refresh_;
};

} // namespace wsgw::actors
