#include "transport/beast_http_client.hpp"

#include "transport/client_exchange.hpp"
#include "transport/http_pool.hpp"
#include "transport/http_url.hpp"
#include "transport/shard_loop.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

namespace wsgw::transport {

namespace {

bool has_control_byte(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) {
    return (c < ' ' && c != '\t') || c == 0x7f;
  });
}

/// RFC 9110 §5.6.2: what methods and header names are made of.
bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  const auto is_fine = [marks](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
           || (c >= 'A' && c <= 'Z')
           || marks.find(static_cast<char>(c)) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), is_fine);
}

bool is_sound(const http_client_request& request) {
  for (const auto& [name, value] : request.headers)
    if (!is_token(name) || has_control_byte(value))
      return false;
  return is_token(request.method) && !has_control_byte(request.content_type);
}

class beast_http_client final : public http_client {
public:
  explicit beast_http_client(shard_loop& loop)
      : pool_(std::make_shared<http_pool>(loop)) {}
  ~beast_http_client() override { pool_->abandon(); }

  void send(http_client_request request, callback done) override {
    auto url = parse_http_url(request.url);
    if (!url || !is_sound(request))
      return refuse(std::errc::invalid_argument, std::move(done));
    if (pool_->is_full())
      return refuse(std::errc::resource_unavailable_try_again, std::move(done));
    const auto exchange = std::make_shared<client_exchange>(
      pool_, std::move(*url), std::move(request), std::move(done));
    pool_->add(exchange);
    exchange->start();
  }

private:
  /// Later, so that `send` never calls back before it returned.
  void refuse(std::errc why, callback done) {
    pool_->loop().post(
      [weak = std::weak_ptr{pool_}, why, done = std::move(done)] {
        if (!weak.expired())
          done({std::make_error_code(why), 0, {}});
      });
  }

  std::shared_ptr<http_pool> pool_;
};

} // namespace

std::unique_ptr<http_client> make_http_client(shard_loop& loop) {
  return std::make_unique<beast_http_client>(loop);
}

} // namespace wsgw::transport
