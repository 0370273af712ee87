#pragma once

#include "transport/listener.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace wsgw::tests {

/// What one connection told its handler, readable from the test's thread.
class recorder {
public:
  /// Waits until `is_so` holds for the record; false after five seconds.
  bool wait(const std::function<bool(const recorder&)>& is_so);
  void change(const std::function<void(recorder&)>& how);

  std::vector<std::string> texts;
  std::vector<std::string> binaries;
  int pongs = 0;
  bool is_open = false;
  int closes = 0;
  std::optional<transport::close_info> closed;
  std::shared_ptr<transport::connection> socket; ///< loop thread only
  transport::event_loop* loop = nullptr;

private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

/// Records everything; `text` (loop thread) may answer.
class recording_handler : public transport::connection_handler {
public:
  using answer =
    std::function<void(transport::connection&, std::string_view text)>;

  using opening = std::function<void(transport::connection&)>;

  recording_handler(std::shared_ptr<recorder> record, answer text,
                    opening opened)
      : record_(std::move(record)), text_(std::move(text)),
        opened_(std::move(opened)) {}

  void on_open(std::shared_ptr<transport::connection> socket) override;
  void on_text(std::string_view text) override;
  void on_binary(std::string_view bytes) override;
  void on_pong() override;
  void on_closed(const transport::close_info& info) override;

private:
  std::shared_ptr<recorder> record_;
  answer text_;
  opening opened_;
  std::shared_ptr<transport::connection> socket_;
};

/// Loops on threads of their own behind a listener on a free port, and an
/// application that is a set of functions.
class served_loops : public transport::request_handler {
public:
  explicit served_loops(std::size_t loops = 1,
                        transport::http_limits limits = {});
  ~served_loops() override;

  std::uint16_t port() const { return listener_->port(); }
  transport::shard_loop& loop(std::size_t i = 0) { return *loops_[i]; }
  transport::listener& doors() { return *listener_; }

  /// Runs `fn` on a loop and waits for it.
  void run(const std::function<void()>& fn, std::size_t i = 0);

  /// Accepts with the default answer (echo of texts) and a fresh record.
  void accept(transport::upgrade& handshake);

  /// The record of the n-th accepted connection, waiting for it.
  std::shared_ptr<recorder> record(std::size_t n = 0);

  // The application; set before clients come.
  std::function<std::optional<transport::http_response>(
    const transport::http_request&)>
    head;
  std::function<void(transport::http_request, transport::reply)> request;
  std::function<void(std::unique_ptr<transport::upgrade>)> upgrade;
  recording_handler::answer text;
  std::function<void(transport::connection&)> opened; ///< called by on_open
  transport::connection_limits limits;

private:
  std::optional<transport::http_response>
  on_head(const transport::http_request& got) override;
  bool is_stream(const transport::http_request& got) const override {
    return got.target.starts_with("/sse/");
  }
  void on_request(transport::http_request got,
                  transport::reply respond) override;
  void on_upgrade(std::unique_ptr<transport::upgrade> handshake) override;
  transport::http_response on_bad_request(protocol::errc why,
                                          std::string_view id) override;

  std::vector<std::unique_ptr<transport::shard_loop>> loops_;
  std::vector<std::thread> threads_;
  std::unique_ptr<transport::listener> listener_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<recorder>> records_;
};

} // namespace wsgw::tests
