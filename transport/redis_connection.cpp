#include "transport/redis_connection.hpp"

#include "transport/shard_loop.hpp"

#include <boost/asio/ip/address.hpp>

#include <string_view>
#include <utility>

namespace wsgw::transport {

namespace {

std::string within(std::chrono::milliseconds limit) {
  return " within " + std::to_string(limit.count()) + " ms";
}

void replace_all(std::string& text, const std::string& secret) {
  if (secret.empty())
    return;
  for (auto at = text.find(secret); at != std::string::npos;
       at = text.find(secret, at + 3))
    text.replace(at, secret.size(), "***");
}

} // namespace

redis_connection::redis_connection(shard_loop& loop, redis_endpoint server,
                                   redis_duties duties, redis_timing timing)
    : loop_(loop), server_(std::move(server)), duties_(std::move(duties)),
      timing_(timing), backoff_(timing.backoff_base, timing.backoff_cap),
      resolver_(loop.context()) {}

redis_connection::~redis_connection() { abandon(); }

// -- starting and stopping ----------------------------------------------------

void redis_connection::start() {
  if (std::exchange(is_running_, true))
    return;
  const auto self = shared_from_this();
  connect();
}

void redis_connection::stop() {
  const auto self = shared_from_this();
  is_running_ = false;
  drop_link();
  retry_.reset();
  state_ = redis_state::down;
  answer_rest();
}

void redis_connection::abandon() {
  is_running_ = false;
  drop_link();
  retry_.reset();
  rest_.clear();
}

void redis_connection::drop_link() {
  ++attempt_;
  resolver_.cancel();
  deadline_.reset();
  watch_.reset();
  is_greeting_ = false;
  if (!link_)
    return;
  const auto link = std::exchange(link_, nullptr);
  ignored_before_ += link->ignored();
  for (auto& each : link->close())
    rest_.push_back(std::move(each));
}

void redis_connection::answer_rest() {
  while (!rest_.empty()) {
    auto [done, reply] = std::move(rest_.front());
    rest_.pop_front();
    done(std::move(reply));
  }
}

// -- connecting ---------------------------------------------------------------

void redis_connection::connect() {
  const auto attempt = ++attempt_;
  addresses_.clear();
  enter(redis_state::connecting);
  // The callback may have stopped the link, or even started it again.
  if (!is_running_ || attempt_ != attempt)
    return;
  boost::system::error_code not_numeric;
  boost::asio::ip::make_address(server_.host, not_numeric);
  if (server_.unix_path.empty() && not_numeric)
    return resolve();
  // The path of a unix socket stands in for its only address.
  addresses_.push_back(server_.unix_path.empty() ? server_.host
                                                 : server_.unix_path);
  try_next_address();
}

void redis_connection::resolve() {
  deadline_ = loop_.after(timing_.connect_timeout, [weak = weak_from_this()] {
    if (const auto self = weak.lock())
      self->lose("the name was not resolved"
                 + within(self->timing_.connect_timeout));
  });
  resolver_.async_resolve(server_.host, std::to_string(server_.port),
                          [weak = weak_from_this(), attempt = attempt_](
                            const auto& error, const auto& found) {
                            const auto self = weak.lock();
                            if (self && self->attempt_ == attempt)
                              self->on_resolved(error, found);
                          });
}

void redis_connection::on_resolved(
  const boost::system::error_code& error,
  const boost::asio::ip::tcp::resolver::results_type& found) {
  if (error)
    return lose(error.message());
  for (const auto& each : found)
    addresses_.push_back(each.endpoint().address().to_string());
  try_next_address();
}

void redis_connection::try_next_address() {
  std::string why = "the name has no address";
  while (!addresses_.empty()) {
    const auto address = std::move(addresses_.front());
    addresses_.pop_front();
    link_ = std::make_shared<hiredis_asio>(loop_, *this);
    why = server_.unix_path.empty() ? link_->open_tcp(address, server_.port)
                                    : link_->open_unix(address);
    if (why.empty())
      return await_link();
    drop_link();
  }
  lose(why);
}

void redis_connection::await_link() {
  deadline_ = loop_.after(timing_.connect_timeout, [weak = weak_from_this()] {
    if (const auto self = weak.lock())
      self->on_lost("not ready" + within(self->timing_.connect_timeout));
  });
}

void redis_connection::on_lost(const std::string& reason) {
  const auto self = shared_from_this();
  // An address that did not answer at all leaves the others to be tried.
  if (is_greeting_ || addresses_.empty())
    return lose(reason);
  drop_link();
  try_next_address();
}

void redis_connection::lose(const std::string& reason) {
  const auto self = shared_from_this();
  drop_link();
  retry_ = loop_.after(backoff_.next(random_()), [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && self->is_running_)
      self->connect();
  });
  state_ = redis_state::down;
  const auto attempt = attempt_;
  answer_rest();
  if (is_running_ && attempt_ == attempt)
    enter(redis_state::down, without_secrets(reason));
}

// -- greeting -----------------------------------------------------------------

void redis_connection::on_connected() {
  is_greeting_ = true;
  greeting_.clear();
  if (!server_.username.empty())
    greeting_.push_back({"AUTH", server_.username, server_.password});
  else if (!server_.password.empty())
    greeting_.push_back({"AUTH", server_.password});
  if (server_.database != 0)
    greeting_.push_back({"SELECT", std::to_string(server_.database)});
  // PING finds out about NOAUTH and LOADING.
  greeting_.push_back({"PING"});
  greet();
}

void redis_connection::greet() {
  if (greeting_.empty()) {
    unconfirmed_ = duties_.patterns.size();
    if (unconfirmed_ == 0)
      return become_ready();
    return link_->subscribe(duties_.patterns);
  }
  const auto step = std::move(greeting_.front());
  greeting_.pop_front();
  link_->command(step, [weak = weak_from_this(), link = link_.get(),
                        name = step.front()](const redis_reply& reply) {
    const auto self = weak.lock();
    // A closed link answers too; by then it is no longer ours.
    if (self && self->link_.get() == link)
      self->on_greeted(name, reply);
  });
}

void redis_connection::on_greeted(const std::string& step,
                                  const redis_reply& reply) {
  if (const auto* error = reply.error())
    return lose(step + " refused: " + error->text);
  greet();
}

void redis_connection::on_subscribed() {
  if (unconfirmed_ > 0 && --unconfirmed_ == 0)
    become_ready();
}

void redis_connection::become_ready() {
  deadline_.reset();
  backoff_.reset();
  link_->take_heard();
  watch();
  enter(redis_state::ready);
}

/// Old servers and renamed commands echo arguments in their errors.
std::string redis_connection::without_secrets(std::string text) const {
  const auto echo = text.find(", with args");
  if (echo != std::string::npos)
    text.resize(echo);
  replace_all(text, server_.password);
  return text;
}

// -- being ready --------------------------------------------------------------

// Half-open TCP and a frozen server are seen only so: TCP itself is content.
void redis_connection::watch() {
  if (duties_.patterns.empty())
    link_->command({"PING"}, [](const redis_reply&) {});
  else
    link_->ping_subscribed();
  watch_ = loop_.after(timing_.ping_interval, [weak = weak_from_this()] {
    if (const auto self = weak.lock())
      self->on_watch();
  });
}

void redis_connection::on_watch() {
  if (link_->take_heard())
    return watch();
  lose("no answer to PING" + within(timing_.ping_interval));
}

void redis_connection::on_messages(std::vector<redis_message> messages) {
  const auto self = shared_from_this();
  if (duties_.on_messages)
    duties_.on_messages(std::move(messages));
}

bool redis_connection::may_read() {
  const auto self = shared_from_this();
  return !duties_.may_read || duties_.may_read();
}

void redis_connection::command(const words& words,
                               hiredis_asio::callback done) {
  if (!is_ready())
    return done({redis_reply::failure{"link down"}});
  link_->command(words, std::move(done));
}

std::uint64_t redis_connection::ignored() const {
  return ignored_before_ + (link_ ? link_->ignored() : 0);
}

void redis_connection::enter(redis_state state, const std::string& reason) {
  const auto self = shared_from_this();
  state_ = state;
  if (duties_.on_state)
    duties_.on_state({state, reason});
}

} // namespace wsgw::transport
