#include "tests/bench/credentials.hpp"

#include "protocol/ticket.hpp"
#include "protocol/token.hpp"
#include "tests/bench/source.hpp"

#include <chrono>
#include <cstdio>

namespace wsgw::bench {

namespace {

using protocol::role;

constexpr std::chrono::hours lifetime{24};

std::string endpoint_of(role r) {
  switch (r) {
  case role::widget:
    return "/ws/widget/dialogs/{id}";
  case role::site:
    return "/ws/site/dialogs/{id}";
  default:
    return "/ws/dialogs/{id}";
  }
}

std::string query_of(std::string_view name, const std::string& token) {
  return token.empty() ? "" : '?' + std::string(name) + '=' + token;
}

} // namespace

credentials::credentials(const options& o) : options_(o) {
  const auto now = std::chrono::system_clock::now();
  if (!o.secret_key.empty()) {
    protocol::access_token_order order;
    order.subject = "1";
    order.now = now;
    order.ttl = lifetime;
    admin_token_ = protocol::mint_access_token(order, o.secret_key);
  }
  if (!o.site_secret.empty()) {
    protocol::site_token_order order;
    order.user_id = 1;
    order.now = now;
    order.ttl = lifetime;
    site_token_ = protocol::mint_site_token(order, o.site_secret);
  }
}

std::string credentials::target_of(std::size_t index) const {
  auto target = legacy_target_of(index);
  if (options_.v1)
    target += target.find('?') == target.npos ? "?v=1" : "&v=1";
  return target;
}

std::string credentials::legacy_target_of(std::size_t index) const {
  const auto id = options_.first_dialog + index % options_.dialogs;
  if (!options_.path.empty())
    return fill_in(options_.path, id);
  const auto& roles = options_.roles;
  const auto r = roles[index / options_.dialogs % roles.size()];
  const auto path = fill_in(endpoint_of(r), id);
  switch (r) {
  case role::widget:
    return path + widget_query(id);
  case role::site:
    return path + query_of("site_token", site_token_);
  default:
    return path + query_of("token", admin_token_);
  }
}

std::string credentials::widget_query(std::uint64_t dialog_id) const {
  if (options_.ticket_secret.empty())
    return "?assistant_id=1";
  protocol::dialog_ticket order;
  order.dialog_id = std::to_string(dialog_id);
  order.assistant_id = 1;
  order.as = role::widget;
  order.issued_at = std::chrono::system_clock::now();
  order.expires_at = order.issued_at + lifetime;
  char jti[17];
  std::snprintf(jti, sizeof jti, "%016llx",
                static_cast<unsigned long long>(dialog_id));
  order.jti = jti;
  return "?assistant_id=1&ticket="
         + protocol::mint_dialog_ticket(order, options_.ticket_secret);
}

} // namespace wsgw::bench
