#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace wsgw::tests {

/// A backend that answers the gateway's authoriser: a small HTTP server on a
/// free loopback port with a thread for each connection.
class auth_backend {
public:
  auth_backend();
  auth_backend(const auth_backend&) = delete;
  auth_backend& operator=(const auth_backend&) = delete;
  ~auth_backend();

  /// The value for WS_AUTH_URL.
  std::string url() const;

  /// What every following question is answered with.
  void answer_with(int status, std::string body);
  void answer_with(std::string body) { answer_with(200, std::move(body)); }

  /// Questions that arrive are left unanswered until `release`.
  void hold();
  void release();

  /// The bodies of all questions so far.
  std::vector<std::string> questions() const;
  std::size_t question_count() const { return questions().size(); }

private:
  void accept_connections();
  void serve(int fd);
  std::string answer_to(std::string question);

  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable released_;
  bool is_holding_ = false;
  bool is_stopping_ = false;
  int status_ = 200;
  std::string body_ = R"({"allow":true})";
  std::vector<std::string> questions_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

} // namespace wsgw::tests
