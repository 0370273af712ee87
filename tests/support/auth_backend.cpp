#include "tests/support/auth_backend.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <cstdlib>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace wsgw::tests {

namespace {

/// Takes one request off `received`, reading more as needed; false at the end
/// of the stream. `body` gets the request's body.
bool read_request(int fd, std::string& received, std::string& body) {
  const auto fill = [&] {
    char buffer[4096];
    const auto count = ::recv(fd, buffer, sizeof buffer, 0);
    if (count > 0)
      received.append(buffer, static_cast<std::size_t>(count));
    return count > 0;
  };
  std::size_t head = 0;
  while ((head = received.find("\r\n\r\n")) == std::string::npos)
    if (!fill())
      return false;
  auto lower = received.substr(0, head);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  const auto field = lower.find("content-length:");
  const auto size = field == std::string::npos
                      ? 0
                      : std::strtoull(lower.c_str() + field + 15, nullptr, 10);
  while (received.size() < head + 4 + size)
    if (!fill())
      return false;
  body = received.substr(head + 4, size);
  received.erase(0, head + 4 + size);
  return true;
}

} // namespace

auth_backend::auth_backend()
    : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 128) != 0
      || ::getsockname(listener_, generic, &size) != 0)
    throw std::runtime_error{"auth_backend: cannot listen"};
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread{[this] { accept_connections(); }};
}

auth_backend::~auth_backend() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  {
    std::lock_guard lock{mutex_};
    is_stopping_ = true;
    for (const int fd : open_)
      ::shutdown(fd, SHUT_RDWR);
  }
  released_.notify_all();
  for (auto& thread : threads_)
    thread.join();
  for (const int fd : open_)
    ::close(fd);
}

std::string auth_backend::url() const {
  return "http://127.0.0.1:" + std::to_string(port_) + "/internal/ws-auth";
}

void auth_backend::answer_with(int status, std::string body) {
  std::lock_guard lock{mutex_};
  status_ = status;
  body_ = std::move(body);
}

void auth_backend::hold() {
  std::lock_guard lock{mutex_};
  is_holding_ = true;
}

void auth_backend::release() {
  {
    std::lock_guard lock{mutex_};
    is_holding_ = false;
  }
  released_.notify_all();
}

std::vector<std::string> auth_backend::questions() const {
  std::lock_guard lock{mutex_};
  return questions_;
}

void auth_backend::accept_connections() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0)
      return;
    std::lock_guard lock{mutex_};
    open_.push_back(fd);
    threads_.emplace_back([this, fd] { serve(fd); });
  }
}

void auth_backend::serve(int fd) {
  std::string received;
  std::string body;
  while (read_request(fd, received, body)) {
    const auto answer = answer_to(body);
    ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
  }
  ::shutdown(fd, SHUT_RDWR);
}

std::string auth_backend::answer_to(std::string question) {
  std::unique_lock lock{mutex_};
  questions_.push_back(std::move(question));
  released_.wait(lock, [this] { return !is_holding_ || is_stopping_; });
  return "HTTP/1.1 " + std::to_string(status_)
         + " Said\r\nContent-Type: application/json\r\nContent-Length: "
         + std::to_string(body_.size()) + "\r\n\r\n" + body_;
}

} // namespace wsgw::tests
