#include "protocol/v1_command.hpp"

#include "protocol/json_object.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wsgw::protocol::v1 {

namespace {

constexpr std::size_t longest_ref = 64;
constexpr std::uint64_t highest_limit = 500;

/// A field that may be left out; null counts as left out.
bool is_absent(const json_object& o, std::string_view name) {
  return !o.has(name) || o.is_null(name);
}

std::optional<std::uint64_t> number(const json_object& o,
                                    std::string_view name) {
  const auto value = o.integer(name);
  if (!value || *value < 0 || static_cast<std::uint64_t>(*value) > max_seq)
    return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

malformed bad_number(std::string_view name) {
  return {std::string{name} + " must be an integer from 0 to 2^53-1"};
}

command_body read_pong(const json_object& o) {
  if (is_absent(o, "seq"))
    return pong{};
  const auto seq = number(o, "seq");
  return seq ? command_body{pong{seq}} : bad_number("seq");
}

command_body read_ack(const json_object& o) {
  const auto seq = number(o, "seq");
  return seq ? command_body{ack{*seq}} : bad_number("seq");
}

command_body read_ping(const json_object&) { return ping{}; }

/// Where to go on: `cursor` says more than `after`, so it wins.
command_body read_position(const json_object& o) {
  if (is_absent(o, "cursor")) {
    const auto after = number(o, "after");
    return after ? command_body{pull{*after, {}}} : bad_number("after");
  }
  const auto text = o.string("cursor");
  auto at = text ? parse_cursor(*text) : std::nullopt;
  if (!at)
    return malformed{"cursor must be a cursor that the server gave"};
  return pull{at->seq, std::move(at->epoch)};
}

command_body read_pull(const json_object& o) {
  auto body = read_position(o);
  auto* const found = std::get_if<pull>(&body);
  if (found == nullptr || is_absent(o, "limit"))
    return body;
  const auto limit = number(o, "limit");
  if (!limit)
    return bad_number("limit");
  found->limit = std::clamp<std::uint64_t>(*limit, 1, highest_limit);
  return body;
}

command_body read_typing(const json_object& o) {
  const auto state = o.string("state");
  if (state == "start" || state == "stop")
    return typing{state == "start"};
  return malformed{R"(state must be "start" or "stop")"};
}

command_body read_read(const json_object& o) {
  const auto seq = number(o, "seq");
  return seq ? command_body{read{*seq}} : bad_number("seq");
}

command_body read_refresh(const json_object& o) {
  auto token = o.string("token");
  if (!token || token->empty())
    return malformed{"token must be a string"};
  return refresh{*std::move(token)};
}

struct command_row {
  std::string_view type;
  command_body (*read)(const json_object&);
};

/// The one table of v1 commands (protocol-v1 section 3).
constexpr std::array command_table{
  command_row{"pong", read_pong},       command_row{"ack", read_ack},
  command_row{"ping", read_ping},       command_row{"pull", read_pull},
  command_row{"typing", read_typing},   command_row{"read", read_read},
  command_row{"refresh", read_refresh},
};

command_body read_body(const json_object& o) {
  const auto type = o.string("type");
  if (!type)
    return malformed{"type must be a string"};
  const auto* const row =
    std::find_if(command_table.begin(), command_table.end(),
                 [&type](const command_row& r) { return r.type == *type; });
  return row == command_table.end() ? unknown{} : row->read(o);
}

std::string read_ref(const json_object& o) {
  if (!o.string("ref") && !o.number("ref"))
    return {};
  auto text = o.compact("ref");
  return text.size() <= longest_ref ? text : std::string{};
}

} // namespace

command parse_command(std::string_view text) {
  const auto object = json_object::parse(text);
  if (!object)
    return {malformed{"a command is one JSON object"}, {}};
  return {read_body(*object), read_ref(*object)};
}

} // namespace wsgw::protocol::v1
