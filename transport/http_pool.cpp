#include "transport/http_pool.hpp"

#include "transport/client_exchange.hpp"
#include "transport/shard_loop.hpp"

#include <cerrno>
#include <chrono>
#include <sys/socket.h>
#include <utility>

namespace wsgw::transport {

namespace {

/// Shorter than the keep-alive time of common servers (nginx: 75 s).
constexpr std::chrono::seconds idle_time{30};

} // namespace

bool http_peer::is_usable() {
  char byte = 0;
  const auto n =
    recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void http_peer::close() {
  beast::error_code ignored;
  socket.close(ignored);
}

http_pool::http_pool(shard_loop& loop) : loop_(loop) {
  using context = net::ssl::context;
  trust_.set_default_verify_paths();
  trust_.set_verify_mode(net::ssl::verify_peer);
  trust_.set_options(context::default_workarounds | context::no_sslv2
                     | context::no_sslv3 | context::no_tlsv1
                     | context::no_tlsv1_1);
}

std::unique_ptr<http_peer> http_pool::take(const std::string& origin) {
  auto& peers = idle_[origin];
  while (!peers.empty()) {
    auto peer = std::move(peers.back());
    peers.pop_back();
    peer->idle.reset();
    if (peer->is_usable())
      return peer;
  }
  idle_.erase(origin);
  return nullptr;
}

void http_pool::give_back(const std::string& origin,
                          std::unique_ptr<http_peer> peer) {
  auto& peers = idle_[origin];
  if (peers.size() >= most_idle)
    return;
  peer->idle = loop_.after(
    idle_time, [weak = weak_from_this(), origin, which = peer.get()] {
      // A copy: forgetting the peer destroys this closure.
      const auto name = origin;
      if (const auto self = weak.lock())
        self->forget(name, which);
    });
  peers.push_back(std::move(peer));
}

void http_pool::forget(const std::string& origin, const http_peer* peer) {
  auto& peers = idle_[origin];
  std::erase_if(peers, [peer](const auto& p) { return p.get() == peer; });
  if (peers.empty())
    idle_.erase(origin);
}

void http_pool::add(std::shared_ptr<client_exchange> exchange) {
  running_.insert(std::move(exchange));
}

void http_pool::remove(const std::shared_ptr<client_exchange>& exchange) {
  running_.erase(exchange);
}

void http_pool::abandon() {
  for (const auto& each : std::exchange(running_, {}))
    each->abandon();
  idle_.clear();
}

} // namespace wsgw::transport
