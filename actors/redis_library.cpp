#include "actors/redis_library.hpp"

#include "actors/log.hpp"
#include "actors/redis_log_reply.hpp"
#include "protocol/log_library.hpp"

#include <utility>

namespace wsgw::actors {

namespace {

/// Other gateways may load at the same moment; more often than this it is
/// something else.
constexpr int most_rounds = 5;

/// Changes with every load by a gateway; holds the version.
constexpr auto load_key = "ws:library";

std::string missing_text(const std::string& what) {
  return what
         + " and WS_REDIS_LOAD_FUNCTIONS is false: ws-gateway "
           "redis-functions | redis-cli -x FUNCTION LOAD REPLACE";
}

std::string explained(const std::string& text) {
  if (text.find("unknown command") == std::string::npos)
    return text;
  return "WS_LOG needs Redis 7 or newer: " + text;
}

bool is_link_down(const transport::redis_reply& reply) {
  const auto* error = reply.error();
  return error != nullptr && store_error_of(*error).is_link_down;
}

} // namespace

void redis_library::prepare(prepared done) {
  done_ = std::move(done);
  rounds_left_ = most_rounds;
  is_watching_ = false;
  ask_version();
}

void redis_library::ask_version() {
  link_.command({"FCALL_RO", "wsgw_version", "0"},
                [this](const auto& reply) { on_version(reply); });
}

void redis_library::on_version(const transport::redis_reply& reply) {
  if (is_link_down(reply))
    return;
  const auto version = read_version(reply);
  if (const auto* error = std::get_if<store_error>(&version))
    return finish(explained(error->text));
  const auto* found = std::get_if<std::uint64_t>(&version);
  const auto ours = protocol::log_library_version();
  if (found != nullptr && *found >= ours)
    return tell_limits();
  if (!limits_.may_load)
    return finish(
      missing_text(found == nullptr
                     ? "the function library wsgw is missing"
                     : "the function library wsgw is older than this gateway"));
  if (!is_watching_)
    return watch();
  load();
}

/// Looks once more behind WATCH: between this look and EXEC nobody loads
/// unnoticed.
void redis_library::watch() {
  is_watching_ = true;
  step({"WATCH", load_key}, [this] { ask_version(); });
}

void redis_library::load() {
  refusal_.clear();
  // EXEC itself does not say what it does not like.
  const auto note = [this](const transport::redis_reply& reply) {
    if (const auto* error = reply.error(); error && refusal_.empty())
      refusal_ = error->text;
  };
  link_.command({"MULTI"}, note);
  link_.command(
    {"FUNCTION", "LOAD", "REPLACE", std::string{protocol::log_library()}},
    note);
  link_.command(
    {"SET", load_key, std::to_string(protocol::log_library_version())}, note);
  link_.command({"EXEC"}, [this](const auto& reply) { on_loaded(reply); });
}

void redis_library::on_loaded(const transport::redis_reply& reply) {
  using array = transport::redis_reply::array;
  if (is_link_down(reply))
    return;
  is_watching_ = false;
  if (const auto* error = reply.error())
    return refuse(refusal_.empty() ? error->text : refusal_);
  const auto* answers = std::get_if<array>(&reply.value);
  if (answers == nullptr) {
    // Nothing was done: somebody else has loaded meanwhile.
    if (--rounds_left_ <= 0)
      return finish("the function library wsgw is being loaded by others");
    return ask_version();
  }
  for (const auto& each : *answers)
    if (const auto* error = each.error())
      return refuse(error->text);
  log::info(
    "redis", "function library loaded",
    {{"library", "wsgw"}, {"version", protocol::log_library_version()}});
  tell_limits();
}

void redis_library::tell_limits() {
  if (std::exchange(is_watching_, false))
    return step({"UNWATCH"}, [this] { tell_limits(); });
  link_.command(
    {"HSET", "ws:config", "maxlen", std::to_string(limits_.maxlen), "ttl_ms",
     std::to_string(limits_.ttl.count())},
    [this](const auto& reply) {
      if (is_link_down(reply))
        return;
      // A full Redis still answers joins.
      const auto* error = reply.error();
      const auto is_full = error != nullptr && error->text.starts_with("OOM");
      finish(error == nullptr || is_full ? std::string{} : error->text);
    });
}

void redis_library::refuse(const std::string& text) {
  finish("the function library wsgw was not loaded: " + text);
}

void redis_library::step(const std::vector<std::string>& words,
                         std::function<void()> next) {
  link_.command(words, [this, next = std::move(next)](const auto& reply) {
    if (is_link_down(reply))
      return;
    if (const auto* error = reply.error())
      return finish(error->text);
    next();
  });
}

void redis_library::finish(const std::string& problem) {
  const auto done = std::exchange(done_, nullptr);
  if (done)
    done(problem);
}

} // namespace wsgw::actors
