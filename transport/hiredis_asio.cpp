#include "transport/hiredis_asio.hpp"

#include "transport/shard_loop.hpp"

#include <hiredis/async.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <sys/ioctl.h>

namespace wsgw::transport {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t hiredis_read_bytes = 16 * 1024;
/// A deep backlog is read in deep turns: then each socket is written once for
/// many events, and overload makes an event cheaper (feasibility.md 2).
constexpr std::size_t turn_bytes = 16 * 1024 * 1024;
constexpr auto turn_time = 25ms;
constexpr auto pause_time = 2ms;
constexpr std::size_t most_pending = 10'000;
constexpr std::size_t most_queued_bytes = 64 * 1024 * 1024;

redis_reply failed(const char* text) { return {redis_reply::failure{text}}; }

/// hiredis writes with write(2), so a connection that the server just closed
/// would end the process. Leaves a handler of the program's own alone.
void ignore_broken_pipes() {
  struct sigaction present {};
  if (sigaction(SIGPIPE, nullptr, &present) == 0
      && present.sa_handler == SIG_DFL)
    std::signal(SIGPIPE, SIG_IGN);
}

} // namespace

/// The functions that hiredis calls. They only take notes; `settle` acts when
/// hiredis has returned, since it frees contexts under its callers.
struct hiredis_asio::hooks {
  static hiredis_asio& self(void* data) {
    return *static_cast<hiredis_asio*>(data);
  }
  static void add_read(void* data) {
    self(data).wants_read_ = true;
    self(data).arm();
  }
  static void del_read(void* data) { self(data).wants_read_ = false; }
  static void add_write(void* data) {
    self(data).wants_write_ = true;
    self(data).arm();
  }
  static void del_write(void* data) { self(data).wants_write_ = false; }
  static void cleanup(void* data) {
    auto& link = self(data);
    link.context_ = nullptr;
    // hiredis closes the descriptor itself.
    if (link.descriptor_.is_open())
      link.descriptor_.release();
  }
  static void connected(const redisAsyncContext* context, int status) {
    auto& link = self(context->ev.data);
    link.is_connect_news_ = status == REDIS_OK;
    if (status != REDIS_OK)
      link.reason_ = context->c.errstr;
  }
  static void disconnected(const redisAsyncContext* context, int) {
    auto& link = self(context->ev.data);
    link.reason_ = context->err != 0 ? context->errstr : "closed";
    if (link.guard_.has_refused)
      link.reason_ = "unexpected reply from the server";
  }
  static void replied(redisAsyncContext* context, void* reply, void*) {
    auto& link = self(context->ev.data);
    if (reply == nullptr || link.pending_.empty())
      return; // the context dies; `close` answers
    link.answers_.emplace_back(std::move(link.pending_.front()),
                               copy_reply(*static_cast<redisReply*>(reply)));
    link.pending_.pop_front();
  }
  static void pushed(redisAsyncContext* context, void* reply, void*) {
    if (reply == nullptr)
      return;
    auto& link = self(context->ev.data);
    redis_message message;
    switch (read_push(*static_cast<redisReply*>(reply), message)) {
    case push_kind::message:
      link.messages_.push_back(std::move(message));
      break;
    case push_kind::subscribed:
      ++link.confirmed_;
      break;
    case push_kind::other:
      ++link.ignored_;
    }
  }
};

hiredis_asio::hiredis_asio(shard_loop& loop, hiredis_events& owner)
    : loop_(loop), owner_(&owner), descriptor_(loop.context()) {
  ignore_broken_pipes();
}

hiredis_asio::~hiredis_asio() { close(); }

std::string hiredis_asio::open_tcp(const std::string& address,
                                   std::uint16_t port) {
  return adopt(redisAsyncConnect(address.c_str(), port));
}

std::string hiredis_asio::open_unix(const std::string& path) {
  return adopt(redisAsyncConnectUnix(path.c_str()));
}

std::string hiredis_asio::adopt(redisAsyncContext* context) {
  if (context == nullptr)
    return "out of memory";
  boost::system::error_code error;
  if (context->err == 0)
    descriptor_.assign(context->c.fd, error);
  if (context->err != 0 || error) {
    const std::string why = error ? error.message() : context->errstr;
    redisAsyncFree(context);
    return why;
  }
  context_ = context;
  guard_.context = context;
  install(guard_);
  context->ev = {this,
                 hooks::add_read,
                 hooks::del_read,
                 hooks::add_write,
                 hooks::del_write,
                 hooks::cleanup};
  redisAsyncSetDisconnectCallback(context, hooks::disconnected);
  redisAsyncSetConnectCallback(context, hooks::connected);
  return {};
}

std::vector<hiredis_asio::answer> hiredis_asio::close() {
  owner_ = nullptr;
  resume_.reset();
  if (context_ != nullptr)
    redisAsyncFree(context_);
  std::vector<answer> rest;
  for (auto& each : answers_)
    rest.push_back(std::move(each));
  for (auto& done : pending_)
    rest.emplace_back(std::move(done), failed("link down"));
  answers_.clear();
  pending_.clear();
  messages_.clear();
  return rest;
}

// -- operations ---------------------------------------------------------------

bool hiredis_asio::send(const std::vector<std::string>& words,
                        bool is_subscription) {
  std::vector<const char*> pointers;
  std::vector<std::size_t> sizes;
  for (const auto& word : words) {
    pointers.push_back(word.data());
    sizes.push_back(word.size());
  }
  const auto count = static_cast<int>(words.size());
  return context_ != nullptr
         && redisAsyncCommandArgv(
              context_, is_subscription ? hooks::pushed : hooks::replied,
              nullptr, count, pointers.data(), sizes.data())
              == REDIS_OK;
}

void hiredis_asio::command(const std::vector<std::string>& words,
                           callback done) {
  if (context_ != nullptr
      && (pending_.size() >= most_pending
          || sdslen(context_->c.obuf) > most_queued_bytes))
    return done(failed("too many commands wait"));
  if (!send(words, false))
    return done(failed("link down"));
  pending_.push_back(std::move(done));
}

void hiredis_asio::subscribe(const std::vector<std::string>& patterns) {
  std::vector<std::string> words{"PSUBSCRIBE"};
  words.insert(words.end(), patterns.begin(), patterns.end());
  send(words, true);
}

void hiredis_asio::ping_subscribed() {
  constexpr std::string_view ping = "*1\r\n$4\r\nPING\r\n";
  if (context_ == nullptr)
    return;
  redisAppendFormattedCommand(&context_->c, ping.data(), ping.size());
  hooks::add_write(this);
}

bool hiredis_asio::take_heard() {
  return std::exchange(was_heard_, false) || resume_ != nullptr
         || waiting_bytes() > 0;
}

int hiredis_asio::waiting_bytes() const {
  auto count = 0;
  if (context_ == nullptr || ioctl(context_->c.fd, FIONREAD, &count) != 0)
    return 0;
  return count;
}

// -- events -------------------------------------------------------------------

void hiredis_asio::arm() {
  if (is_inside_ || context_ == nullptr)
    return;
  using wait = boost::asio::posix::descriptor_base;
  if (wants_read_ && !resume_ && !std::exchange(is_read_armed_, true))
    descriptor_.async_wait(wait::wait_read, [self = shared_from_this()](auto) {
      self->is_read_armed_ = false;
      self->on_readable();
    });
  if (wants_write_ && !std::exchange(is_write_armed_, true))
    descriptor_.async_wait(wait::wait_write, [self = shared_from_this()](auto) {
      self->is_write_armed_ = false;
      self->on_writable();
    });
}

void hiredis_asio::on_readable() {
  const auto self = shared_from_this();
  was_heard_ = true;
  if (context_ == nullptr)
    return;
  if (!owner_->may_read()) {
    pause();
    return;
  }
  drain();
  settle();
  arm();
}

/// hiredis reads 16 KiB a call; goes on until the socket is empty (design D1)
/// or the turn has had its share.
void hiredis_asio::drain() {
  const auto end = event_loop::clock::now() + turn_time;
  for (std::size_t read = 0; read < turn_bytes; read += hiredis_read_bytes) {
    if (context_ == nullptr || (read > 0 && waiting_bytes() == 0)
        || event_loop::clock::now() > end)
      return;
    if (read > 0 && !owner_->may_read())
      return;
    is_inside_ = true;
    redisAsyncHandleRead(context_);
    is_inside_ = false;
  }
}

void hiredis_asio::pause() {
  if (context_ == nullptr)
    return;
  resume_ = loop_.after(pause_time, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      self->resume_.reset();
      self->on_readable();
    }
  });
}

void hiredis_asio::on_writable() {
  const auto self = shared_from_this();
  if (context_ == nullptr)
    return;
  is_inside_ = true;
  redisAsyncHandleWrite(context_);
  is_inside_ = false;
  settle();
  arm();
}

/// Tells the owner what hiredis did; it may close this link at any call.
void hiredis_asio::settle() {
  if (owner_ != nullptr && std::exchange(is_connect_news_, false))
    owner_->on_connected();
  for (; owner_ != nullptr && confirmed_ > 0; --confirmed_)
    owner_->on_subscribed();
  if (owner_ != nullptr && !messages_.empty())
    owner_->on_messages(std::exchange(messages_, {}));
  while (owner_ != nullptr && !answers_.empty()) {
    auto [done, reply] = std::move(answers_.front());
    answers_.pop_front();
    done(std::move(reply));
  }
  if (owner_ != nullptr && context_ == nullptr)
    owner_->on_lost(reason_);
}

} // namespace wsgw::transport
