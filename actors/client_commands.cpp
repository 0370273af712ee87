#include "actors/client_commands.hpp"

#include "actors/subscriber.hpp"
#include "actors/token_refresh.hpp"
#include "protocol/v1_message.hpp"

#include <utility>
#include <variant>

namespace wsgw::actors {

namespace v1 = protocol::v1;

namespace {

/// Commands that are kept for a client that speaks before its hello.
constexpr std::size_t most_early = 16;

/// Cheap ones, and what the client must do to stay alive.
bool is_free(const v1::command_body& body) {
  return std::holds_alternative<v1::pong>(body)
         || std::holds_alternative<v1::ack>(body)
         || std::holds_alternative<v1::ping>(body)
         || std::holds_alternative<v1::unknown>(body);
}

constexpr std::string_view too_fast = "Too many commands; wait a second.";

const protocol::frame& rate_limited() {
  static const auto frame = v1::error_frame("rate_limited", too_fast, {});
  return frame;
}

const protocol::frame& pong() {
  static const auto frame = v1::pong_frame();
  return frame;
}

} // namespace

client_commands::client_commands(subscriber_state& owner)
    : owner_(owner),
      limit_(owner.shared->config().command_rate, owner.home->loop().now()),
      events_(*owner.shared, *owner.home, owner.who->room, owner.who->as,
              owner.who->id) {}

void client_commands::take(std::string_view text) {
  if (owner_.has_joined)
    execute(text);
  else if (early_.size() < most_early)
    early_.emplace_back(text);
  else
    owner_.home->counters().commands_refused.add();
}

void client_commands::joined() {
  for (const auto& text : std::exchange(early_, {}))
    execute(text);
}

void client_commands::execute(std::string_view text) {
  const auto command = v1::parse_command(text);
  owner_.home->counters().commands[command.body.index()].add();
  if (!is_within_limit(command))
    return;
  std::visit([&](const auto& what) { run(what, command.ref); }, command.body);
}

bool client_commands::is_within_limit(const v1::command& command) {
  if (is_free(command.body))
    return true;
  limit_.set_rate(owner_.shared->config().command_rate);
  const auto verdict = limit_.take(owner_.home->loop().now());
  if (verdict == command_limit::verdict::granted)
    return true;
  owner_.home->counters().commands_refused.add();
  if (verdict == command_limit::verdict::flooding)
    owner_.close(
      protocol::status_of(protocol::close_reason::too_many_commands));
  else
    owner_.queue(command.ref.empty()
                   ? rate_limited()
                   : v1::error_frame("rate_limited", too_fast, command.ref));
  return false;
}

void client_commands::refuse(std::string_view code, std::string_view message,
                             ref said) {
  owner_.home->counters().commands_refused.add();
  owner_.queue(v1::error_frame(code, message, said));
}

void client_commands::run(const v1::pong& what, ref) {
  if (what.seq)
    owner_.socket->acknowledge(*what.seq);
}

void client_commands::run(const v1::ack& what, ref) {
  owner_.socket->acknowledge(what.seq);
}

void client_commands::run(const v1::ping&, ref) { owner_.queue(pong()); }

void client_commands::run(const v1::pull& what, ref said) {
  caf::anon_send(owner_.dialog, messages::pull{owner_.self->id(), what, said});
}

bool client_commands::takes_events(ref said) {
  if (manners_of(owner_.who->room.kind()).takes_client_events)
    return true;
  refuse("bad_command", "This kind of room has no such command.", said);
  return false;
}

void client_commands::run(const v1::typing& what, ref said) {
  if (takes_events(said))
    events_.typing(what.start);
}

void client_commands::run(const v1::read& what, ref said) {
  if (takes_events(said))
    events_.read(what.seq);
}

void client_commands::run(const v1::unknown&, ref) {}

void client_commands::run(const v1::malformed& what, ref said) {
  refuse("bad_command", what.why, said);
}

void client_commands::run(const v1::refresh& what, ref said) {
  if (refresh_)
    return refuse("rate_limited", "A refresh is under way.", said);
  const auto& context = owner_.who->admission;
  refresh_ = pending_refresh{{}, said};
  if (!context || context->credential.empty())
    return finish_refresh(false);
  refresh_->verdict =
    judge_refresh(owner_.shared->live.now().policy, *context, what.token,
                  std::chrono::system_clock::now());
  switch (refresh_->verdict.outcome) {
  case protocol::admission_outcome::admitted:
    return finish_refresh(true);
  case protocol::admission_outcome::ask_authoriser:
    return ask_authoriser();
  default:
    return finish_refresh(false);
  }
}

void client_commands::ask_authoriser() {
  auto& loop = owner_.home->loop();
  // Its answer comes on another shard's thread, maybe after our end.
  auto done = [&loop, self = weak_from_this()](protocol::auth_answer answer) {
    loop.post([self, answer = std::move(answer)] {
      if (const auto alive = self.lock())
        alive->answered(answer);
    });
  };
  caf::anon_send(owner_.shared->authoriser,
                 messages::authorise{question_of(refresh_->verdict,
                                                 owner_.who->admission->origin,
                                                 owner_.who->address),
                                     std::move(done)});
}

void client_commands::answered(const protocol::auth_answer& answer) {
  if (!refresh_ || !owner_.socket)
    return;
  const auto unavailable =
    protocol::row_of(protocol::close_reason::authorisation_unavailable);
  if (!answer.allow && answer.refusal.code == unavailable.code) {
    const auto said = std::exchange(refresh_, std::nullopt)->ref;
    return refuse("unavailable", "The token cannot be judged now.", said);
  }
  if (!answer.user_id.empty())
    refresh_->verdict.who.user_id = answer.user_id;
  finish_refresh(answer.allow);
}

void client_commands::finish_refresh(bool is_good) {
  const auto refresh = std::move(*std::exchange(refresh_, std::nullopt));
  const auto& now = refresh.verdict.who;
  const auto& before = *owner_.who;
  if (!is_good || refresh.verdict.as != before.as
      || refresh.verdict.room != before.room || now.user_id != before.user_id
      || now.assistant_id != before.admission->assistant_id)
    return refuse("bad_token",
                  "The token is not good for this connection; it goes on "
                  "with the one it had.",
                  refresh.ref);
  owner_.renew(now.expires_at);
  owner_.queue(v1::refreshed_frame(now.expires_at));
}

} // namespace wsgw::actors
