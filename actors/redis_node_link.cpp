#include "actors/redis_node_link.hpp"

#include "actors/log.hpp"
#include "actors/presence_ledger.hpp"

#include <atomic>
#include <utility>

namespace wsgw::actors {

namespace {

/// Publishes a question, if there is one, and lists who lives.
constexpr std::string_view ask_script = R"(
if ARGV[2] ~= '' then redis.call('PUBLISH', ARGV[1], ARGV[2]) end
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
return redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf')
)";

constexpr std::string_view nodes_key = "ws:nodes";

std::vector<std::string> ask_command(std::string question) {
  return {"EVAL",
          std::string{ask_script},
          "1",
          std::string{nodes_key},
          std::string{protocol::question_channel},
          std::move(question)};
}

/// Gives one answer; a responder that drops it without a word has said no.
class pending_answer {
public:
  pending_answer(std::weak_ptr<redis_node_link> where, std::string node,
                 std::uint64_t id)
      : where_(std::move(where)), node_(std::move(node)), id_(id) {}
  pending_answer(const pending_answer&) = delete;
  pending_answer& operator=(const pending_answer&) = delete;
  ~pending_answer() { give(std::nullopt); }

  void give(std::optional<std::string> json) {
    if (was_given_.exchange(true))
      return;
    if (const auto bus = where_.lock())
      bus->answer(std::move(node_), id_, std::move(json));
  }

private:
  std::weak_ptr<redis_node_link> where_;
  std::string node_;
  std::uint64_t id_;
  std::atomic<bool> was_given_{false};
};

} // namespace

// -- the state of the links
// -----------------------------------------------------

void redis_node_link::on_commands(const transport::redis_status& status) {
  if (status.state != transport::redis_state::ready)
    return;
  roster_.link_ready(loop_.now());
  send(0, {});
}

void redis_node_link::on_inbox(const transport::redis_status& status) {
  hears_ = status.state == transport::redis_state::ready;
  if (status.state != transport::redis_state::down)
    return;
  log::repeated_warning("node bus down " + status.reason, "redis",
                        "other nodes cannot be asked",
                        {{"reason", status.reason}});
  questions_.fail_all("the link to Redis was lost");
}

void redis_node_link::tick() {
  ticker_ = loop_.after(presence_ledger::lease_interval, [this] { tick(); });
  if (commands_.is_ready())
    send(0, {});
}

// -- asking -------------------------------------------------------------------

void redis_node_link::ask(const std::string& topic, const std::string& json,
                          std::chrono::milliseconds patience, done then) {
  if (is_stopped_ || !hears_ || !commands_.is_ready()) {
    node_answers none;
    none.error = is_stopped_ ? "the gateway ends" : "Redis is away";
    return then(std::move(none));
  }
  auto order =
    questions_.open(topic, json, loop_.now() + patience, std::move(then));
  if (!order)
    return;
  ++counts_.asked;
  send(order->id, std::move(order->text));
  sweep_later();
}

/// With an id the question is published; in any case we learn who lives.
void redis_node_link::send(std::uint64_t id, std::string text) {
  commands_.command(ask_command(std::move(text)),
                    [this, id](const transport::redis_reply& reply) {
                      if (const auto* error = reply.error()) {
                        if (id != 0)
                          questions_.failed(id, error->text);
                        else if (error->text != "link down")
                          log::repeated_warning("node bus " + error->text,
                                                "redis", "node list refused",
                                                {{"reason", error->text}});
                        return;
                      }
                      roster_.listed(reply.strings(), loop_.now());
                      questions_.sent(id);
                    });
}

void redis_node_link::sweep_later() {
  const auto due = questions_.next_deadline();
  if (!due || is_stopped_) {
    sweeper_.reset();
    return;
  }
  sweeper_ = loop_.after(*due - loop_.now(), [this] {
    questions_.expire(loop_.now());
    sweep_later();
  });
}

// -- answering ----------------------------------------------------------------

void redis_node_link::on_messages(
  const std::vector<transport::redis_message>& messages) {
  for (const auto& each : messages) {
    if (each.channel == protocol::question_channel)
      on_question(each.payload);
    else if (each.channel == own_channel_ && !questions_.heard(each.payload))
      ignore(each.channel);
  }
}

void redis_node_link::on_question(std::string_view text) {
  const auto question = protocol::parse_node_question(text);
  if (!question)
    return ignore(protocol::question_channel);
  if (question->node == roster_.self() || is_stopped_)
    return;
  ++answering_;
  auto pending = std::make_shared<pending_answer>(
    weak_from_this(), std::string{question->node}, question->id);
  std::unique_lock lock{mutex_};
  const auto found = responders_.find(question->topic);
  if (found == responders_.end() || answering_ > max_answering)
    return; // says no
  const auto who = found->second;
  lock.unlock();
  who(std::string{question->json},
      [pending](std::string json) { pending->give(std::move(json)); });
}

void redis_node_link::answer(std::string node, std::uint64_t id,
                             std::optional<std::string> json) {
  loop_.post([where = weak_from_this(), node = std::move(node), id,
              json = std::move(json)] {
    const auto self = where.lock();
    if (!self)
      return;
    --self->answering_;
    self->publish_answer(node,
                         {id, self->roster_.self(), json.has_value(),
                          json ? std::string_view{*json} : std::string_view{}});
  });
}

void redis_node_link::publish_answer(const std::string& node,
                                     protocol::node_answer what) {
  if (is_stopped_)
    return;
  auto text = protocol::encode(what);
  if (text.size() > protocol::max_node_message) {
    what.is_answered = false;
    text = protocol::encode(what);
  }
  ++(what.is_answered ? counts_.answered : counts_.refused);
  // The asker's patience deals with an answer that Redis does not take.
  commands_.command(
    {"PUBLISH", protocol::answer_channel(node), std::move(text)},
    [](const auto&) {});
}

void redis_node_link::ignore(std::string_view channel) {
  ++counts_.ignored;
  log::repeated_warning("node bus message", "redis",
                        "malformed message of a node ignored",
                        {{"channel", channel}});
}

} // namespace wsgw::actors
