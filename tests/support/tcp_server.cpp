#include "tests/support/tcp_server.hpp"

#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace wsgw::tests {

std::string tcp_server::peer::read() {
  char buffer[4096];
  const auto n = recv(fd_, buffer, sizeof(buffer), 0);
  return {buffer, static_cast<std::size_t>(n > 0 ? n : 0)};
}

bool tcp_server::peer::read_until(std::string_view mark) {
  std::string seen;
  while (seen.find(mark) == std::string::npos) {
    const auto bytes = read();
    if (bytes.empty())
      return false;
    seen += bytes;
  }
  return true;
}

void tcp_server::peer::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0)
      return;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

tcp_server::tcp_server(std::function<void(peer&)> serve)
    : serve_(std::move(serve)),
      listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, any, size) != 0 || listen(listener_, 64) != 0
      || getsockname(listener_, any, &size) != 0)
    throw std::runtime_error("tcp_server: cannot listen");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread{[this] { accept_all(); }};
}

tcp_server::~tcp_server() {
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  close(listener_);
  {
    std::lock_guard lock{mutex_};
    for (const auto fd : open_)
      if (fd != -1)
        shutdown(fd, SHUT_RDWR);
  }
  for (auto& thread : threads_)
    thread.join();
}

int tcp_server::accepted() const {
  std::lock_guard lock{mutex_};
  return static_cast<int>(open_.size());
}

void tcp_server::accept_all() {
  while (true) {
    const auto fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd == -1)
      return;
    std::lock_guard lock{mutex_};
    const auto index = open_.size();
    open_.push_back(fd);
    threads_.emplace_back([this, fd, index] {
      peer client{fd};
      serve_(client);
      std::lock_guard lock{mutex_};
      close(fd);
      open_[index] = -1;
    });
  }
}

} // namespace wsgw::tests
