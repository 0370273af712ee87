#include "transport/redis_link.hpp"

#include "transport/redis_connection.hpp"

#include <strings.h>
#include <utility>

namespace wsgw::transport {

namespace {

/// hiredis changes its mode at these, with or without a leading `p`; then
/// answers would no longer find their commands.
bool changes_mode(const std::string& command) {
  const auto skip = command.starts_with('p') || command.starts_with('P');
  const auto* verb = command.c_str() + (skip ? 1 : 0);
  return strcasecmp(verb, "subscribe") == 0
         || strcasecmp(verb, "unsubscribe") == 0
         || strcasecmp(verb, "monitor") == 0;
}

} // namespace

std::vector<std::string> redis_reply::strings() const {
  std::vector<std::string> texts;
  if (const auto* all = std::get_if<array>(&value))
    for (const auto& each : *all)
      if (const auto* text = std::get_if<std::string>(&each.value))
        texts.push_back(*text);
  return texts;
}

std::string_view to_string(redis_state state) {
  switch (state) {
  case redis_state::connecting:
    return "connecting";
  case redis_state::ready:
    return "ready";
  case redis_state::down:
    return "down";
  }
  return "unknown";
}

redis_subscriber::redis_subscriber(shard_loop& loop, redis_endpoint server,
                                   std::vector<std::string> patterns,
                                   callbacks on, redis_timing timing)
    : connection_(std::make_shared<redis_connection>(
      loop, std::move(server),
      redis_duties{std::move(on.on_state), std::move(patterns),
                   std::move(on.on_messages), std::move(on.may_read)},
      timing)) {}

redis_subscriber::~redis_subscriber() { connection_->abandon(); }

void redis_subscriber::start() { connection_->start(); }

void redis_subscriber::stop() { connection_->stop(); }

std::uint64_t redis_subscriber::ignored() const {
  return connection_->ignored();
}

redis_client::redis_client(shard_loop& loop, redis_endpoint server,
                           std::function<void(const redis_status&)> on_state,
                           redis_timing timing)
    : connection_(std::make_shared<redis_connection>(
      loop, std::move(server), redis_duties{std::move(on_state), {}, {}, {}},
      timing)) {}

redis_client::~redis_client() { connection_->abandon(); }

void redis_client::start() { connection_->start(); }

void redis_client::stop() { connection_->stop(); }

bool redis_client::is_ready() const { return connection_->is_ready(); }

void redis_client::command(const std::vector<std::string>& words,
                           callback done) {
  if (words.empty() || changes_mode(words.front()))
    return done({redis_reply::failure{"not a command for this link"}});
  connection_->command(words, std::move(done));
}

} // namespace wsgw::transport
