#include "protocol/route.hpp"

#include <algorithm>
#include <array>

namespace wsgw::protocol {

namespace {

constexpr auto npos = std::string_view::npos;

struct endpoint_row {
  endpoint where;
  std::string_view word;
  std::string_view path; ///< ends in a slash where a dialog id follows
  std::optional<role> as;

  constexpr bool has_dialog_id() const { return path.ends_with('/'); }
};

/// In enumeration order.
constexpr std::array endpoints{
  endpoint_row{endpoint::admin_dialog, "admin_dialog", "/ws/dialogs/",
               role::admin},
  endpoint_row{endpoint::site_dialog, "site_dialog", "/ws/site/dialogs/",
               role::site},
  endpoint_row{endpoint::widget_dialog, "widget_dialog", "/ws/widget/dialogs/",
               role::widget},
  endpoint_row{endpoint::inbox, "inbox", "/ws/dialogs", role::user},
  endpoint_row{endpoint::widget_test, "widget_test", "/ws/widget/test",
               std::nullopt},
  endpoint_row{endpoint::echo, "echo", "/ws/echo", std::nullopt},
  endpoint_row{endpoint::duel, "duel", "/ws/duels", std::nullopt},
};

int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

enum class plus_sign { literal, space };

std::string decode(std::string_view text, plus_sign plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0
        && hex_value(text[i + 2]) >= 0) {
      out +=
        static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else if (c == '+' && plus == plus_sign::space) {
      out += ' ';
    } else {
      out += c;
    }
  }
  return out;
}

/// A proxy's request names the whole URL (RFC 9112 section 3.2.2): drops its
/// scheme and authority.
std::string_view origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme))
      continue;
    const auto end = target.find_first_of("/?", scheme.size());
    return end == npos ? "/" : target.substr(end);
  }
  return target;
}

} // namespace

std::string_view to_string(endpoint e) {
  return endpoints[static_cast<std::size_t>(e)].word;
}

query_params query_params::parse(std::string_view query) {
  query_params parsed;
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.empty())
      continue;
    const auto equals = pair.find('=');
    const auto value = equals == npos ? "" : pair.substr(equals + 1);
    parsed.params_.emplace_back(
      decode(pair.substr(0, equals), plus_sign::space),
      decode(value, plus_sign::space));
  }
  return parsed;
}

std::optional<std::string_view>
query_params::last(std::string_view name) const {
  const auto found =
    std::find_if(params_.rbegin(), params_.rend(),
                 [name](const auto& param) { return param.first == name; });
  if (found == params_.rend() || found->second.empty())
    return std::nullopt;
  return found->second;
}

std::optional<std::string_view>
query_params::first(std::string_view name) const {
  const auto found =
    std::find_if(params_.begin(), params_.end(), [name](const auto& param) {
      return param.first == name && !param.second.empty();
    });
  if (found == params_.end())
    return std::nullopt;
  return found->second;
}

request_target request_target::parse(std::string_view target) {
  target = origin_form(target);
  const auto mark = target.find('?');
  const auto query = mark == npos ? "" : target.substr(mark + 1);
  return {decode(target.substr(0, mark), plus_sign::literal),
          query_params::parse(query)};
}

bool offers_v1(std::string_view subprotocols) {
  while (!subprotocols.empty()) {
    const auto token = subprotocols.substr(0, subprotocols.find(','));
    subprotocols.remove_prefix(std::min(token.size() + 1, subprotocols.size()));
    const auto from = token.find_first_not_of(" \t");
    if (from == npos)
      continue;
    if (token.substr(from, token.find_last_not_of(" \t") - from + 1)
        == v1_subprotocol)
      return true;
  }
  return false;
}

dialect dialect_of(endpoint where, const query_params& query,
                   std::string_view subprotocols) {
  const auto has_v1 =
    where == endpoint::admin_dialog || where == endpoint::site_dialog
    || where == endpoint::widget_dialog || where == endpoint::duel;
  const auto asks = query.last("v") == "1" || offers_v1(subprotocols);
  return has_v1 && asks ? dialect::v1 : dialect::legacy;
}

bool is_ws_path(std::string_view path) {
  return path == "/ws" || path.starts_with("/ws/");
}

result<ws_route> parse_ws_route(std::string_view path) {
  if (path.ends_with('/'))
    path.remove_suffix(1);
  for (const auto& row : endpoints) {
    if (!row.has_dialog_id() && path == row.path)
      return ws_route{row.where, row.as, std::nullopt};
    if (!row.has_dialog_id() || !path.starts_with(row.path))
      continue;
    const auto id = path.substr(row.path.size());
    if (id.empty() || id.find('/') != npos)
      return errc::not_found;
    auto room = room_id::make(room_kind::dialog, id);
    if (!room)
      return errc::bad_dialog_id;
    return ws_route{row.where, row.as, std::move(room)};
  }
  return errc::not_found;
}

bool is_stream_path(std::string_view path) {
  return path == "/sse" || path.starts_with("/sse/");
}

result<ws_route> parse_stream_route(std::string_view path) {
  if (!is_stream_path(path))
    return errc::not_found;
  auto twin = parse_ws_route("/ws" + std::string{path.substr(4)});
  if (twin && !twin->room)
    return errc::not_found;
  return twin;
}

} // namespace wsgw::protocol
