#include "transport/tcp_sockets.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wsgw::transport {

namespace {

constexpr int backlog = 4096;
/// Unsent bytes that the kernel takes for one connection. Else its buffer grows
/// to megabytes for a slow reader before the outbox is even used.
constexpr int most_unsent = 128 * 1024;

std::error_code last_error() { return {errno, std::generic_category()}; }

bool switch_on(int descriptor, int level, int option, int value = 1) {
  return ::setsockopt(descriptor, level, option, &value, sizeof(value)) == 0;
}

std::uint16_t port_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

void set_port(sockaddr_storage& address, std::uint16_t port) {
  if (address.ss_family == AF_INET6)
    reinterpret_cast<sockaddr_in6&>(address).sin6_port = htons(port);
  else
    reinterpret_cast<sockaddr_in&>(address).sin_port = htons(port);
}

std::string address_text(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    ::inet_ntop(AF_INET,
                &reinterpret_cast<const sockaddr_in&>(address).sin_addr,
                text.data(), text.size());
    return text.data();
  }
  const auto& from = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&from))
    ::inet_ntop(AF_INET, &from.s6_addr[12], text.data(), text.size());
  else
    ::inet_ntop(AF_INET6, &from, text.data(), text.size());
  return text.data();
}

} // namespace

listening_sockets::~listening_sockets() {
  for (const auto descriptor : descriptors_)
    ::close(descriptor);
}

std::error_code listening_sockets::add(const void* address, unsigned size) {
  const auto& to = *static_cast<const sockaddr*>(address);
  const auto descriptor =
    ::socket(to.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0)
    return last_error();
  const auto is_first = descriptors_.empty();
  descriptors_.push_back(descriptor);
  switch_on(descriptor, SOL_SOCKET, SO_REUSEADDR);
  if (to.sa_family == AF_INET6) // `::` takes IPv4 too
    switch_on(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (!is_first && !switch_on(descriptor, SOL_SOCKET, SO_REUSEPORT))
    return last_error();
  if (::bind(descriptor, &to, size) != 0)
    return last_error();
  // Linux looks at the option when later sockets are bound, and groups the
  // sockets when they begin to listen.
  if (is_first && !switch_on(descriptor, SOL_SOCKET, SO_REUSEPORT))
    return last_error();
  // Accepted sockets inherit it.
  switch_on(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, most_unsent);
  if (::listen(descriptor, backlog) != 0)
    return last_error();
  return {};
}

std::error_code listening_sockets::open(const std::string& host,
                                        std::uint16_t port, std::size_t count) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &wanted, &found) != 0)
    return std::make_error_code(std::errc::address_not_available);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> keep{
    found, &::freeaddrinfo};
  sockaddr_storage address{};
  std::memcpy(&address, found->ai_addr, found->ai_addrlen);
  for (std::size_t i = 0; i < count; ++i) {
    set_port(address, i == 0 ? port : port_);
    if (const auto problem = add(&address, found->ai_addrlen))
      return problem;
    if (i > 0)
      continue;
    sockaddr_storage bound{};
    socklen_t size = sizeof(bound);
    ::getsockname(descriptors_.front(), reinterpret_cast<sockaddr*>(&bound),
                  &size);
    port_ = port_of(bound);
  }
  return {};
}

int listening_sockets::take() {
  const auto descriptor = descriptors_.back();
  descriptors_.pop_back();
  return descriptor;
}

accepted_socket accept_socket(int listening) {
  accepted_socket got;
  sockaddr_storage from{};
  socklen_t size = sizeof(from);
  got.descriptor = ::accept4(listening, reinterpret_cast<sockaddr*>(&from),
                             &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (got.descriptor < 0) {
    got.problem = errno;
    return got;
  }
  switch_on(got.descriptor, IPPROTO_TCP, TCP_NODELAY);
  got.peer = address_text(from);
  return got;
}

} // namespace wsgw::transport
