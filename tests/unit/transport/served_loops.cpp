#include "tests/unit/transport/served_loops.hpp"

#include "protocol/errc.hpp"
#include "protocol/frame.hpp"

#include <future>
#include <stdexcept>

namespace wsgw::tests {

namespace {

constexpr std::chrono::seconds patience{5};

} // namespace

bool recorder::wait(const std::function<bool(const recorder&)>& is_so) {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, patience, [&] { return is_so(*this); });
}

void recorder::change(const std::function<void(recorder&)>& how) {
  {
    std::lock_guard lock{mutex_};
    how(*this);
  }
  changed_.notify_all();
}

void recording_handler::on_open(std::shared_ptr<transport::connection> socket) {
  socket_ = socket;
  record_->change([&](recorder& r) {
    r.is_open = true;
    r.socket = socket;
  });
  if (opened_)
    opened_(*socket);
}

void recording_handler::on_text(std::string_view text) {
  record_->change([&](recorder& r) { r.texts.emplace_back(text); });
  if (text_)
    text_(*socket_, text);
}

void recording_handler::on_binary(std::string_view bytes) {
  record_->change([&](recorder& r) { r.binaries.emplace_back(bytes); });
}

void recording_handler::on_pong() {
  record_->change([](recorder& r) { ++r.pongs; });
}

void recording_handler::on_closed(const transport::close_info& info) {
  socket_.reset();
  record_->change([&](recorder& r) {
    r.socket.reset();
    r.closed = info;
    ++r.closes;
  });
}

served_loops::served_loops(std::size_t loops, transport::http_limits limits) {
  std::vector<transport::shard_loop*> all;
  for (std::size_t i = 0; i < loops; ++i) {
    loops_.push_back(std::make_unique<transport::shard_loop>());
    all.push_back(loops_.back().get());
  }
  listener_ = std::make_unique<transport::listener>(all, *this, limits);
  if (listener_->open("127.0.0.1", 0))
    throw std::runtime_error{"no port to listen on"};
  listener_->start();
  for (auto* loop : all)
    threads_.emplace_back([loop] { loop->run(); });
  request = [](transport::http_request got, transport::reply respond) {
    respond(
      {200, "text/plain", got.method + " " + got.target + " " + got.body, {}});
  };
  upgrade = [this](std::unique_ptr<transport::upgrade> handshake) {
    accept(*handshake);
  };
  text = [](transport::connection& to, std::string_view said) {
    to.send(protocol::text_frame(said));
  };
}

served_loops::~served_loops() {
  listener_.reset();
  for (const auto& loop : loops_)
    loop->stop();
  for (auto& thread : threads_)
    thread.join();
  for (const auto& record : records_)
    record->socket.reset();
}

void served_loops::run(const std::function<void()>& fn, std::size_t i) {
  std::promise<void> done;
  loops_[i]->post([&] {
    fn();
    done.set_value();
  });
  done.get_future().wait();
}

void served_loops::accept(transport::upgrade& handshake) {
  auto record = std::make_shared<recorder>();
  record->loop = &handshake.loop();
  handshake.accept(limits,
                   std::make_shared<recording_handler>(record, text, opened));
  std::lock_guard lock{mutex_};
  records_.push_back(std::move(record));
  changed_.notify_all();
}

std::shared_ptr<recorder> served_loops::record(std::size_t n) {
  std::unique_lock lock{mutex_};
  if (!changed_.wait_for(lock, patience, [&] { return records_.size() > n; }))
    throw std::runtime_error{"no such connection came"};
  return records_[n];
}

std::optional<transport::http_response>
served_loops::on_head(const transport::http_request& got) {
  if (head)
    return head(got);
  return std::nullopt;
}

void served_loops::on_request(transport::http_request got,
                              transport::reply respond) {
  request(std::move(got), std::move(respond));
}

void served_loops::on_upgrade(std::unique_ptr<transport::upgrade> handshake) {
  upgrade(std::move(handshake));
}

transport::http_response served_loops::on_bad_request(protocol::errc why,
                                                      std::string_view id) {
  unsigned status = 400;
  if (why == protocol::errc::head_too_large)
    status = 431;
  if (why == protocol::errc::body_too_large)
    status = 413;
  if (why == protocol::errc::internal_error)
    status = 500;
  return {status, "text/plain", "bad " + std::string{id}, {}};
}

} // namespace wsgw::tests
