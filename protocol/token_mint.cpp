#include "protocol/digest.hpp"
#include "protocol/json_writer.hpp"
#include "protocol/jwt.hpp"
#include "protocol/token.hpp"

#include <set>
#include <string>

namespace wsgw::protocol {

namespace {

std::int64_t unix_seconds(std::chrono::system_clock::time_point t) {
  return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}

void erase_all(std::string& text, std::string_view what) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what))
    text.erase(at, what.size());
}

std::string bare_host(std::string domain) {
  std::erase_if(domain, [](char c) { return c == ' ' || c == '\t'; });
  for (char& c : domain)
    c = c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
  for (const auto* prefix : {"https://", "http://", "www."})
    erase_all(domain, prefix);
  while (domain.ends_with('/'))
    domain.pop_back();
  return domain;
}

/// As the reference's backend writes them: bare lower-case hosts without
/// `www.`, sorted, each once (contract/replyx.md 2.3).
std::string normalised(const std::vector<std::string>& domains) {
  std::set<std::string> sorted;
  for (const auto& domain : domains)
    sorted.insert(bare_host(domain));
  sorted.erase("");
  std::string joined;
  for (const auto& domain : sorted)
    joined += (joined.empty() ? "" : ",") + domain;
  return joined;
}

} // namespace

std::string mint_access_token(const access_token_order& order,
                              std::string_view secret) {
  json_writer out;
  out.begin_object().key("sub").text(order.subject);
  if (!order.email.empty())
    out.key("email").text(order.email);
  out.key("exp").signed_number(unix_seconds(order.now + order.ttl));
  out.key("type").text("access").end_object();
  return sign_jwt(out.take(), secret);
}

std::string mint_site_token(const site_token_order& order,
                            std::string_view secret) {
  json_writer out;
  out.begin_object().key("user_id").signed_number(order.user_id);
  if (order.assistant_id)
    out.key("assistant_id").signed_number(*order.assistant_id);
  out.key("type").text("site");
  if (const auto domains = normalised(order.domains); !domains.empty()) {
    out.key("allowed_domains").text(domains);
    out.key("domains_hash").text(sha256_hex(domains));
    out.key("widget_version").number(1);
  }
  out.key("issued_at").signed_number(unix_seconds(order.now));
  if (order.ttl)
    out.key("exp").signed_number(unix_seconds(order.now + *order.ttl));
  out.end_object();
  return sign_jwt(out.take(), secret);
}

} // namespace wsgw::protocol
